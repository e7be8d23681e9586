"""Lists as people have them: every encoding and delimiter, and files that mean harm."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest

from app.files.cells import lines
from app.files.rows import rows
from app.files.shapes import (
    ENCODINGS,
    HEAD_BYTES,
    LONGEST_LINE,
    MOST_COLUMNS,
    Chosen,
    Fault,
    Unreadable,
    recognise,
)
from app.files.staging import Stage, Staged

NAMES = "e-mail;naam\r\nzoe@example.nl;Zoë Çelik\r\njörg@example.de;Jörg Müller\r\n"


class Endless(io.RawIOBase):
    """Headings, and then the same over and over."""

    def __init__(self, same: bytes) -> None:
        self._same = same
        self.taken = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill it."""
        view = memoryview(buffer)
        said = b"" if self.taken else b"email,x\n"
        said += self._same * ((len(view) - len(said)) // len(self._same))
        view[: len(said)] = said
        self.taken += len(said)
        return len(said)


def read(content: bytes) -> list[list[str]]:
    """The cells of a file's rows."""
    shape = recognise(content[:HEAD_BYTES])
    return [row.cells for row in rows(io.BytesIO(content), shape)]


@pytest.mark.parametrize(
    ("encoding", "called"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_recognised(encoding: str, called: str) -> None:
    content = NAMES.encode(encoding)
    assert recognise(content).encoding == called
    assert recognise(content).delimiter == ";"
    assert read(content)[1] == ["jörg@example.de", "Jörg Müller"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_recognised(delimiter: str) -> None:
    rows_of = [["email", "note"], ["ana@example.com", "a, b; c"], ["ben@example.org", 'said "x"']]
    cells = (('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows_of)
    content = "\n".join(delimiter.join(row) for row in cells).encode()
    assert recognise(content).delimiter == delimiter
    assert read(content) == rows_of[1:]


def test_a_list_of_bare_addresses_has_no_headings() -> None:
    shape = recognise(b"ana@example.com\nben@example.org\n")
    assert (shape.headed, shape.headings) == (False, ("",))
    assert read(b"ana@example.com\n\nben@example.org") == [["ana@example.com"], ["ben@example.org"]]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = b'email,note\nana@example.com,"two\nlines"\n\nben@example.org,x\n'
    assert [row.line for row in rows(io.BytesIO(content), recognise(content))] == [2, 5]


def test_bytes_that_are_no_letters_are_seen_in_their_row_only() -> None:
    good = b"".join(b"a%d@example.com,Zo\xc3\xab\n" % number for number in range(9))
    content = b"email,name\n" + good + b"bad@example.com,Zo\xeb\n"
    found = read(content)
    assert found[0] == ["a0@example.com", "Zoë"]
    assert "\N{REPLACEMENT CHARACTER}" in found[-1][1]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", Fault.EMPTY),
        (b"\r\n \t\r\n", Fault.EMPTY),
        (b"\0" * 5_000, Fault.EMPTY),
        (b"PK\x03\x04 a spreadsheet", Fault.NOT_TEXT),
        (bytes(range(256)) * 40, Fault.NOT_TEXT),
        (b"email" + b",x" * 1_000_000 + b"\n", Fault.MANY_COLUMNS),
        (b"email\n" + b"a@example.com" + b",x" * MOST_COLUMNS + b"\n", Fault.MANY_COLUMNS),
        (b"x" * (LONGEST_LINE * 3), Fault.LONG_LINE),
        (b"email,name\n" + b"x" * (LONGEST_LINE * 3), Fault.LONG_LINE),
        (b'email,name\na@example.com,"open\n' + b"b@example.com,x\n" * 20_000, Fault.OPEN_QUOTE),
        (b'email,name\na@example.com,"', Fault.OPEN_QUOTE),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, fault: Fault) -> None:
    with pytest.raises(Unreadable) as caught:
        read(content)
    assert caught.value.fault is fault


@pytest.mark.parametrize("same", [b",", b'"\n",'])
def test_a_line_or_row_without_end_costs_little(same: bytes) -> None:
    """A file may be one line of two gigabytes, or one row of many lines: it is not read on."""
    source = Endless(same)
    with pytest.raises(Unreadable) as caught:
        list(rows(io.BufferedReader(source), recognise(b"email,x\n")))
    assert caught.value.fault is Fault.LONG_LINE
    assert source.taken < 2 * LONGEST_LINE


def test_nul_bytes_reach_the_cell_and_are_judged_there() -> None:
    assert read(b"email,name\nana@example.com,A\0na\n") == [["ana@example.com", "A\0na"]]


def test_what_we_write_is_no_formula() -> None:
    """H-38, R-132: a spreadsheet runs what begins like one."""
    cells: list[list[object]] = [["=cmd|x", "+1"], ["@a", "-2"], ["\uff1d1", 7], [None, "a=1"]]
    written = "".join(lines(["address", "reason"], cells))
    assert written == "address,reason\r\n'=cmd|x,'+1\r\n'@a,'-2\r\n'\uff1d1,7\r\n,a=1\r\n"


def test_rows_are_staged_in_the_order_of_keys_and_the_later_of_two_wins(tmp_path: Path) -> None:
    """With what the earlier one leaves it."""
    stage = Stage(tmp_path / "imports" / "7.rows")
    assert not stage.ready
    given = [(b"b", 2, "one"), (None, 3, "broken"), (b"a", 4, "two"), (b"b", 5, "three")]
    taken = list(stage.fill(given, lambda *two: (" ".join(two), False)))
    assert (taken, stage.ready) == ([4, 4], True)
    assert stage.count() == 4
    assert stage.after(0, 3) == [
        Staged(1, None, 3, "broken"),
        Staged(2, b"a", 4, "two"),
        Staged(3, b"b", 2, "one", repeated=True),
    ]
    assert stage.after(3, 3) == [Staged(4, b"b", 5, "one three")]
    stage.remove()
    assert list(stage.path.parent.iterdir()) == []


def test_what_is_staged_is_on_disk_before_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of it after a power cut would stop its import for good."""
    stage, sync = Stage(tmp_path / "7.rows"), os.fsync
    synced: list[tuple[bool, int]] = []

    def note(number: int) -> None:
        synced.append((stage.ready, os.fstat(number).st_size))
        sync(number)

    monkeypatch.setattr(os, "fsync", note)
    list(stage.fill([(b"a", 2, "one")], lambda *two: (two[1], False)))
    assert synced == [(False, stage.path.stat().st_size)]


def test_what_is_behind_another_row_of_its_address_changes_places_with_it(tmp_path: Path) -> None:
    """And so does the place of a row of which nothing is left; each keeps its line."""
    stage = Stage(tmp_path / "7.rows")
    said = ["one", "aside", "", "two", "", "aside again"]
    given = [(b"a", 2 + at, content) for at, content in enumerate(said)]

    def carried(earlier: str, later: str) -> tuple[str, bool]:
        return f"{earlier} {later}", later.startswith("aside")

    list(stage.fill([*given, (b"b", 9, "other")], carried))
    assert [(row.line, row.content, row.usable) for row in stage.after(0, 9)] == [
        (3, "aside", False),
        (4, "", False),
        (2, "one aside", False),
        (6, "", False),
        (7, "aside again", False),
        (5, "one aside two aside again", True),
        (9, "other", True),
    ]


POLISH = "email;imię\nzoe@example.pl;Łucja Żak\n"
GREEK = "email;όνομα\nzoe@example.gr;Ζωή\n"


@pytest.mark.parametrize(
    ("content", "encoding", "delimiter"),
    [
        (POLISH.encode("cp1250"), "windows-1250", None),
        (GREEK.encode("cp1253"), "windows-1253", ";"),
        (POLISH.encode("utf-8-sig"), "utf-8-sig", ";"),
        (POLISH.encode(), "utf-8-sig", None),
        (POLISH.encode("utf-16-le"), "utf-16-le", None),
        (b"email,a;b\nana@example.com,c;d\n", None, ";"),
        (b"email\nana@example.com\n", "windows-1252", "|"),
        (b"email;name\n", "utf-8-sig", ";"),
        (POLISH.encode("cp1250") * 9, "windows-1252", None),
    ],
)
def test_what_was_chosen_is_not_guessed(
    content: bytes, encoding: str | None, delimiter: str | None
) -> None:
    shape = recognise(content, Chosen(encoding, delimiter))
    assert encoding in (None, shape.encoding)
    assert delimiter in (None, shape.delimiter)
    found = [row.cells for row in rows(io.BytesIO(content), shape)]
    if "Ł".encode("cp1250") in content and encoding == "windows-1250":
        assert found == [["zoe@example.pl", "Łucja Żak"]]


@pytest.mark.parametrize(
    ("content", "chosen", "fault"),
    [
        (POLISH.encode("cp1250"), Chosen("utf-8-sig"), Fault.OTHER_ENCODING),
        (POLISH.encode("utf-16"), Chosen("utf-8-sig"), Fault.OTHER_ENCODING),
        (POLISH.encode(), Chosen("utf-16-le"), Fault.OTHER_ENCODING),
        (POLISH.encode("utf-8-sig"), Chosen("windows-1250"), Fault.OTHER_ENCODING),
        (POLISH.encode(), Chosen(delimiter=","), Fault.OTHER_DELIMITER),
        (POLISH.encode(), Chosen("utf-8-sig", "\t"), Fault.OTHER_DELIMITER),
        (b"", Chosen("utf-16", ","), Fault.EMPTY),
    ],
)
def test_a_choice_that_cannot_be_right_is_told(
    content: bytes, chosen: Chosen, fault: Fault
) -> None:
    with pytest.raises(Unreadable) as caught:
        recognise(content, chosen)
    assert caught.value.fault is fault


def test_a_byte_order_mark_goes_before_a_choice_of_its_kind() -> None:
    assert recognise(POLISH.encode("utf-16"), Chosen("utf-16-be")).encoding == "utf-16"
    assert recognise(POLISH.encode("utf-16"), Chosen("utf-16-be")).headings == ("email", "imię")


def test_every_encoding_that_is_offered_can_be_read() -> None:
    for encoding in ENCODINGS:
        content = "email,name\nana@example.com,Ana\n".encode(encoding)
        shape = recognise(content, Chosen(encoding))
        assert [row.cells for row in rows(io.BytesIO(content), shape)] == [
            ["ana@example.com", "Ana"]
        ]
