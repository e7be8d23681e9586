"""Links through gateways that rewrite them, and back (R-95a, R-105)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from app.links.repair import token_in
from tests.links.samples import ANAS_TOKEN

URL = f"https://mail.example.com/u/{ANAS_TOKEN}"


class Wrapper(NamedTuple):
    """What a gateway makes of a URL, and where its server then leads the person."""

    wrapped: Callable[[str], str]
    unwrapped: Callable[[str], str]


def parameter(name: str) -> Callable[[str], str]:
    """The URL in a parameter of the query."""
    return lambda url: parse_qs(urlsplit(url).query)[name][0]


WRAPPERS: Mapping[str, Wrapper] = {
    "Safe Links": Wrapper(
        lambda url: (
            f"https://eur01.safelinks.protection.outlook.com/?url={quote(url, '')}"
            "&data=05%7C02%7Cana%40example.com%7C0&sdata=x%3D&reserved=0"
        ),
        parameter("url"),
    ),
    "Proofpoint, version 2": Wrapper(
        lambda url: (
            "https://urldefense.proofpoint.com/v2/url?u="
            + quote(url, "/").replace("%", "-").replace("/", "_")
            + "&d=DwMFaQ&c=x&r=y&m=z&s=s&e="
        ),
        lambda url: unquote(parameter("u")(url).replace("-", "%").replace("_", "/")),
    ),
    "Proofpoint, version 3": Wrapper(
        lambda url: f"https://urldefense.com/v3/__{url}__;!!AbC-d_0!xyz$",
        lambda url: url.removeprefix("https://urldefense.com/v3/__").partition("__;")[0],
    ),
    "Barracuda": Wrapper(
        lambda url: f"https://linkprotect.cudasvc.com/url?a={quote(url, '')}&c=E,1,abc,1&typo=1",
        parameter("a"),
    ),
    "Cisco": Wrapper(
        lambda url: f"https://secure-web.cisco.com/1aBcD-eF/{quote(url, '')}",
        lambda url: unquote(url.rpartition("/")[2]),
    ),
    "a forwarder that writes addresses in upper case": Wrapper(str.upper, str),
    "a forwarder that encodes all there is": Wrapper(
        lambda url: "".join(f"%{ord(c):02X}" for c in url), unquote
    ),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_link_survives_every_gateway(name: str) -> None:
    """R-95a, R-105: it is the same link afterwards, and no mail program cuts what is wrapped."""
    wrapped = WRAPPERS[name].wrapped(URL)
    assert len(wrapped) < 1_024
    opened = WRAPPERS[name].unwrapped(wrapped)
    path = re.sub("^https://mail.example.com/u/", "", opened, flags=re.IGNORECASE)
    assert token_in(path) == ANAS_TOKEN
