"""Who an email address is: its matching form, its key, and how a page may show it.

The matching form and the key are frozen for ever (docs/rules.md, 2): every link already mailed
and every opt-out already stored depends on them to the byte.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final
from unicodedata import category, normalize

import idna

KEY_BYTES: Final = 16
MOST_OCTETS: Final = 254
MOST_WRAPPED: Final = 1_000
"""How long an address may be with all that stands around it."""
LEAST_SECRET_BYTES: Final = 32

# Unicode's White_Space as it stands, written out so that no later Unicode changes a key.
WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff"

_EDGES = WHITE_SPACE + ZERO_WIDTH
_FORBIDDEN = re.compile(f"[\\x00-\\x1f\\x7f-\\x9f{WHITE_SPACE}]").search
# Visible ASCII around the last @, and no dot at the end: nothing to strip, compose or convert.
_PLAIN = re.compile(r"[!-~]+@[!-?A-~]*[!-\-/-?A-~]").fullmatch
_IN_BRACKETS = re.compile(r"[^\r\n]*<([^<>]*)>").fullmatch
_QUOTES = ("'", '"')
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class MalformedAddress(ValueError):
    """This text cannot be an email address. The message says why and never quotes the text."""


class BadSecret(ValueError):
    """A secret that cannot be used. The message says why and never quotes the secret."""


def matching_form(text: str) -> str:
    """The form under which an address is looked up, exact for ever (docs/rules.md, 2).

    Equal forms are one subscriber. Raises MalformedAddress. No validator: what fails one may
    still be opted out.
    """
    if len(text) <= MOST_OCTETS and _PLAIN(text):
        return text.lower()
    local, domain = _sides(text.strip(_EDGES))
    domain = _domain_form(domain).removesuffix(".")
    if not domain:
        raise MalformedAddress("the domain is empty")
    return f"{normalize('NFC', local).translate(_LOWER)}@{domain}"


def unwrapped(text: str) -> str:
    """An address without what mail programs and tables leave around it: `Ana <ana@example.com>`,
    `mailto:`, quotes, a comma. No address that mail can be sent to has any of these.

    Else its key would be another's, and an opt-out under it nobody's.
    """
    if text[:1].isalnum() and text[-1:].isalnum() and text[6:7] != ":":
        return text  # nearly always
    bare = before = text.strip(_EDGES)
    if len(bare) <= MOST_WRAPPED:
        before = ""
    while bare != before:
        before = bare
        bare = bare.rstrip(",;" + _EDGES)
        if (named := _IN_BRACKETS(bare)) and "@" in named[1]:
            bare = named[1]
        if bare[:1] in _QUOTES and bare[:1] == bare[-1:]:
            bare = bare[1:-1].strip(_EDGES)
        if bare[:7].lower() == "mailto:":
            bare = bare[7:].partition("?")[0]
    return bare if "@" in bare else text.strip(_EDGES)


def fault_in(typed: str) -> str:
    """What a person is told of a text that is no address: "malformed" where there is no @ between
    two sides, "space", or "unsendable"."""
    text = typed.strip(_EDGES)
    if "@" not in text.strip("@"):
        return "malformed"
    return "space" if any(map(str.isspace, text)) else "unsendable"


def _sides(text: str) -> tuple[str, str]:
    if len(text) > MOST_OCTETS or len(_utf8(text)) > MOST_OCTETS:
        raise MalformedAddress(f"longer than {MOST_OCTETS} octets")
    if _FORBIDDEN(text):
        raise MalformedAddress("white space or a control character inside")
    local, _, domain = text.rpartition("@")
    if not local or not domain:
        raise MalformedAddress("not of the form name@domain")
    return local, domain


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise MalformedAddress("not Unicode text") from None


def _domain_form(domain: str) -> str:
    return domain.lower() if domain.isascii() else _international_form(domain)


@lru_cache(4_096)
def _international_form(domain: str) -> str:
    """Kept, as it takes as long as a hundred addresses: many have the same domain, and who sends
    10,000 would hold up everybody."""
    try:
        return idna.encode(domain, uts46=True).decode()
    except ValueError:
        return normalize("NFC", domain).translate(_LOWER)


class KeptHmac:
    """HMAC-SHA256 with the key's two states kept, as RFC 2104, section 4, allows.

    Copying them costs a third of `hmac.digest`, which sets the key up again at each call.
    """

    def __init__(self, key: bytes) -> None:
        block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
        self._inner = sha256(bytes(octet ^ 0x36 for octet in block))
        self._outer = sha256(bytes(octet ^ 0x5C for octet in block))

    def __call__(self, message: bytes) -> bytes:
        """The 32 bytes of HMAC-SHA256(key, message)."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()


class AddressKeys:
    """Makes address keys with one address secret: `keys(text)`. Safe to share by threads."""

    def __init__(self, secret: bytes) -> None:
        self._mac = KeptHmac(secret)

    def __call__(self, text: str) -> bytes:
        """The 16-byte key everything about this address is bound to. Raises MalformedAddress."""
        return self._mac(matching_form(text).encode())[:KEY_BYTES]


def address_key(secret: bytes, text: str) -> bytes:
    """The 16-byte key of one address; for many of them keep an AddressKeys."""
    return AddressKeys(secret)(text)


def fingerprint(secret: bytes) -> bytes:
    """8 bytes by which a database knows its address secret again without holding it."""
    return KeptHmac(secret)(b"sayso.fingerprint")[:8]


def parse_secret(text: str) -> bytes:
    """The bytes of one secret as set in the environment or a file. Raises BadSecret."""
    secrets = parse_secrets(text)
    if len(secrets) > 1:
        raise BadSecret("there is white space inside; one secret is a single word")
    return secrets[0]


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """The secrets of a list separated by white space, in its order. Raises BadSecret."""
    words = text.split()
    if not words:
        raise BadSecret("no secret is given")
    return tuple(_secret(word, at) for at, word in enumerate(words, 1))


def _secret(word: str, at: int) -> bytes:
    if not word.isprintable():
        raise BadSecret(f"secret {at} has an invisible or undecodable character")
    secret = word.encode()
    if len(secret) < LEAST_SECRET_BYTES:
        raise BadSecret(
            f"secret {at} has {len(secret)} bytes; at least {LEAST_SECRET_BYTES} are needed. Make "
            "one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )
    return secret


def masked(text: str) -> str:
    """An address as a page may show it: enough to tell two mailboxes apart, `an•••le@ex•••.com`.

    Takes any text and never raises. At most half of a name shows (one letter at least), what is
    invisible or turns the text around shows as an escape (R-43). The caller escapes for HTML.
    """
    local, _, domain = text.strip(_EDGES)[:MOST_OCTETS].rpartition("@")
    if not local:
        return _veiled(domain, head=2, tail=2)
    name, dot, top = _readable(domain.rstrip(".")).rpartition(".")
    site = f"{_veiled(name, head=2, tail=0)}.{_shown(top)}" if dot else _veiled(top, 2, 0)
    return f"{_veiled(local, head=2, tail=2)}@{site}"


def _readable(domain: str) -> str:
    """The domain with its A-labels turned back into letters, where they are sound."""
    try:
        return idna.decode(domain) if "xn--" in domain.lower() else domain
    except ValueError:
        return domain


def _veiled(text: str, head: int, tail: int) -> str:
    letters: Sequence[str] = text if text.isascii() else _whole_letters(text)
    seen = max(1, min(head + tail, len(letters) // 2))
    tail = min(tail, seen // 2)
    last = letters[len(letters) - tail :]
    return _shown("".join(letters[: seen - tail])) + "•••" + _shown("".join(last))


def _whole_letters(text: str) -> list[str]:
    """Each character together with the marks that combine with it, so that none is cut off."""
    return list(_with_marks(normalize("NFC", text)))


def _with_marks(text: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or category(text[at])[0] != "M":
            yield text[start:at]
            start = at


def _shown(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
