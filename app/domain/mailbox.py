"""Whether mail can be sent to an address: stricter than what a link or an opt-out asks of it."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email


def sendable(address: str) -> bool:
    """Whether mail may be sent to it, and so whether it may become a contact's (rules.md, 2)."""
    try:
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return False
    return True
