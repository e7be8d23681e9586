"""Small whole images of each kind, and files that only begin like one."""

from __future__ import annotations

import struct
import zlib
from base64 import b64decode


def chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def png(width: int = 1, height: int = 1) -> bytes:
    """A PNG that says it has this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x7f")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    )


PNG = png()
GIF = b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
WEBP = b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00\xff\xda\x00\x02\x00\xff\xd9"
)
WHOLE = {"image/png": PNG, "image/gif": GIF, "image/webp": WEBP, "image/jpeg": JPEG}
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
REFUSED = {
    "nothing": b"",
    "svg": SVG,
    "svg after xml": b"<?xml version='1.0'?>" + SVG,
    "html": b"<!doctype html><script>alert(1)</script>",
    "png cut": PNG[:-4],
    "png and zip": PNG + b"PK\x03\x04",
    "png and html": PNG + b"<script>alert(1)</script>",
    "png of nothing": b"\x89PNG\r\n\x1a\n",
    "png of pixels without end": png(60_000, 60_000),
    "png of no pixels": png(0, 5),
    "gif and script": GIF + b"*/=1;alert(1)//",
    "gif of a script": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
    "webp of another length": WEBP + b"x",
    "jpeg and html": JPEG + b"<script>",
    "jpeg cut": JPEG[:20],
    "riff": b"RIFF\x04\x00\x00\x00WAVE",
}
