"""The links of an installation: which path, which token, how long."""

import pytest

from app.domain.address import AddressKeys, MalformedAddress
from app.links.purposes import purpose_key
from app.links.tokens import EXAMPLE_KEY, Link, Mint, MissingKey, Purpose
from app.links.urls import Links
from tests.links.samples import (
    ADDRESS_SECRET,
    ANA,
    ANAS_KEY,
    ANAS_LINK,
    ANAS_TOKEN,
    LINK_SECRET,
    links,
    tokens,
)

BASE = "https://mail.example.com"
MOST = 2**31 - 1


def read(url: str, folder: str) -> Link:
    """The link behind a URL that begins as it should."""
    assert url.startswith(BASE + folder)
    return tokens().read(url.removeprefix(BASE + folder))


def test_a_preferences_url_opens_the_brands_page_for_this_address() -> None:
    url = links().preferences_url(ANA, 3, 812)
    assert read(url, "/p/") == Link(Purpose.PREFERENCES, ANAS_KEY, 3, 812)


def test_a_preferences_url_may_put_a_type_first() -> None:
    """Unsigned: it only orders the page."""
    plain, first = links().preferences_url(ANA, 3), links().preferences_url(ANA, 3, type=7)
    assert first == f"{plain}?type=7"


def test_an_unsubscribe_url_opts_out_of_what_it_is_asked_for() -> None:
    """R-04, R-19: the URL alone names recipient and list, and only that list."""
    assert links().unsubscribe_url(ANA, type=7, message=812) == f"{BASE}/u/{ANAS_TOKEN}"
    assert read(links().unsubscribe_url(ANA, brand=3), "/u/") == Link(Purpose.BRAND, ANAS_KEY, 3)
    account = links().unsubscribe_url(ANA, account=True, message=812)
    assert read(account, "/u/") == Link(Purpose.ACCOUNT, ANAS_KEY, 0, 812)


def test_a_type_is_narrower_than_its_brand() -> None:
    url = links().unsubscribe_url(ANA, type=7, brand=3, message=812)
    assert read(url, "/u/") == ANAS_LINK


def test_an_example_is_about_nobody() -> None:
    assert read(links().example_url(3), "/p/") == Link(Purpose.EXAMPLE, EXAMPLE_KEY, 3)


def test_a_link_whose_address_is_known_by_key_has_the_same_url() -> None:
    assert links().url(ANAS_LINK) == links().unsubscribe_url(ANA, type=7, message=812)


def test_a_brand_kept_by_the_links_is_taken_where_none_is_named() -> None:
    shop = links().for_brand(3)
    assert shop.preferences_url(ANA) == links().preferences_url(ANA, 3)
    assert shop.unsubscribe_url(ANA) == links().unsubscribe_url(ANA, brand=3)
    assert shop.unsubscribe_url(ANA, account=True) == links().unsubscribe_url(ANA, account=True)
    assert shop.unsubscribe_url(ANA, brand=4) == links().unsubscribe_url(ANA, brand=4)
    assert shop.for_brand(None) is shop


def test_no_brand_is_guessed() -> None:
    for make in (links().preferences_url, links().unsubscribe_url, links().unsubscribe_headers):
        with pytest.raises(ValueError, match="which brand"):
            make(ANA)


def test_every_url_fits_120_characters_where_the_base_url_allows() -> None:
    """R-105, R-106."""
    roomy = Links("https://mail.a-rather-long-name.example.org", links().keys, tokens())
    urls = [
        roomy.preferences_url(ANA, MOST, MOST, type=MOST),
        roomy.unsubscribe_url(ANA, type=MOST, message=MOST),
        roomy.unsubscribe_url(ANA, brand=MOST, message=MOST),
        roomy.unsubscribe_url(ANA, account=True, message=MOST),
        roomy.example_url(MOST),
    ]
    assert len(roomy.base.text) == 43
    assert max(map(len, urls)) == 120
    assert all(url.isascii() and "&" not in url for url in urls)


def test_a_path_before_the_links_is_kept() -> None:
    """R-103: the token is in the path."""
    inner = links("https://example.com/email/")
    assert inner.unsubscribe_url(ANA, type=7, message=812) == (
        f"https://example.com/email/u/{ANAS_TOKEN}"
    )


def test_a_malformed_address_has_no_links() -> None:
    for make in (links().preferences_url, links().unsubscribe_url, links().unsubscribe_headers):
        with pytest.raises(MalformedAddress):
            make("nobody", brand=3)


@pytest.mark.parametrize("number", [1, MOST])
def test_every_number_sayso_gives_makes_a_link(number: int) -> None:
    url = links().unsubscribe_url(ANA, type=number, message=number)
    assert read(url, "/u/") == Link(Purpose.TYPE, ANAS_KEY, number, number)


@pytest.mark.parametrize("wrong", [0, -1, 2**31, "7", "news", 7.0, True, object()])
def test_what_is_no_id_makes_no_link(wrong: int) -> None:
    """A restored or mistyped number must not opt anybody out of something else."""
    with pytest.raises(ValueError, match="type is the number Sayso gave it"):
        links().unsubscribe_url(ANA, type=wrong)
    with pytest.raises(ValueError, match="brand is the number Sayso gave it"):
        links().preferences_url(ANA, wrong)
    with pytest.raises(ValueError, match="type is the number Sayso gave it"):
        links().preferences_url(ANA, 3, type=wrong)
    if wrong:
        with pytest.raises(ValueError, match="message is the number Sayso gave it"):
            links().unsubscribe_url(ANA, type=7, message=wrong)


def test_the_account_is_never_opted_out_of_by_mistake() -> None:
    with pytest.raises(ValueError, match="stands alone"):
        links().unsubscribe_url(ANA, type=7, account=True)
    with pytest.raises(ValueError, match="stands alone"):
        links().unsubscribe_url(ANA, brand=3, account=True)


def test_a_sender_with_the_unsubscribe_key_makes_the_same_opt_out_links_and_no_other() -> None:
    mint = Mint.for_sender(purpose_key(LINK_SECRET, Purpose.TYPE))
    sender = Links(BASE, AddressKeys(ADDRESS_SECRET), mint)
    assert sender.unsubscribe_url(ANA, type=7) == links().unsubscribe_url(ANA, type=7)
    with pytest.raises(MissingKey, match="PREFERENCES"):
        sender.preferences_url(ANA, 3)
