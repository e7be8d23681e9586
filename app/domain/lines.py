"""What users type about brands and types: one line each, since it may stand in a mail's header."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import getaddresses
from unicodedata import category, normalize
from urllib.parse import urlsplit

from app.domain.mailbox import sendable
from app.domain.shaming import shames

Reader = Callable[[str], str]
LONGEST_NAME, LONGEST_MAILBOX, LONGEST_LINE, LONGEST_URL = 200, 320, 500, 500
LONGEST_SLUG = 64
_slug = re.compile(r"(?=.*[a-z])[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?").fullmatch
_words = re.compile(r"[a-z0-9]+").findall
_web_address = re.compile(r"https://[!-~]+").fullmatch
_host = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?", re.IGNORECASE).fullmatch


class Unfit(ValueError):
    """What was typed cannot stand there. `word` says why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


def slug(text: str) -> str:
    """A to z, 0 to 9 and hyphens, with a letter among them."""
    if not _slug(text.strip()):
        raise Unfit("no-slug")
    return text.strip()


def slug_or_of(text: str, called: str) -> str:
    """The slug that was typed, or, where none was, one made of the name."""
    return slug(text if text.strip() else slug_of(called))


def slug_of(called: str) -> str:
    """What a name's Latin letters and digits make."""
    plain = normalize("NFKD", called).encode("ascii", "ignore").decode().lower()
    return "-".join(_words(plain))[:LONGEST_SLUG].strip("-")


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """One line of text, or nothing (H-36, H-37)."""
    if any(category(c) in ("Cc", "Cs", "Zl", "Zp") or _turns(c) for c in text):
        raise Unfit("control-characters")
    if len(text.strip()) > longest:
        raise Unfit("too-long")
    return text.strip()


def name(text: str) -> str:
    """A name, which is never empty."""
    if not (told := line(text, LONGEST_NAME)):
        raise Unfit("no-name")
    return told


def told(text: str, longest: int = LONGEST_LINE) -> str:
    """One line that recipients read: it does not press them (R-87)."""
    if shames(text):
        raise Unfit("shames")
    return line(text, longest)


def mailbox(text: str) -> str:
    """An email address, with a name before it or without; or nothing."""
    typed = line(text)
    addresses = [address for _, address in getaddresses([typed])]
    if typed and (len(addresses) != 1 or len(typed) > LONGEST_MAILBOX or not sendable(*addresses)):
        raise Unfit("no-mailbox")
    return typed


def web_address(text: str) -> str:
    """An https URL, or nothing (R-139, H-39)."""
    typed = line(text, LONGEST_URL)
    if typed and not (_web_address(typed) and _host(urlsplit(typed).netloc)):
        raise Unfit("no-https")
    return typed


def _turns(character: str) -> bool:
    """Whether it changes in which direction the text after it is read (R-43)."""
    return "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
