"""All links of a mailing, for a million addresses as for one."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from app.domain.address import MalformedAddress
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
    all_of_brand = links.scope_of(None, brand)
    return _each(
        links,
        addresses,
        unsubscribe=links.tokens.series(*links.scope_of(type, brand), message),
        unsubscribe_all=None if type is None else links.tokens.series(*all_of_brand, message),
        preferences_url=_preferences(links, brand, type, message),
        list_field=list_id(links.base.namespace, brand, type, phrase),
    )


def _preferences(
    links: Links, brand: int, type: int | None, message: int
) -> Callable[[bytes], str | None]:
    if not links.tokens.makes(Purpose.PREFERENCES):
        return lambda key: None
    token = links.tokens.series(Purpose.PREFERENCES, brand, message)
    folder = f"{links.base.text}/p/"
    first = "" if type is None else f"?type={checked_id('type', type)}"
    return lambda key: folder + token(key) + first


def _each(
    links: Links,
    addresses: Iterable[str],
    unsubscribe: Callable[[bytes], str],
    unsubscribe_all: Callable[[bytes], str] | None,
    preferences_url: Callable[[bytes], str | None],
    list_field: str,
) -> Iterator[AddressLinks | None]:
    folder, mailbox, key_of = f"{links.base.text}/u/", links.mailbox, links.keys
    for address in addresses:
        try:
            key = key_of(address)
        except MalformedAddress:
            yield None
            continue
        token = unsubscribe(key)
        url = folder + token
        all_url = folder + unsubscribe_all(key) if unsubscribe_all else url
        headers = unsubscribe_fields(list_unsubscribe(url, mailbox(token)), list_field)
        yield AddressLinks(address, preferences_url(key), url, all_url, headers)
