"""Every screen and every call that reads what grows, and those that write one address: as data.

`{names}` are filled in for another person at each turn (growth.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

YEAR = "from=2026-01-01&to=2026-10-31"
V1, V3, V4 = "/api/v1", "/communication-preferences/v3", "/communication-preferences/v4"
OUT = {"email": "{email}", "type": "{type}", "status": "UNSUBSCRIBED"}


class Ask(NamedTuple):
    """A request. `body`: fields of a form, or, of the API, what is sent as JSON; `form`: the page
    whose fields are sent with it; `first`: only the answer's first part is waited for."""

    what: str
    path: str
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    form: str = ""
    first: bool = False

    @property
    def is_call(self) -> bool:
        """Whether a program asks with its key."""
        return self.path.startswith(("/api", "/communication"))


RECIPIENT = (
    Ask("preference page", "{preferences}"),
    Ask("preference page, saved", "{preferences}", "POST", {"do": "save"}, "{preferences}"),
    Ask("unsubscribe page", "{unsubscribe}"),
    Ask("one-click", "{unsubscribe}", "POST", {"List-Unsubscribe": "One-Click"}),
    Ask("lost link, its form", "/links"),
    Ask("lost link, asked for", "/links", "POST", {"email": "{email}", "do": "link"}),
    Ask("unsubscribed by the form", "/links", "POST", {"email": "{email}", "do": "unsubscribe"}),
    Ask("your data", "/d/{access}"),
    Ask("your data, copy as JSON", "/d/{access}/copy.json"),
    Ask("your data, copy as CSV", "/d/{access}/copy.csv"),
    Ask("your data, erasure asked", "/d/{access}/erasure"),
    Ask("sign-up form", "/s/fernway"),
)
CONTACT = "/admin/contacts/{contact}"
RECORD = tuple(
    Ask(f"contact: {what or 'record'}", f"{CONTACT}{path}")
    for what, path in {
        "": "",
        "subscriptions": "/subscriptions",
        "history": "/history",
        "history of a type": "/history?type={type}",
        "history as CSV": "/history.csv",
        "history as JSON": "/history.json",
        "as recipient": "/as-recipient",
        "edit": "/edit",
        "address": "/address",
        "deletion": "/deletion",
        "subscription": "/subscription?type={type}",
        "resubscription": "/resubscription?type={type}",
        "opt-out removal": "/opt-out-removal",
        "bounce lift": "/bounce-lift",
        "renewal": "/renewal?type={type}",
        "workflows": "/workflows",
    }.items()
)
LISTS = tuple(
    Ask(f"contacts: {what}", f"/admin/contacts?{query}")
    for what, query in {
        "all": "",
        "all, newest first": "sort=newest",
        "next page": "after={contact}",
        "a name": "q=yıldız",
        "a full name": "q=amelie+nowak",
        "one address": "q={email}",
        "one domain": "q=mail77.example",
        "no such text": "q=qqqzzz",
        "subscribed to a type": "type={type}&status=SUBSCRIBED",
        "unsubscribed from a type": "type={type}&status=UNSUBSCRIBED",
        "nothing said of a type": "type={type}&status=NOT_SPECIFIED",
        "opted out of everything": "out=anybody",
        "opted out by a user": "out=user",
        "complained": "out=complaint",
        "not opted out": "out=nobody",
        "created on a day": "from=2026-10-01&to=2026-10-01",
        "source": "source=ADMIN",
        "source that is rare": "source=SIGNUP",
        "brand": "brand={brand}",
        "language": "language=ar",
    }.items()
)
OTHERS = (
    "/account /types /types/{type} /types/new /brands /brands/{brand} /brands/{brand}/mail "
    "/brands/{brand}/preview /brands/{brand}/sign-up /settings /settings/data-privacy "
    "/mailings /mailings/7 /exports /imports /imports/new /jobs /keys /audit /users "
    "/requests /requests/new /properties /webhooks /workflows /contacts/new"
)
SCREENS = (
    Ask("home, 30 days", "/admin?days=30"),
    Ask("home, a year", "/admin?days=365"),
    Ask("home, a year of a type", "/admin?days=365&type={type}"),
    Ask("history, a year", f"/admin/history?{YEAR}"),
    Ask("history, what is rare", f"/admin/history?{YEAR}&what=COMPLAINT"),
    Ask("history, by a way that is rare", f"/admin/history?{YEAR}&via=ADMIN"),
    Ask("history, of a type", f"/admin/history?{YEAR}&type={{type}}"),
    Ask("history, of a mailing", f"/admin/history?{YEAR}&mailing=7&what=BOUNCE"),
    Ask("consents that end", "/admin/consents?within=365"),
    Ask("consents that end, of a type", "/admin/consents?within=365&type={type}"),
    *(Ask(path[1:], f"/admin{path}") for path in OTHERS.split()),
)
BATCH = {"type": "{type}", "emails": "{emails}"}
CALLS = (
    Ask(
        "a send decision", f"{V1}/send-decisions", "POST", {"type": "{type}", "emails": ["{email}"]}
    ),
    Ask("10,000 send decisions", f"{V1}/send-decisions", "POST", BATCH),
    Ask("links for 10,000", f"{V1}/links", "POST", BATCH),
    Ask("preferences", f"{V1}/preferences/{{email}}"),
    Ask("a preference written", f"{V1}/preferences", "POST", OUT),
    Ask("1,000 preferences written", f"{V1}/preferences/batch", "POST", {"inputs": "{inputs}"}),
    Ask("an opt-out of everything", f"{V1}/opt-outs", "POST", {"email": "{email}"}),
    Ask("changes, 500 from the first", f"{V1}/changes"),
    Ask("changes, the last", f"{V1}/changes?after=end"),
    Ask("changes of a type", f"{V1}/changes?type={{type}}"),
    Ask("contacts, a page", f"{V1}/contacts"),
    Ask("contacts, found", f"{V1}/contacts?search=yıldız"),
    Ask("a contact", f"{V1}/contacts/{{contact}}"),
    Ask("all types", f"{V1}/subscription-types"),
    Ask("all brands", f"{V1}/brands"),
    Ask("all messages", f"{V1}/messages"),
    Ask("all webhooks", f"{V1}/webhooks"),
    Ask("suppressions of a type, first byte", f"{V1}/suppressions?type={{type}}", first=True),
    Ask("suppressions of the account, first byte", f"{V1}/suppressions", first=True),
    Ask("subscribers, first byte", f"{V1}/subscribers?type={{type}}", first=True),
    *(
        Ask(f"export of {what}, first byte", f"{V1}/exports/{what}", first=True)
        for what in ("contacts", "preferences", "ledger")
    ),
    Ask("v3 status", f"{V3}/status/email/{{email}}"),
    Ask("v4 statuses", f"{V4}/statuses/{{email}}?channel=EMAIL"),
    Ask("v4 unsubscribe-all", f"{V4}/statuses/{{email}}/unsubscribe-all?channel=EMAIL"),
)
EVERY = (*RECIPIENT, *LISTS, *RECORD, *SCREENS, *CALLS)
