"""Which changes a webhook is told of, when it is tried again, and what it is sent."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from urllib.parse import urlsplit

from app.domain.words import DAY, HOUR, MINUTE, SECOND, Instant, Kind, Scope, ScopeKind

BACK_OFF = (
    *(5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE),
    *(HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR),
)
"""The pauses before each further try."""
LASTS = 3 * DAY
"""After so long of nothing but failures, a change goes to the dead letters, and a webhook that
takes nothing is switched off."""
WAITS = 15 * MINUTE
"""So long a change waits for an earlier one of its address that fails; then it is told first."""
AT_ONCE, EACH = 64, 8
"""How many calls a worker makes at once, and of them to one webhook: one that hangs holds up its
own only. One whose last call failed gets one until it takes something: 64 that go on hanging are
needed to hold up another."""
OLD_SECRET_LASTS = DAY
UNICAST = ipaddress.ip_network("2000::/3")
"""Public addresses of IPv6. Others, and 6to4 within, may hold a private one of IPv4."""
NOBODYS = [*map(ipaddress.ip_network, ("192.88.99.0/24", "192.0.0.0/24", "3fff::/20"))]
"""Which Python, or an older one, takes for public: relays of IPv4 to 6to4, and so inside whatever
it wraps; the protocols' own, where a cloud may tell its machines their secrets; examples."""
PRIVATE_NAME = re.compile(r"(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$|^[^.]+\.?$")
"""Names that mean something only within a network: of this machine, of the house, without a dot."""
ENDS_IN_A_NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$")
"""No name does: systems read 127.1 and 2130706433 as addresses, in ways of their own."""
NAMES: Mapping[Kind, str] = {
    Kind.CHANGED: "preference.changed",
    Kind.STRENGTHENED: "preference.strengthened",
    Kind.CONFIRMED: "preference.confirmed",
    Kind.PAUSED: "pause.started",
    Kind.RESUMED: "pause.ended",
    Kind.REQUESTED: "confirmation.requested",
    Kind.NOTED: "evidence.noted",
}
TEST = "webhook.test"


class State(IntEnum):
    """What is to become of a delivery. One that was taken is gone."""

    OWED = 1
    DEAD = 2


@dataclass(frozen=True, slots=True)
class Webhook:
    """A place that is told of changes: of these kinds, types and brands, or (None) of all."""

    id: int
    url: str
    secrets: tuple[str, ...]
    kinds: frozenset[Kind] | None
    types: frozenset[int] | None
    brands: frozenset[int] | None
    active: bool
    made_by: int | None = None
    created_at: Instant = 0
    delivered_at: Instant | None = None
    failing_since: Instant | None = None
    answer: str = ""

    def wants(self, kind: Kind, scope: Scope, brand_of: Mapping[int, int]) -> bool:
        """Whether it is told of this. What concerns the whole account concerns every type."""
        if self.kinds is not None and kind not in self.kinds:
            return False
        if scope.kind is ScopeKind.ACCOUNT:
            return True
        of_type = scope.kind is ScopeKind.TYPE
        brand = brand_of.get(scope.id) if of_type else scope.id
        if self.brands is not None and brand not in self.brands:
            return False
        if self.types is None:
            return True
        return scope.id in self.types if of_type else brand in map(brand_of.get, self.types)


def message_id(key: bytes, number: int) -> str:
    """The same for each try to tell of one event, also after a restore."""
    return f"evt_{sha256(key + number.to_bytes(4)).hexdigest()[:32]}"


def room(due: Mapping[int, bool], calling: Counter[int]) -> dict[int, int]:
    """How many more calls to begin to each of the webhooks that something is due to, `due` saying
    whether its last call failed: what is left in equal shares; where that is less than one each, to
    the first."""
    most = {id_: 1 if failing else EACH for id_, failing in due.items()}
    free = [id_ for id_ in due if calling[id_] < most[id_]]
    left = AT_ONCE - calling.total()
    share = max(1, left // max(1, len(free)))
    return {id_: min(share, most[id_] - calling[id_]) for id_ in free[:left]}


def next_try(attempts: int) -> Instant:
    """How long to wait after so many tries."""
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def url_problem(url: str, networks: Collection[str]) -> str:
    """Why nothing can be posted to a URL (`webhook-url`, `-private`, `-https`); empty where it can,
    as far as shows: what a name stands for is seen when something is sent."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "webhook-url"
    odd = not host or port == 0 or parts.username is not None or parts.fragment
    if odd or not url.isascii() or not url.isprintable() or " " in url or len(url) > 500:
        return "webhook-url"
    if problem := _host_problem(host, networks):
        return problem
    if parts.scheme == "https" or (parts.scheme == "http" and networks):
        return ""
    return "webhook-https"


def _host_problem(host: str, networks: Collection[str]) -> str:
    try:
        return "" if may_reach(host, networks) else "webhook-private"
    except ValueError:
        if ENDS_IN_A_NUMBER.search(host):
            return "webhook-url"
        return "webhook-private" if PRIVATE_NAME.search(host) and not networks else ""


def may_reach(address: str, networks: Iterable[str]) -> bool:
    """Whether anything may be sent to this IP address: a public one, or one of these networks."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if any(ip in ipaddress.ip_network(network) for network in networks):
        return True
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in UNICAST or ip.sixtofour):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOBODYS)
