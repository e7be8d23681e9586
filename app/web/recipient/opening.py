"""Opening a link: from the text in an URL to what it may do; and what one press through it is."""

from __future__ import annotations

import ipaddress
from wsgiref.types import WSGIEnvironment

from flask import request
from limits import RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests

from app.domain.address import MalformedAddress, fault_in
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.undo import UNDO_LASTS, Made, Offer
from app.domain.words import ACCOUNT, Scope, Via
from app.links.purposes import Purpose
from app.links.tokens import Link, UnreadableLink
from app.services.choices import Press
from app.services.preferences import Outcome, Shown, Source
from app.web.current import site

GUESSES = RateLimitItemPerMinute(60)
"""How many unreadable links one network may try. A readable one is never limited."""
OF_NETWORK, OF_ALL = RateLimitItemPerHour(60), RateLimitItemPerHour(20_000)
"""How many forms with a typed address one network may send, and all together."""
OPT_OUTS_OF_NETWORK = RateLimitItemPerHour(1_000)
"""How many typed addresses one network may opt out. There is none for all together: whoever reached
it would keep everybody's."""
MAILS_OF_ADDRESS = RateLimitItemPerDay(20)
"""How many mails one address may be owed. The worker sends fewer of them."""


def open_link(token: str) -> Link:
    """What a token says. An unreadable one is 404, and 429 where too many came."""
    try:
        return site().tokens.read(token)
    except UnreadableLink:
        raise unreadable() from None


def unreadable() -> HTTPException:
    """404, and 429 where too many came from one network."""
    if site().counts.allow(GUESSES, "unreadable-link", network()):
        return NotFound()
    return TooManyRequests()


def scope_of(link: Link) -> Scope:
    """What an unsubscribe link opts out of. A preferences link counts as one for its brand."""
    if link.purpose is Purpose.TYPE:
        return Scope.type(link.scope_id)
    if link.purpose is Purpose.ACCOUNT:
        return ACCOUNT
    return Scope.brand(link.scope_id)


def network() -> str:
    """The caller's network: /24 of IPv4, also where a socket of IPv6 took it, /64 of IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    address = getattr(address, "ipv4_mapped", None) or address
    prefix = 24 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, prefix), strict=False))


def may_send(form: str) -> bool:
    """Count one more form with a typed address; whether it may be sent."""
    counts = site().counts
    return counts.allow(OF_NETWORK, form, network()) and counts.allow(OF_ALL, form)


def may_opt_out() -> bool:
    """Count one more opt-out of a typed address, apart from what asks for mail; whether it may be
    written."""
    return site().counts.allow(OPT_OUTS_OF_NETWORK, "opt-out", network())


def may_be_owed_mail(key: bytes) -> bool:
    """Count one more mail; whether it may be owed. Nobody is told, so that nothing is learned."""
    return site().counts.allow(MAILS_OF_ADDRESS, "mail", key.hex())


def made_by(link: Link) -> Made:
    """The link as the events of its records keep it."""
    return Made(link.purpose, link.scope_id, link.message)


def press(link: Link, catalog: Catalog, via: Via, reference: str | None = None) -> Press:
    """One press of a person through `link`, with what shows it was one."""
    return Press(
        link.key,
        catalog,
        via,
        site().now(),
        Source(link.message, link.purpose, link.scope_id, reference),
        Shown(),
        evidence("person", request.environ),
    )


def offer(outcome: Outcome) -> Offer | None:
    """What may be undone of a press just made."""
    if outcome.record is None:
        return None
    return Offer(outcome.record, outcome.known.mark, site().now() + UNDO_LASTS)


def evidence(of: str, environ: WSGIEnvironment) -> dict[str, str]:
    """What shows that somebody pressed, and whose that is: a person's, or their provider's."""
    agent = environ.get("HTTP_USER_AGENT", "")[:500]
    return {"of": of, "ip": environ.get("REMOTE_ADDR", ""), "user_agent": agent}


def shown_texts(
    catalog: Catalog, brand: Brand, types: tuple[SubscriptionType, ...], language: str
) -> Shown:
    """The versions of the texts that a page of this process shows now."""
    scopes = {Scope.type(t.id): t.texts.version for t in types}
    scopes[Scope.brand(brand.id)] = scopes[ACCOUNT] = brand.texts.version
    return Shown(language, catalog.texts_version, brand.texts.version, scopes)


def other_address(key: bytes, typed: str) -> str:
    """What is wrong with a typed address that must be the link's; empty where it is that."""
    if not typed:
        return "empty"
    try:
        return "" if site().keys(typed) == key else "other"
    except MalformedAddress:
        return fault_in(typed)
