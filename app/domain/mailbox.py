"""Whether mail can be sent to an address: stricter than what a link or an opt-out asks of it."""

from __future__ import annotations

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP = rf"(?!(?i:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})\Z)[A-Za-z]{{2,63}}"
_PLAIN = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP}", re.ASCII
).fullmatch
"""Addresses as nearly all are: plain ASCII that the validator, 25 times as slow, accepts too."""


def sendable(address: str) -> bool:
    """Whether mail may be sent to it, and so whether it may become a contact's (rules.md, 2)."""
    if _PLAIN(address):
        return True
    try:
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return False
    return True
