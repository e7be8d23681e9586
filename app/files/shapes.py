"""How a list was written: encoding, delimiter, headings; recognised from its beginning."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, NamedTuple

from charset_normalizer import from_bytes

HEAD_BYTES = 256 * 1024
"""How much of a file is looked at to recognise it."""
MOST_COLUMNS = 500
LONGEST_LINE = 1024 * 1024
LONGEST_CELL = 128 * 1024
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ENCODINGS = (
    *("utf-8-sig", "utf-16-le", "utf-16-be"),
    *(f"windows-{page}" for page in range(1250, 1258)),
    *("mac-roman", "gb18030", "big5", "shift_jis", "euc-kr"),
)
"""Those that may be chosen by hand."""
SAMPLE_ROWS = 40
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACK = "cp1252"


class Fault(StrEnum):
    """Why a file cannot be read at all."""

    EMPTY = "empty"
    NOT_TEXT = "not-text"
    LONG_LINE = "long-line"
    MANY_COLUMNS = "many-columns"
    OPEN_QUOTE = "open-quote"
    OTHER_ENCODING = "other-encoding"
    OTHER_DELIMITER = "other-delimiter"


class Unreadable(Exception):
    """The file cannot be read, at this line. Nothing was done with it."""

    def __init__(self, fault: Fault, line: int = 1) -> None:
        super().__init__(f"{fault} at line {line}")
        self.fault = fault
        self.line = line


@dataclass(frozen=True, slots=True)
class Shape:
    """How to read a file, and the headings of its columns ("" for each where it has none)."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    headed: bool = True


class Chosen(NamedTuple):
    """How somebody says that a file was written; None: that is to be recognised."""

    encoding: str | None = None
    delimiter: str | None = None


BY_ITSELF = Chosen()


def recognise(head: bytes, chosen: Chosen = BY_ITSELF) -> Shape:
    """The shape of a file that begins with `head`. Raises Unreadable, also where it cannot have
    been written as was chosen."""
    if not head.strip(b"\0 \t\r\n"):
        raise Unreadable(Fault.EMPTY)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise Unreadable(Fault.NOT_TEXT)  # a spreadsheet or an archive: to be saved as CSV first
    encoding = _chosen(head, chosen.encoding) if chosen.encoding else _encoding(head)
    text = _text(head, encoding)
    if len(head) >= HEAD_BYTES and not any(end in text for end in "\r\n"):
        wide = any(text.count(delimiter) > MOST_COLUMNS for delimiter in DELIMITERS.values())
        raise Unreadable(Fault.MANY_COLUMNS if wide else Fault.LONG_LINE)
    lines = list(_first_lines(text))
    delimiter = _delimiter(lines, chosen.delimiter)
    first = _first_row(lines, delimiter)
    if len(first) > MOST_COLUMNS:
        raise Unreadable(Fault.MANY_COLUMNS)
    headed = not any("@" in cell for cell in first)
    headings = tuple(cell.strip() for cell in first) if headed else ("",) * len(first)
    return Shape(encoding, delimiter, headings, headed)


def _chosen(head: bytes, encoding: str) -> str:
    """The encoding, or that of its kind with a byte order mark. Raises Unreadable where it can be
    told that the file has another."""
    if marked := _marked(head):
        if marked[:6] != encoding[:6]:
            raise Unreadable(Fault.OTHER_ENCODING)
        return marked
    try:
        text = _text(head, encoding)
    except Unreadable:
        raise Unreadable(Fault.OTHER_ENCODING) from None
    special = [c for c in text if not c.isascii()]
    lost = special.count("\N{REPLACEMENT CHARACTER}")
    if lost * 2 > len(special) or (b"@" in head and "@" not in text):
        raise Unreadable(Fault.OTHER_ENCODING)
    return encoding


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in BOMS if head.startswith(mark)), None)


def _delimiter(lines: Sequence[str], chosen: str | None) -> str:
    best = max(DELIMITERS.values(), key=lambda candidate: _fit(lines, candidate))
    if chosen and _fit(lines, chosen)[2] < 2 <= _fit(lines, best)[2]:
        raise Unreadable(Fault.OTHER_DELIMITER)
    return chosen or best


def _encoding(head: bytes) -> str:
    """By its byte order mark; else UTF-16 by its zero bytes, UTF-8 by trial, others by likeness."""
    if marked := _marked(head):
        return marked
    start = head[:1024]
    if len(start) > 3 and start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if len(start) > 3 and start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _likely(head)
    return "utf-8"


def _likely(head: bytes) -> str:
    """UTF-8 with a few broken bytes, else a code page that looks like language, else Windows's."""
    replaced = head.decode("utf-8", errors="replace").count("\N{REPLACEMENT CHARACTER}")
    if replaced * 3 < sum(octet >= 0xC0 for octet in head):
        return "utf-8"
    sample = head[: 64 * 1024]
    found = from_bytes(sample).best()
    if found is None or found.encoding.startswith("utf"):
        return FALLBACK
    same = str(found) == sample.decode(FALLBACK, errors="replace")
    return FALLBACK if same else found.encoding


def _text(head: bytes, encoding: str) -> str:
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)
    strange = sum(c < " " and c not in "\t\r\n" for c in text[:4096])
    if strange * 10 > min(len(text), 4096):
        raise Unreadable(Fault.NOT_TEXT)
    return text


def _first_lines(text: str) -> Iterator[str]:
    """The first lines, but for the last one, which may have been cut off."""
    lines = text.splitlines(keepends=True)[: SAMPLE_ROWS + 1]
    return iter(lines[:-1] if len(lines) > 1 and len(text) > 4096 else lines)


def _fit(lines: Sequence[str], delimiter: str) -> tuple[bool, int, int]:
    """How well a delimiter fits: the same number of cells in each row, then how many rows agree."""
    counts = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if row:
                counts.append(len(row))
    except csv.Error:
        counts.append(0)
    if not counts or counts[0] < 2:
        return False, 0, 0
    agreeing = sum(count == counts[0] for count in counts)
    return agreeing == len(counts), agreeing, counts[0]


def _first_row(lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        return next((row for row in csv.reader(lines, delimiter=delimiter) if row), [])
    except csv.Error:
        raise Unreadable(Fault.OPEN_QUOTE) from None


def opened(source: BinaryIO, shape: Shape) -> io.TextIOWrapper:
    """The file as text. What is no letter in its encoding becomes a replacement character."""
    return io.TextIOWrapper(source, shape.encoding, errors="replace", newline="")
