"""Links for Python programs that send mail: settings from the environment, no database, no call.

    from app.links import preferences_url, unsubscribe_headers

The address secret is needed, and either link secrets or the purpose keys that
`sayso keys sender` prints: with the unsubscribe key alone a sender makes opt-out links and
nothing more (docs/rules.md, 5).
"""

import os
from functools import cache

from app.links.environment import from_environment
from app.links.urls import Links


@cache
def environment_links() -> Links:
    """The Links of this process's environment, read once, at the first link. Raises BadSetting."""
    return from_environment(os.environ)


def preferences_url(
    address: str, brand: int | None = None, message: int = 0, type: int | None = None
) -> str:
    """The page of this address's choices; see Links.preferences_url. Raises BadSetting besides."""
    return environment_links().preferences_url(address, brand, message, type)


def unsubscribe_url(
    address: str,
    *,
    type: int | None = None,
    brand: int | None = None,
    account: bool = False,
    message: int = 0,
) -> str:
    """The page that opts out; see Links.unsubscribe_url. Raises BadSetting besides."""
    return environment_links().unsubscribe_url(
        address, type=type, brand=brand, account=account, message=message
    )


def unsubscribe_headers(
    address: str,
    *,
    type: int | None = None,
    brand: int | None = None,
    message: int = 0,
    phrase: str | None = None,
) -> dict[str, str]:
    """The header fields of a message; see Links.unsubscribe_headers. Raises BadSetting besides."""
    return environment_links().unsubscribe_headers(
        address, type=type, brand=brand, message=message, phrase=phrase
    )
