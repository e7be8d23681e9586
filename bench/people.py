"""What the filled databases have of each address: rows of every table, made from its number.

One after the other they came to be, over three hundred days. Each chose two of five types on the
page, or was imported with a consent that ends, and then left: one type by one click, or, one of
forty, everything, by whatever way there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from app.domain.contacts import EPOCH, RANDOM_BITS, Source, words_of
from app.domain.ledger import GENESIS, Event, canonical
from app.domain.words import DAY, Actor, Basis, Cause, Instant, Kind, ScopeKind, Status, Via
from app.links.purposes import Purpose
from app.store.tables import contact
from bench import world

SPAN = 300 * DAY
MAILINGS = 12
EVENTS = 3
LANGUAGES = ("de", "nl", "fr", "ar")
SOURCES = tuple(map(int, (Source.IMPORT, Source.IMPORT, Source.IMPORT, Source.API, Source.ADMIN)))
SIGNUP = int(Source.SIGNUP)
NETWORKS = (
    '{"salt": "00112233445566778899aabbccddeeff", "ip": "192.0.2.7", '
    '"user_agent": "Mozilla/5.0 (X11; Linux x86_64)"}',
    '{"salt": "ffeeddccbbaa99887766554433221100", "ip": "192.0.2.9"}',
)
CONTENTS = tuple(
    f'{{"of": "{of}", "network": "{hashlib.sha256(network.encode()).hexdigest()}"}}'
    for of, network in zip(("person", "provider"), NETWORKS, strict=True)
)
ENCODED = tuple(content.encode() for content in CONTENTS)
OUT = (
    (ScopeKind.ACCOUNT, Cause.CHOICE, Actor.CONTACT, Via.ONE_CLICK),
    (ScopeKind.ACCOUNT, Cause.CHOICE, Actor.USER, Via.ADMIN),
    (ScopeKind.BRAND, Cause.CHOICE, Actor.CONTACT, Via.UNSUBSCRIBE_PAGE),
    (ScopeKind.ACCOUNT, Cause.BOUNCE, Actor.BOUNCE, Via.PROVIDER_EVENT),
    (ScopeKind.ACCOUNT, Cause.COMPLAINT, Actor.COMPLAINT, Via.ARF),
)
OUT_ONE_OF, IMPORTED_ONE_OF = 40, 50
PURPOSES = {
    ScopeKind.ACCOUNT: Purpose.ACCOUNT,
    ScopeKind.BRAND: Purpose.BRAND,
    ScopeKind.TYPE: Purpose.TYPE,
}
MISSING, SHOWN, TOLD = 1_111_111_111_111, "ab" * 16, "cd" * 32
"""What stands in the text of an event before its moment, key and digest are known."""
NOTHING = (None,) * (len(contact.columns) - 5)
Row = tuple[Any, ...]


class Place(NamedTuple):
    """The brand and the types that are chosen about, and how many addresses there are."""

    brand: int
    types: tuple[int, ...]
    addresses: int


class Step(NamedTuple):
    """An event as it is for all who did the same: its row before and after the moment, the text
    that is hashed, and what stands by it, before and after the moment likewise."""

    row: tuple[Row, Row]
    text: bytes
    stands: tuple[Row, Row]


def made_at(place: Place, number: int) -> Instant:
    """When it was first heard of."""
    return world.MADE_AT + SPAN * number // place.addresses


def contact_rows(place: Place, numbers: Iterable[int]) -> list[Row]:
    """Contacts, by ascending id."""
    rows = []
    for number in numbers:
        address, name = world.address(number), world.name(number)
        source = SOURCES[world.traits(number) % 5] if number % 10_000 else SIGNUP
        id_ = (made_at(place, number) - EPOCH << RANDOM_BITS) + number % (1 << RANDOM_BITS)
        key, words = world.KEYS(address), words_of(address, name)
        rows.append((id_, key, name, words, source, *NOTHING))
    return rows


def feed_rows(contacts: Iterable[Row], first: int) -> list[Row]:
    """Their events in the feed; `first` is the number of the first contact."""
    return [
        (EVENTS * number + event, row[1], event)
        for number, row in enumerate(contacts, first)
        for event in range(1, EVENTS + 1)
    ]


class Ledger(NamedTuple):
    """The rows of some addresses: address, events, evidence, preferences."""

    addresses: list[Row]
    events: list[Row]
    evidence: list[Row]
    stands: list[Row]


def ledger(place: Place, people: Iterable[tuple[bytes, int]]) -> Ledger:
    """What is stored of the addresses with these keys and numbers."""
    made = Ledger([], [], [], [])
    for key, number in people:
        steps = _steps_of(place, number)
        at = made_at(place, number)
        moments = (at, at, at + DAY)
        nonce = hashlib.blake2b(key, digest_size=16).digest()
        head = _add_events(made, key, nonce, steps, moments)
        spoken = world.traits(number) // 5 % 16
        language = LANGUAGES[spoken] if spoken < len(LANGUAGES) else None
        made.addresses.append((key, world.address(number), language, at, EVENTS, head))
        made.evidence.append((key, 1, nonce, CONTENTS[0], NETWORKS[0]))
        made.evidence.append((key, EVENTS, nonce, CONTENTS[1], NETWORKS[1]))
        _add_stands(made, key, steps, moments)
    return made


def _add_events(
    made: Ledger, key: bytes, nonce: bytes, steps: tuple[Step, ...], moments: Iterable[Instant]
) -> bytes:
    """Its chain; the hash of its end."""
    saved, left = (hashlib.sha256(nonce + content).digest() for content in ENCODED)
    head, shown = GENESIS, key.hex().encode()
    for step, at, digest in zip(steps, moments, (saved, saved, left), strict=True):
        text = step.text % (shown, at, digest.hex().encode())
        head = hashlib.sha256(head + text).digest()
        before, after = step.row
        made.events.append((key, *before, at, *after, digest, head))
    return head


def _add_stands(
    made: Ledger, key: bytes, steps: tuple[Step, ...], moments: Iterable[Instant]
) -> None:
    """What the events leave, in key order: of two about the same the later one."""
    last = {step.stands[0][:3]: (step, at) for step, at in zip(steps, moments, strict=True)}
    for where in sorted(last):
        (before, after), at = last[where][0].stands, last[where][1]
        made.stands.append((key, *before, at, *after))


def _steps_of(place: Place, number: int) -> tuple[Step, ...]:
    kind, left = world.traits(number) // 80 % 10, world.traits(number) // 800
    out = left // OUT_ONE_OF % len(OUT) if left % OUT_ONE_OF == 0 else None
    imported = left % IMPORTED_ONE_OF == 1
    return _steps(place, kind, out, imported, number % MAILINGS + 1)


@cache
def _steps(
    place: Place, kind: int, out: int | None, imported: bool, mailing: int
) -> tuple[Step, ...]:
    one, two, three = (place.types[(kind + n) % 5] for n in (0, 1 + kind // 5 % 2, 2))
    chosen = _imported if imported else _saved
    left = _left(place, three, out, mailing)
    return chosen(1, one), chosen(2, two), left


def _saved(number: int, type_: int) -> Step:
    """A type chosen on the preference page."""
    event = _event(number, 1, ScopeKind.TYPE, type_, Cause.CHOICE, Status.SUBSCRIBED)
    event = event._replace(actor=Actor.CONTACT, via=Via.PREFERENCE_PAGE, texts=1, language="en")
    return _step(event._replace(program_texts=1, brand_texts=1, link_purpose=1, link_scope=1))


def _imported(number: int, type_: int) -> Step:
    """A type brought along by an import, with a consent that ends."""
    event = _event(number, 1, ScopeKind.TYPE, type_, Cause.CHOICE, Status.SUBSCRIBED)
    ends = world.MADE_AT + SPAN + type_ % 300 * DAY
    event = event._replace(actor=Actor.IMPORT, via=Via.IMPORT, reference="1", basis_ends=ends)
    return _step(event._replace(basis=Basis.CONSENT_WITH_NOTICE))


def _left(place: Place, type_: int, out: int | None, mailing: int) -> Step:
    way = (ScopeKind.TYPE, Cause.CHOICE, Actor.CONTACT, Via.ONE_CLICK) if out is None else OUT[out]
    kind, cause, actor, via = way
    scope = {ScopeKind.ACCOUNT: 0, ScopeKind.BRAND: place.brand, ScopeKind.TYPE: type_}[kind]
    event = _event(EVENTS, EVENTS, kind, scope, cause, Status.UNSUBSCRIBED)
    event = event._replace(actor=actor, via=via, message=mailing)
    if actor is Actor.CONTACT:
        event = event._replace(link_purpose=int(PURPOSES[kind]), link_scope=scope)
    return _step(event)


def _event(
    number: int, record: int, kind: ScopeKind, scope: int, cause: Cause, status: Status
) -> Event:
    key, digest = bytes.fromhex(SHOWN), bytes.fromhex(TOLD)
    where = (kind, scope, cause, status, None, None)
    by = (Actor.CONTACT, Via.ONE_CLICK, MISSING, None, None)
    return Event(key, number, record, Kind.CHANGED, *where, *by, 0, None, digest=digest)


def _step(event: Event) -> Step:
    """Plain numbers: drivers write enumerations half as fast."""
    row = tuple(int(value) if isinstance(value, int) else value for value in event)
    at = event.index(MISSING)
    text = canonical(event).decode().replace("%", "%%")
    for known in (SHOWN, str(MISSING), TOLD):
        text = text.replace(known, "%d" if known == str(MISSING) else "%s")
    where = event.scope_kind, event.scope_id, event.cause
    by = event.status, event.actor, event.via
    stands = tuple(map(int, where + by)), (event.number, event.until, *row[at + 1 : at + 3])
    return Step((row[1:at], row[at + 1 : -2]), text.encode(), stands)
