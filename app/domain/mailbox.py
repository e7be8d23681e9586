"""Whether mail can be sent to an address: stricter than what a link or an opt-out asks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)

from app.domain.address import MOST_OCTETS
from app.domain.limits import Limit, limit_met
from app.domain.mail import Mailed, MailKind, counted
from app.domain.standing import BOUNCE, COMPLAINT, Held
from app.domain.words import Instant, Reason

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = rf"(?!(?i:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})\Z)[A-Za-z]{{2,63}}"
_PLAIN = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}", re.ASCII
).fullmatch
"""Addresses as nearly all are: plain ASCII that the validator, 25 times as slow, accepts too."""
_PLAIN_LOCAL = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*", re.ASCII).fullmatch
"""Names that the validator accepts at any domain."""


def sendable(address: str) -> bool:
    """Whether mail may be sent to it, and so whether it may become a contact's (rules.md, 2)."""
    if _PLAIN(address):
        return True
    local, _, domain = address.rpartition("@")
    if _PLAIN_LOCAL(local) and len(domain) < MOST_OCTETS:
        return len(local) + 1 + _octets(domain) <= MOST_OCTETS
    return _validated(address) is not None


@lru_cache(4_096)
def _octets(domain: str) -> int:
    """How many the longest form of a domain has, which is sent or shown; too many where nothing can
    be sent to it. Kept, as an international one takes a hundred times as long as its name."""
    if (valid := _validated(f"a@{domain}")) is None:
        return MOST_OCTETS
    forms = domain, valid.domain, valid.ascii_domain
    return max(len(form.encode()) for form in forms)


def _validated(address: str) -> ValidatedEmail | None:
    try:
        return validate_email(
            address, check_deliverability=False, strict=True, test_environment=True
        )
    except EmailNotValidError:
        return None


def link_refused(
    address: str | None, held: Held, mails: Iterable[Mailed], now: Instant
) -> Reason | Limit | None:
    """Why an admin may not mail the preferences link now, or None (rules.md, 5)."""
    return mail_refused(MailKind.PREFERENCES_LINK, address, held, mails, now)


def mail_refused(
    kind: MailKind, address: str | None, held: Held, mails: Iterable[Mailed], now: Instant
) -> Reason | Limit | None:
    """Why nobody but the person may have a mail of this kind sent now, or None."""
    if held.opted_out(BOUNCE):
        return Reason.BOUNCED
    if held.opted_out(COMPLAINT):
        return Reason.COMPLAINED
    if address is None or not sendable(address):
        return Reason.INVALID_ADDRESS
    return limit_met(kind, counted(mails), now)
