"""Which changes a webhook is told of, and where nothing is ever sent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from app.domain.webhooks import (
    AT_ONCE,
    BACK_OFF,
    EACH,
    LASTS,
    Webhook,
    may_reach,
    message_id,
    next_try,
    room,
    url_problem,
)
from app.domain.words import ACCOUNT, HOUR, Kind, Scope

BRAND_OF = {1: 10, 2: 10, 3: 20}
TYPE, OTHER = Scope.type(1), Scope.type(3)


def hook(**more: Any) -> Webhook:
    """One that is told of everything, but for `more`."""
    return Webhook(
        **{
            "id": 1,
            "url": "",
            "secrets": (),
            "active": True,
            "kinds": None,
            "types": None,
            "brands": None,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("more", "told", "not_told"),
    [
        ({}, [ACCOUNT, TYPE, OTHER, Scope.brand(10), Scope.type(99)], []),
        ({"types": {1}}, [ACCOUNT, TYPE, Scope.brand(10)], [OTHER, Scope.type(2), Scope.brand(20)]),
        ({"brands": {10}}, [ACCOUNT, TYPE, Scope.brand(10)], [OTHER, Scope.brand(20)]),
        ({"brands": {20}, "types": {1}}, [ACCOUNT], [TYPE, OTHER, Scope.type(99)]),
        ({"kinds": {Kind.PAUSED}}, [], [ACCOUNT, TYPE]),
    ],
)
def test_it_is_told_of_what_may_decide_about_its_types(
    more: dict[str, Any], told: list[Scope], not_told: list[Scope]
) -> None:
    made = hook(**{name: frozenset(values) for name, values in more.items()})
    assert [s for s in told if not made.wants(Kind.CHANGED, s, BRAND_OF)] == []
    assert [s for s in not_told if made.wants(Kind.CHANGED, s, BRAND_OF)] == []


PRIVATE = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0")


@pytest.mark.parametrize(
    "address",
    [
        *PRIVATE,
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "192.88.99.0",
        "192.88.99.255",
        "::ffff:192.88.99.1",
        "192.0.0.0",
        "192.0.0.192",
        "::ffff:192.0.0.192",
        "192.0.0.255",
        "3fff::1",
        "3fff:fff:ffff::1",
        "ff02::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "fec0::1",
        "5f00::1",
    ],
)
def test_nothing_is_sent_to_what_is_not_public(address: str) -> None:
    """H-47: no private addresses, however IPv6 wraps them, unless the operator named them."""
    assert not may_reach(address, ())
    assert may_reach("93.184.216.34", ())
    assert may_reach("192.88.98.255", ())
    assert may_reach("192.88.100.0", ())
    assert may_reach("192.0.1.0", ())
    assert may_reach("3fff:1000::1", ())
    assert may_reach("192.0.0.192", ("192.0.0.0/24",))
    assert may_reach("192.88.99.1", ("192.88.99.0/24",))
    assert may_reach("2001:4860:4860::8888", ())
    assert may_reach("64:ff9b::a00:1", ("64:ff9b::/96",))
    assert may_reach("10.0.0.1", ("10.0.0.0/8",))
    assert not may_reach("127.0.0.1", ("10.0.0.0/8",))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://shop.example.com/hooks?x=1", ""),
        ("http://shop.example.com/hooks", "webhook-https"),
        ("ftp://shop.example.com", "webhook-https"),
        ("https://user:password@shop.example.com", "webhook-url"),
        ("https://", "webhook-url"),
        ("https://[::1", "webhook-url"),
        ("https://shop.example.com:99999", "webhook-url"),
        ("https://shop.example.com/a b", "webhook-url"),
        ("https://shop.example.com/\r\nX: y", "webhook-url"),
        ("javascript:alert(1)", "webhook-url"),
        ("https://shop.example.com:0", "webhook-url"),
        ("https://shop.example.com:1", ""),
        ("https://shop.example.com/\x7f", "webhook-url"),
        ("https://shop.example.com/ü", "webhook-url"),
        ("https://shop.example.com/" + "x" * 475, ""),
        ("https://shop.example.com/" + "x" * 476, "webhook-url"),
        ("", "webhook-url"),
        ("https://93.184.216.34/hooks", ""),
        ("https://[2001:4860:4860::8888]/hooks", ""),
        ("https://127.1", "webhook-url"),
        ("https://2130706433", "webhook-url"),
        ("https://shop.0X7F.", "webhook-url"),
        ("https://7.example.com", ""),
        ("https://127.0.0.1.example.com", ""),
        ("https://localhost/", "webhook-private"),
        ("https://LOCALHOST.:8443/hooks", "webhook-private"),
        ("http://shop.localhost", "webhook-private"),
        ("https://shop.local", "webhook-private"),
        ("https://shop.internal./hooks", "webhook-private"),
        ("https://router.home.arpa", "webhook-private"),
        ("https://intranet/hooks", "webhook-private"),
        ("https://localhost.example.com", ""),
        ("https://mylocalhost.example", ""),
        ("https://shop.locals.example", ""),
        ("https://notinternal.com", ""),
        ("https://homexarpa.com", ""),
        ("https://home.arpa.example.com", ""),
    ],
)
def test_a_url_is_judged_where_it_is_typed(url: str, problem: str) -> None:
    assert url_problem(url, ()) == problem


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_where_it_is_typed(address: str) -> None:
    """H-47: the same rule as where something is sent, and the networks that were named pass it."""
    host = f"[{address}]" if ":" in address else address
    for scheme in ("https", "http"):
        url = f"{scheme}://{host}:8080/hooks"
        assert url_problem(url, ()) == "webhook-private"
        assert url_problem(url, ("192.0.2.0/24",)) == "webhook-private"
        assert url_problem(url, ("0.0.0.0/0", "::/0")) == ""


def test_http_is_for_networks_that_the_operator_named() -> None:
    named = ("10.0.0.0/8",)
    assert url_problem("http://shop.internal/hooks", named) == ""
    assert url_problem("https://localhost", named) == ""
    assert url_problem("http://10.0.0.1/hooks", named) == ""
    assert url_problem("ftp://10.0.0.1/hooks", named) == "webhook-https"
    assert may_reach("::ffff:10.0.0.1", named)
    assert may_reach("::ffff:93.184.216.34", ())


def test_tries_go_on_for_three_days() -> None:
    assert LASTS - 12 * HOUR < sum(BACK_OFF) < LASTS
    assert [next_try(n) for n in (1, 2, 99)] == [BACK_OFF[0], BACK_OFF[1], BACK_OFF[-1]]


def test_each_try_to_tell_of_an_event_has_its_id() -> None:
    """For ever: a receiver knows by it what it was told before."""
    assert message_id(b"key", 7) == "evt_be40bad022580e3cd0e09ffd3d2ca1f4"
    assert len({message_id(key, n) for key in (b"key", b"other") for n in (7, 8)}) == 4


MANY = range(1, AT_ONCE + 2)


def well(*ids: int) -> dict[int, bool]:
    """Webhooks whose last call was taken."""
    return dict.fromkeys(ids, False)


@pytest.mark.parametrize(
    ("due", "calling", "more"),
    [
        ({}, {}, {}),
        (well(5), {}, {5: EACH}),
        (well(5), {5: EACH - 1}, {5: 1}),
        (well(5), {5: EACH}, {}),
        (well(5, 2), {5: EACH}, {2: EACH}),
        (well(5, 2), {5: 1}, {5: EACH - 1, 2: EACH}),
        (well(*range(9)), {}, dict.fromkeys(range(9), AT_ONCE // 9)),
        (well(9), dict.fromkeys(range(8), EACH), {}),
        (well(9, 8), {**dict.fromkeys(range(7), EACH), 7: EACH - 1}, {9: 1}),
        (well(9), {**dict.fromkeys(range(7), EACH), 7: 1}, {9: 7}),
        (well(*MANY), {}, dict.fromkeys(MANY[:AT_ONCE], 1)),
        ({5: True}, {}, {5: 1}),
        ({5: True}, {5: 1}, {}),
        ({5: True}, {5: EACH}, {}),
        ({5: True, 2: False}, {5: 1}, {2: EACH}),
        ({5: True, 2: False}, {}, {5: 1, 2: EACH}),
        ({**dict.fromkeys(range(40), True), 40: False}, {}, dict.fromkeys(range(41), 1)),
        ({40: False}, dict.fromkeys(range(40), 1), {40: EACH}),
    ],
)
def test_none_takes_the_room_of_another(
    due: dict[int, bool], calling: dict[int, int], more: dict[int, int]
) -> None:
    """One that hangs has calls of its own, and one alone once a call of its failed; the rest is
    shared, first come first served."""
    assert room(due, Counter(calling)) == more
    assert list(room(due, Counter(calling))) == list(more)
