"""What HubSpot's calls take. Numbers may come as text, and what is null as if it were absent."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.domain.address import MalformedAddress, unwrapped
from app.domain.words import Basis
from app.web.api.caller import Caller
from app.web.api.hubspot.envelopes import OfBrand
from app.web.api.models import Theirs
from app.web.api.problems import Fault, Problem
from app.web.current import site

MOST_INPUTS = 1_000
LegalBasis = Literal[
    "CONSENT_WITH_NOTICE",
    "LEGITIMATE_INTEREST_CLIENT",
    "LEGITIMATE_INTEREST_OTHER",
    "LEGITIMATE_INTEREST_PQL",
    "NON_GDPR",
    "PERFORMANCE_OF_CONTRACT",
    "PROCESS_AND_STORE",
]
Email = Literal["EMAIL"]


class OnChannel(OfBrand):
    """Which channel, and which business unit."""

    channel: Email


class OptingOut(OnChannel):
    """An opt-out of everything; whether the answer names each type."""

    verbose: bool = False


class Strings(Theirs):
    """Many addresses."""

    inputs: list[str] = Field(max_length=MOST_INPUTS)


class Evidenced(Theirs):
    """What is to show for a yes."""

    legal_basis: LegalBasis | None = Field(None, alias="legalBasis")
    explanation: str | None = Field(None, alias="legalBasisExplanation", max_length=10_000)

    @property
    def basis(self) -> Basis | None:
        """The basis for communication. To process and store is none."""
        given = self.legal_basis
        return None if given in (None, "PROCESS_AND_STORE") else Basis[given]

    @property
    def may_process(self) -> bool:
        """Whether the basis is one for processing."""
        return self.legal_basis == "PROCESS_AND_STORE"


class V3Update(Evidenced):
    """One address and one type."""

    address: str = Field(alias="emailAddress")
    type: int = Field(alias="subscriptionId")


class PartialStatus(Evidenced):
    """One type's status."""

    channel: Email
    type: int = Field(alias="subscriptionId")
    status: Literal["NOT_SPECIFIED", "SUBSCRIBED", "UNSUBSCRIBED"] = Field(alias="statusState")


class FullStatus(PartialStatus):
    """One type's status for one address."""

    address: str = Field(alias="subscriberIdString")


class FullStatuses(Theirs):
    """Many of them."""

    inputs: list[FullStatus] = Field(max_length=MOST_INPUTS)


class WantedLinks(Theirs):
    """Whose links, about which type, in which language."""

    address: str = Field(alias="subscriberIdString")
    type: int | None = Field(None, alias="subscriptionId")
    language: str | None = None


def key_of(address: str, where: str = "subscriberIdString") -> bytes:
    """The key of an address. Raises Problem."""
    try:
        return site().keys(unwrapped(address))
    except MalformedAddress as wrong:
        raise Problem("malformed", faults=[Fault(where, f"No email address: {wrong}")]) from None


def brand_asked(caller: Caller, query: OfBrand) -> int:
    """The business unit that a call names, 0 where it names none. Raises Problem."""
    if query.business_unit:
        caller.brand(query.business_unit, "businessUnitId")
    return query.business_unit
