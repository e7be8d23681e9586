"""Which contacts a call asks for: by the same filters as in the admin."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.domain.catalog import Brand, SubscriptionType
from app.domain.contacts import LONGEST_SEARCH, Source
from app.domain.moments import instant
from app.domain.words import Status
from app.queries.contact_filters import Filters, Out
from app.web.api.caller import Caller
from app.web.api.lines import Line, Moment, spoken
from app.web.api.models import Ours
from app.web.api.subjects import Named, named_brand, named_type

Statuses = Literal["SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"]
Sources = Literal["ADMIN", "IMPORT", "API", "SIGNUP", "WORKFLOW", "CLI"]


class Filtered(Ours):
    """Filters of contacts, each of which must hold. `search`: parts of address or name. `status`:
    what is stored of the `type`. `optOut`: an opt-out of everything, of the brand where contacts of
    one are wanted, by whom or what. `createdSince` and before `createdUntil`."""

    search: Annotated[Line, Field(max_length=LONGEST_SEARCH)] = ""
    status: Statuses | None = None
    opt_out: Out | None = Field(None, alias="optOut")
    source: Sources | None = None
    language: str | None = None
    since: Moment | None = Field(None, alias="createdSince")
    until: Moment | None = Field(None, alias="createdUntil")


class Which(Filtered):
    """Which contacts: that of one address; or those for which every filter holds. `type`: with a
    `status` of it. `brand`: something was chosen for it. `after`: `next` of the page before."""

    email: str | None = None
    type: Named | None = None
    brand: Named | None = None
    after: Annotated[int, Field(ge=1, lt=2**63)] | None = None

    @model_validator(mode="after")
    def whole(self) -> Self:
        """Nothing that is asked may be left out of account."""
        if self.email is not None and len(self.model_fields_set) > 1:
            raise ValueError("An address is asked for alone")
        if (self.type is None) != (self.status is None):
            raise ValueError("Name a type and a status of it")
        return self


def filters_of(
    caller: Caller, asked: Filtered, type_: SubscriptionType | None, brand: Brand | None
) -> Filters:
    """The filters that a call names; the status is one of this type. Raises Problem."""
    if asked.language is not None:
        spoken(asked.language, "?language")
    return Filters(
        text=asked.search,
        type=None if asked.status is None or type_ is None else type_.id,
        status=None if asked.status is None else Status[asked.status],
        out=asked.opt_out,
        since=None if asked.since is None else instant(asked.since),
        until=None if asked.until is None else instant(asked.until),
        source=None if asked.source is None else Source[asked.source],
        brand=None if brand is None else brand.id,
        language=asked.language,
    )


def wanted_of(caller: Caller, asked: Which) -> Filters:
    """The filters of a list. Raises Problem."""
    type_ = None if asked.type is None else named_type(caller, asked.type, "?type")
    brand = None if asked.brand is None else named_brand(caller, asked.brand, "?brand")
    return filters_of(caller, asked, type_, brand)
