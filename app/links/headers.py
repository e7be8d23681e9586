"""The header fields by which mail programs unsubscribe: RFC 8058, 2369 and 2919.

Values are plain ASCII of one line, so that any mailer may carry them; with Python's own, send
through `message_policy`. DKIM has to sign both unsubscribe fields (RFC 8058, section 4).
"""

import re
from email.header import Header
from email.policy import SMTP
from typing import Final

MOST_LIST_ID_OCTETS: Final = 255
MOST_PHRASE_LETTERS: Final = 100

message_policy: Final = SMTP.clone(max_line_length=998)
"""For EmailMessage(policy=…): the default one encodes a long URL, which no client reads (R-24)."""

_refused = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]").search
# EmailMessage decodes an encoded word and writes its ASCII part bare, where these have a meaning.
_SPECIALS = re.compile(r'[<>()\[\]:;@\\,"]|=\?')
_QUOTES = re.compile(r'[<>\\"]|=\?')


class BadPhrase(ValueError):
    """A list's name with a line break or control character: it must not enter a header (R-34)."""


def list_unsubscribe(url: str, mailbox: str | None) -> str:
    """The one-click URL first, then the mailbox for those who can only mail (R-02, R-20, R-31)."""
    return f"<{url}>, <mailto:{mailbox}>" if mailbox else f"<{url}>"


def list_id(namespace: str, brand: int, type: int | None, phrase: str | None) -> str:
    """`"phrase" <tTYPE.bBRAND.namespace>`, at most 255 octets; a longer phrase is cut (R-27).

    Raises BadPhrase.
    """
    label = f"b{brand}" if type is None else f"t{type}.b{brand}"
    identifier = f"<{label}.{namespace}>"
    return _phrase(phrase or "", MOST_LIST_ID_OCTETS - len(identifier) - 1) + identifier


def unsubscribe_fields(list_unsubscribe: str, list_id: str) -> dict[str, str]:
    """The three fields; List-Unsubscribe-Post is RFC 8058's to the byte (R-03)."""
    return {
        "List-Unsubscribe": list_unsubscribe,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": list_id,
    }


def _phrase(text: str, room: int) -> str:
    """The phrase and a space within that many octets, or nothing."""
    if _refused(text):
        raise BadPhrase("a list's name has a line break or another control character")
    words = " ".join(text.split())[:MOST_PHRASE_LETTERS]
    while words and len(encoded := _encoded(words)) > room:
        words = words[:-1]
    return f"{encoded} " if words and encoded else ""


def _encoded(text: str) -> str:
    """As a quoted string where ASCII will do, else in encoded words (RFC 2047, section 5)."""
    if text.isascii():
        plain = _QUOTES.sub("", text).strip()
        return f'"{plain}"' if plain else ""
    return Header(" ".join(_SPECIALS.sub(" ", text).split()), "utf-8").encode(linesep="")
