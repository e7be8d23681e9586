"""All links of a mailing, for a million addresses as for one."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from app.domain.address import MalformedAddress, unwrapped
from app.links.headers import list_id, list_unsubscribe, unsubscribe_fields
from app.links.tokens import Purpose
from app.links.urls import Links, checked_id, checked_message


class AddressLinks(NamedTuple):
    """What one message needs. preferences_url is None where the keys at hand cannot sign it;
    unsubscribe_all_url opts out of the brand."""

    address: str
    preferences_url: str | None
    unsubscribe_url: str
    unsubscribe_all_url: str
    headers: dict[str, str]


def mailing_links(
    links: Links,
    addresses: Iterable[str],
    *,
    brand: int | None = None,
    type: int | None = None,
    message: int = 0,
    phrase: str | None = None,
) -> Iterator[AddressLinks | None]:
    """The URLs and headers for each address, in order and one at a time.

    None stands for what cannot be an address; the others go on. What is wrong with the mailing
    itself raises at the call, before the first address: ValueError, MissingKey or BadPhrase.
    """
    brand, message = links.brand_of(brand), checked_message(message)
    wanted = [links.scope_of(type, brand), links.scope_of(None, brand)]
    if links.tokens.makes(Purpose.PREFERENCES):
        wanted.append((Purpose.PREFERENCES, brand))
    return _each(
        links,
        addresses,
        links.tokens.series(wanted, message),
        "" if type is None else f"?type={checked_id('type', type)}",
        list_id(links.base.namespace, brand, type, phrase),
    )


def _each(
    links: Links,
    addresses: Iterable[str],
    tokens: Callable[[bytes], list[str]],
    first: str,
    list_field: str,
) -> Iterator[AddressLinks | None]:
    """`tokens`: for the unsubscribe URL, that of the whole brand, and the preferences if any.
    `first`: what puts the mailing's type first there."""
    page, leave = f"{links.base.text}/p/", f"{links.base.text}/u/"
    mailbox, key_of = links.mailbox, links.keys
    for address in addresses:
        try:
            key = key_of(unwrapped(address))
        except MalformedAddress:
            yield None
            continue
        own, all_, *preferences = tokens(key)
        url = leave + own
        headers = unsubscribe_fields(list_unsubscribe(url, mailbox(own)), list_field)
        preferences_url = page + preferences[0] + first if preferences else None
        yield AddressLinks(address, preferences_url, url, leave + all_, headers)
