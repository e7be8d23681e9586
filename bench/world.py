"""What is measured with: secrets, a brand with its types, and addresses by their number."""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.address import AddressKeys, fingerprint
from app.domain.catalog import Catalog
from app.domain.words import Instant
from app.links.tokens import Tokens
from app.links.urls import Links
from app.services import catalog
from app.services.catalog import NewAccount, NewBrand, NewType
from app.store import catalog as stored
from app.store.doors import Database

ADDRESS_SECRET = "an-address-secret-for-benchmarks-only"
LINK_SECRET = "a-link-secret-that-is-for-benchmarks"
BASE_URL = "https://mail.example.com"
MADE_AT: Instant = 1_767_225_600_000  # 2026-01-01T00:00Z
KEYS = AddressKeys(ADDRESS_SECRET.encode())
TOKENS = Tokens([LINK_SECRET.encode()])
LINKS = Links(BASE_URL, KEYS, TOKENS, "example.com")
BRAND = NewBrand(
    slug="fernway",
    name="Fernway Books",
    sender="Fernway Books <post@example.com>",
    postal_address="14 Mill Lane, Leeds LS1 4AB, United Kingdom",
    contact="hello@example.com",
)
TYPES = {
    "new-arrivals": ("New arrivals", "What came in, chosen by our booksellers.", "Every Friday"),
    "long-read": ("The long read", "One essay, and the books behind it.", "Once a month"),
    "offers": ("Offers", "Sales and vouchers.", "Up to 2 a month"),
    "circle": ("Reading circle", "What we read together, and when.", "Every other Sunday"),
    "events": ("In the shop", "Readings, signings and workshops near you.", "Once a week"),
    "children": ("For children", "Picture books and what to read aloud.", "Once a month"),
    "crime": ("Crime", "New mysteries, and old ones worth a second look.", "Every Tuesday"),
    "surveys": ("Questions", "We ask what you think of us. Never long.", "Twice a year"),
}
CHOSEN_FROM = 5
"""How many types, the first ones, the addresses made choices about."""
FIRST_NAMES = (
    "Ana Ben Chiara Daud Elif Farah Gwen Hiro Ines Jonas Kasia Liam Mara Nils Olga Paul Quinn "
    "Rosa Sven Tara Umut Vera Wim Xenia Yusuf Zoë Amélie Björn Cem Dalia"
)
LAST_NAMES = (
    "Achterberg Rossi Karimi Yıldız Haddad Pritchard Tanaka Carvalho Lindqvist Nowak Dwyer "
    "Meyer Jansen Silva Kaya Berg Fischer Dubois Moreau Novák Popescu Smith Walsh Young Zeman"
)
FIRST, LAST = FIRST_NAMES.split(), LAST_NAMES.split()

_PLAIN = str.maketrans("áéëıöž", "xxxxxx")


def environment(url: str, home: str) -> dict[str, str]:
    """The settings under which Sayso knows the addresses of a filled database."""
    return {
        "SAYSO_DATA_DIR": home,
        "SAYSO_DATABASE_URL": url,
        "SAYSO_ADDRESS_SECRET": ADDRESS_SECRET,
        "SAYSO_LINK_SECRETS": LINK_SECRET,
    }


def address(number: int) -> str:
    """The address with this number."""
    name = f"{_first(number)[:1]}{scattered(number):x}.{_last(number)}".lower()
    return f"{name.translate(_PLAIN)}@mail{number % 997}.example"


def name(number: int) -> str:
    """The name of who has this address; every fifth has none."""
    return f"{_first(number)} {_last(number)}" if number % 5 else ""


def scattered(number: int) -> int:
    """Another number below 2 ** 32, each its own, so that neighbours have nothing in common."""
    mixed = number * 2_654_435_761 % 2**32
    return (mixed ^ mixed >> 15) * 2_246_822_519 % 2**32


def traits(number: int) -> int:
    """What else is drawn about somebody: nothing in common with the name."""
    return scattered(number) // (len(FIRST) * len(LAST))


def _first(number: int) -> str:
    return FIRST[scattered(number) % len(FIRST)]


def _last(number: int) -> str:
    return LAST[scattered(number) // len(FIRST) % len(LAST)]


def settle(database: Database) -> Catalog:
    """Make the brand and its types in an empty database."""
    database.write(_settle)
    return known(database)


def known(database: Database) -> Catalog:
    """The catalogue as it is stored."""
    with database.reading() as connection:
        return stored.read(connection, fingerprint(ADDRESS_SECRET.encode()))


def _settle(connection: Connection) -> None:
    account = NewAccount(fingerprint(ADDRESS_SECRET.encode()))
    brand = catalog.set_up(connection, account, BRAND, MADE_AT)
    for slug, (name, description, frequency) in TYPES.items():
        texts = {"en": {"name": name, "description": description, "frequency": frequency}}
        catalog.add_type(connection, NewType(brand, slug, texts), MADE_AT)
