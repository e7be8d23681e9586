"""The links of an installation: from an email address to the URLs and headers of a message."""

from copy import copy

from app.domain.address import AddressKeys, unwrapped
from app.domain.ids import MOST_ID
from app.links.headers import list_id, list_unsubscribe, unsubscribe_fields
from app.links.hosts import BaseUrl, parse_base_url, parse_domain
from app.links.tokens import EXAMPLE_KEY, Link, Mint, Purpose

_FOLDERS = {
    Purpose.PREFERENCES: "/p/",
    Purpose.TYPE: "/u/",
    Purpose.BRAND: "/u/",
    Purpose.ACCOUNT: "/u/",
    Purpose.EXAMPLE: "/p/",
}


class Links:
    """Makes every link of one installation; no database, no clock, safe to share by threads.

    Ids and numbers of mailings are those Sayso gave: 1 to 2**31 - 1, message 0 for none. brand is
    taken where a call names none. A call raises MalformedAddress, MissingKey (tokens.py), or
    ValueError for anything else it cannot make a link of.
    """

    def __init__(
        self,
        base_url: str,
        keys: AddressKeys,
        tokens: Mint,
        unsubscribe_domain: str | None = None,
        brand: int | None = None,
    ) -> None:
        self.base: BaseUrl = parse_base_url(base_url)
        self.keys = keys
        self.tokens = tokens
        self.domain = parse_domain(unsubscribe_domain) if unsubscribe_domain else None
        self.brand = None if brand is None else checked_id("brand", brand)

    def for_brand(self, brand: int | None) -> "Links":
        """The same links with this brand where a call names none."""
        if brand is None:
            return self
        links = copy(self)
        links.brand = checked_id("brand", brand)
        return links

    def url(self, link: Link) -> str:
        """The URL of a link whose address key is already known."""
        return f"{self.base.text}{_FOLDERS[link.purpose]}{self.tokens.mint(link)}"

    def preferences_url(
        self, address: str, brand: int | None = None, message: int = 0, type: int | None = None
    ) -> str:
        """The page of this address's choices for a brand; the type, unsigned, stands first."""
        link = Link(
            Purpose.PREFERENCES,
            self.keys(unwrapped(address)),
            self.brand_of(brand),
            checked_message(message),
        )
        first = "" if type is None else f"?type={checked_id('type', type)}"
        return self.url(link) + first

    def unsubscribe_url(
        self,
        address: str,
        *,
        type: int | None = None,
        brand: int | None = None,
        account: bool = False,
        message: int = 0,
    ) -> str:
        """The page that opts out of the type; of the account, where asked; else of the brand."""
        if account and (type is not None or brand is not None):
            raise ValueError("account=True stands alone: it opts out of every brand and type")
        purpose, scope = (Purpose.ACCOUNT, 0) if account else self.scope_of(type, brand)
        return self.url(
            Link(purpose, self.keys(unwrapped(address)), scope, checked_message(message))
        )

    def example_url(self, brand: int | None = None) -> str:
        """The page of a brand as nobody's example, for previews and documentation."""
        return self.url(Link(Purpose.EXAMPLE, EXAMPLE_KEY, self.brand_of(brand)))

    def unsubscribe_headers(
        self,
        address: str,
        *,
        type: int | None = None,
        brand: int | None = None,
        message: int = 0,
        phrase: str | None = None,
    ) -> dict[str, str]:
        """List-Unsubscribe, List-Unsubscribe-Post and List-Id of one message (RFC 8058).

        They opt out of the type, or of the brand where no type is named. The brand is part of
        List-Id in either case; phrase is the list's name in it. Raises BadPhrase besides.
        """
        purpose, scope = self.scope_of(type, brand)
        link = Link(purpose, self.keys(unwrapped(address)), scope, checked_message(message))
        token = self.tokens.mint(link)
        return unsubscribe_fields(
            list_unsubscribe(f"{self.base.text}/u/{token}", self.mailbox(token)),
            list_id(self.base.namespace, self.brand_of(brand), type, phrase),
        )

    def mailbox(self, token: str) -> str | None:
        """Where a mail opts out with this token: the name just fits its 64 octets (R-32)."""
        return f"unsub+{token}@{self.domain}" if self.domain else None

    def scope_of(self, type: int | None, brand: int | None) -> tuple[Purpose, int]:
        """What unsubscribing opts out of: the type, or the brand where no type is named."""
        if type is not None:
            return Purpose.TYPE, checked_id("type", type)
        return Purpose.BRAND, self.brand_of(brand)

    def brand_of(self, brand: int | None) -> int:
        """The brand named, else the one kept here. ValueError where there is neither."""
        chosen = self.brand if brand is None else brand
        if chosen is None:
            raise ValueError("which brand? Pass brand=NUMBER, or set SAYSO_BRAND")
        return checked_id("brand", chosen)


def checked_id(name: str, value: object) -> int:
    """The id, if it can be one: names and numbers in quotes are what templates get wrong."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_ID:
        raise ValueError(f"{name} is the number Sayso gave it, 1 to {MOST_ID}, and not {value!r}")
    return value


def checked_message(value: int) -> int:
    """The number of the mailing, if it can be one; 0 is none."""
    return value if value == 0 else checked_id("message", value)
