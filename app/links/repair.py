"""Finds a token in what mail programs, gateways and people made of it (docs/rules.md, 5)."""

import re
from typing import Final
from urllib.parse import unquote

# A token of which every character was percent-encoded and stood in a line of its own is shorter.
MOST_MENDED: Final = 1024

# ASCII only: Unicode's case folding would take a Kelvin sign for a k.
_token = re.compile(r"(?:=|3[Dd])?([A-Za-z2-7]{58})(?![A-Za-z0-9])").match
_LOST = re.compile("=(?:\r\n?|\n)|[\\s\u200b-\u200d\u2060\ufeff\u00ad]")


def token_in(text: str) -> str | None:
    """The 58 characters at the start of the text, in lower case; mended if need be, else None.

    `=` or `3D` before them is what quoted-printable leaves of a `t=`; whatever is glued on
    behind is ignored, unless a letter or digit says that this is no token (R-98 to R-102).
    """
    found = _token(text) or _token(_mended(text[:MOST_MENDED]))
    return found[1].lower() if found else None


def _mended(text: str) -> str:
    """Percent-decoded once, without white space, invisible characters and soft line breaks."""
    return _LOST.sub("", unquote(text))
