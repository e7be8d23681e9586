"""All links of a mailing are the links of each address."""

from collections.abc import Iterator

import pytest

from app.domain.address import AddressKeys
from app.links import AddressLinks, mailing_links
from app.links.headers import BadPhrase
from app.links.purposes import purpose_key
from app.links.tokens import Mint, Purpose
from app.links.urls import Links
from tests.links.samples import ADDRESS_SECRET, ANA, LINK_SECRET, links

CAST = [ANA, "bob@example.com", "用户@例子.测试", " carol@example.com "]


def test_each_address_gets_what_it_would_get_alone() -> None:
    made = links(domain="example.com")
    mailing = mailing_links(made, CAST, brand=3, type=7, message=812, phrase="News")
    assert list(mailing) == [
        AddressLinks(
            address,
            made.preferences_url(address, 3, 812, type=7),
            made.unsubscribe_url(address, type=7, message=812),
            made.unsubscribe_url(address, brand=3, message=812),
            made.unsubscribe_headers(address, type=7, brand=3, message=812, phrase="News"),
        )
        for address in CAST
    ]


def test_a_mailing_of_a_brand_opts_out_of_the_brand() -> None:
    made = links().for_brand(3)
    (only,) = mailing_links(made, [ANA])
    out, headers = made.unsubscribe_url(ANA), made.unsubscribe_headers(ANA)
    assert only == AddressLinks(ANA, made.preferences_url(ANA), out, out, headers)


def test_a_malformed_address_keeps_its_place_and_the_others_go_on() -> None:
    mailing = mailing_links(links(), ["nobody", ANA, ""], brand=3)
    assert [None if each is None else each.address for each in mailing] == [None, ANA, None]


def test_headers_of_two_messages_are_not_one_object() -> None:
    one, other = mailing_links(links(), [ANA, ANA], brand=3)
    assert one is not None
    assert other is not None
    assert one.headers == other.headers
    assert one.headers is not other.headers


def test_a_mailing_is_made_as_it_is_asked_for() -> None:
    """A million addresses stand in nobody's memory."""
    asked = []

    def addresses() -> Iterator[str]:
        for number in range(1_000_000):
            asked.append(number)
            yield f"reader.{number}@example.com"

    mailing = mailing_links(links(), addresses(), brand=3)
    assert asked == []
    next(mailing)
    assert asked == [0]


def test_a_sender_without_the_preferences_key_gets_opt_out_links_alone() -> None:
    mint = Mint.for_sender(purpose_key(LINK_SECRET, Purpose.TYPE))
    sender = Links("https://mail.example.com", AddressKeys(ADDRESS_SECRET), mint)
    (only,) = mailing_links(sender, [ANA], brand=3, type=7)
    assert only is not None
    assert only.preferences_url is None
    assert only.unsubscribe_url == links().unsubscribe_url(ANA, type=7)


def test_what_is_wrong_with_a_mailing_shows_before_the_first_address() -> None:
    with pytest.raises(ValueError, match="which brand"):
        mailing_links(links(), [])
    with pytest.raises(ValueError, match="type is the number"):
        mailing_links(links(), [], brand=3, type=0)
    with pytest.raises(ValueError, match="message is the number"):
        mailing_links(links(), [], brand=3, message=-1)
    with pytest.raises(BadPhrase):
        mailing_links(links(), [], brand=3, phrase="a\nb")
