"""What the tests of links share: the golden vectors and the cast."""

import json
from pathlib import Path
from typing import Any, Final

from app.domain.address import AddressKeys
from app.links.tokens import Link, Purpose, Tokens
from app.links.urls import Links

VECTORS: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("vectors.json").read_text("utf-8")
)
ADDRESS_SECRET: Final = VECTORS["address_secret"].encode()
LINK_SECRET: Final = VECTORS["link_secret"].encode()

# Secrets as long as settings ask for; those of the golden vectors are short.
LONG_ADDRESS_SECRET: Final = "address-secret-of-thirty-two-octets"
LONG_LINK_SECRET: Final = "link-secret-of-thirty-two-octets-1"
SETTINGS: Final = {
    "SAYSO_BASE_URL": "https://mail.example.com",
    "SAYSO_ADDRESS_SECRET": LONG_ADDRESS_SECRET,
    "SAYSO_LINK_SECRETS": LONG_LINK_SECRET,
}

ANA: Final = "Ana.Example+News@EXAMPLE.com"
ANAS_KEY: Final = AddressKeys(ADDRESS_SECRET)(ANA)
ANAS_LINK: Final = Link(Purpose.TYPE, ANAS_KEY, 7, 812)
ANAS_TOKEN: Final = "ck2u6uqlkujayabwcxdp6nnzokqqaaaaa4aaaazm6prnuboo4ttiyuldqy"


def tokens() -> Tokens:
    """Those of the golden vectors."""
    return Tokens([LINK_SECRET])


def links(base_url: str = "https://mail.example.com", domain: str | None = None) -> Links:
    """The links of an installation with the golden secrets."""
    return Links(base_url, AddressKeys(ADDRESS_SECRET), tokens(), domain)
