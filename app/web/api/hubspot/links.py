"""Links for HubSpot's clients (rules.md, 9)."""

from __future__ import annotations

from app.domain.catalog import SubscriptionType
from app.domain.keys import KeyScope
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call
from app.web.api.hubspot.requests import OnChannel, WantedLinks, brand_asked, key_of
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.spoken_links import speaking
from app.web.api.subjects import default_brand
from app.web.current import site

operations = Operations()


@operations.add(
    "POST",
    "/communication-preferences/v4/links/generate",
    KeyScope.LINKS,
    body=WantedLinks,
    query=OnChannel,
    answers={200: None},
)
def generate(call: Call) -> Answer:
    """The links of one address: preferences, opt out of a type, opt out of everything."""
    caller, address = call.caller, call.body.address
    key_of(address)
    spoken = speaking(call.body.language, "language")
    named = brand_asked(caller, call.query)
    brand = named or default_brand(caller).id
    type_ = _type(caller, call.body, named)
    ours = site().links.for_brand(brand)
    first = type_.id if type_ and type_.brand == brand else None
    everything = not named and caller.key.brands is None
    all_url = ours.unsubscribe_url(address, account=everything)
    told = {
        "subscriberIdString": address,
        "managePreferencesUrl": spoken(ours.preferences_url(address, type=first)),
        "unsubscribeAllUrl": spoken(all_url),
    }
    if type_:
        told["unsubscribeSingleUrl"] = spoken(ours.unsubscribe_url(address, type=type_.id))
    return Answer(told)


def _type(caller: Caller, wanted: WantedLinks, brand: int) -> SubscriptionType | None:
    """The type to link to; none of a transactional one. Raises Problem."""
    if wanted.type is None:
        return None
    found = caller.type(wanted.type, "subscriptionId")
    if brand and found.brand != brand:
        why = "This type is not of this business unit"
        raise Problem("malformed", faults=[Fault("subscriptionId", why)])
    return None if found.transactional else found
