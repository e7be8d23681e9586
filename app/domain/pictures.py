"""Raster images by what they hold, never by what they are called (R-139).

What is no single whole image of a kind that we know is refused: an SVG, which may carry a script,
and a file that goes on after its image, which may be something else as well.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

LARGEST_SIDE = 4_096
LARGEST_LOGO = 200_000
Size = tuple[int, int]
NO_SIZE: Size = (0, 0)
"""Of what begins as an image does, and is no whole one."""


def media_type(content: bytes) -> str | None:
    """The media type of a whole PNG, JPEG, GIF or WebP of a reasonable size, else None."""
    for type_, measure in KINDS.items():
        try:
            size = measure(content)
        except (struct.error, IndexError):
            return None
        if size is not None:
            return type_ if all(0 < side <= LARGEST_SIDE for side in size) else None
    return None


def _png(content: bytes) -> Size | None:
    """Chunks from IHDR to IEND, and nothing after."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    at, names = 8, []
    while at < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        names.append(content[at + 4 : at + 8])
        at += length + 12
    ends = names[-1] == b"IEND" and names.count(b"IEND") == 1
    whole = at == len(content) and names[0] == b"IHDR" and ends
    width, height = struct.unpack_from(">II", content, 16)
    return (width, height) if whole else NO_SIZE


def _gif(content: bytes) -> Size | None:
    """From its header to its trailer."""
    if content[:6] not in (b"GIF87a", b"GIF89a"):
        return None
    width, height = struct.unpack_from("<HH", content, 6)
    return (width, height) if content.endswith(b"\x3b") else NO_SIZE


def _webp(content: bytes) -> Size | None:
    """A RIFF of the length that it says."""
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 != len(content):
        return NO_SIZE
    kind, bits = content[12:16], int.from_bytes(content[21:25], "little")
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return (width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    wide, high = (int.from_bytes(content[at : at + 3], "little") + 1 for at in (24, 27))
    return (wide, high) if kind == b"VP8X" else NO_SIZE


def _jpeg(content: bytes) -> Size | None:
    """Segments up to the one that says the size, and an end at the end."""
    if not content.startswith(b"\xff\xd8\xff"):
        return None
    at = 2
    while content[at] == 0xFF and content.endswith(b"\xff\xd9"):
        marker, (length,) = content[at + 1], struct.unpack_from(">H", content, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, at + 5)
            return (width, height)
        at += 2 + length
    return NO_SIZE


KINDS: dict[str, Callable[[bytes], Size | None]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}
