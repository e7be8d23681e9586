"""How fast links are made: from address text to both URLs and all headers, on one core.

Beside it in the same run, in turns: the bare `hmac.digest` of as many tokens, which is what no
signed link can do without in plain Python. Run: python -m bench.links [addresses]
"""

import hmac
import sys
from collections import deque
from statistics import median
from time import perf_counter

from app.domain.address import AddressKeys
from app.links.mailing import mailing_links
from app.links.tokens import Tokens
from app.links.urls import Links

TURNS = 7
TOKENS_EACH = 2
SECRET = bytes(range(32))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    addresses = [f"Reader.{number}+news@mail{number % 97}.example.com" for number in range(count)]
    tokens = Tokens([SECRET])
    links = Links("https://mail.example.com", AddressKeys(SECRET), tokens, "example.com")
    turns = [(made(links, addresses), signed(count)) for _ in range(TURNS)]
    ours, bare = (count / median(column) for column in zip(*turns, strict=True))
    ratio = median(floor / own for own, floor in turns)
    print(f"links: {ours:,.0f} addresses/s, 2 URLs and 3 headers each")
    print(f"yardstick: {bare:,.0f}/s for {TOKENS_EACH} bare hmac.digest each; ratio {ratio:.2f}")
    print(f"reading: {read(tokens, links, count):,.0f} tokens/s")


def made(links: Links, addresses: list[str]) -> float:
    """Seconds for all links of a mailing."""
    start = perf_counter()
    deque(mailing_links(links, addresses, brand=3, type=7, message=812, phrase="News"), maxlen=0)
    return perf_counter() - start


def signed(count: int) -> float:
    """Seconds for the bare signatures of as many tokens."""
    head = bytes(25)
    start = perf_counter()
    for _ in range(count * TOKENS_EACH):
        hmac.digest(SECRET, head, "sha256")
    return perf_counter() - start


def read(tokens: Tokens, links: Links, count: int) -> float:
    """Tokens read in a second."""
    token = links.unsubscribe_url("ana@example.com", type=7).rpartition("/")[2]
    start = perf_counter()
    for _ in range(count):
        tokens.read(token)
    return count / (perf_counter() - start)


if __name__ == "__main__":
    main()
