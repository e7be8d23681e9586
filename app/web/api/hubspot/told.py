"""Statuses in HubSpot's words (rules.md, 9)."""

from __future__ import annotations

from typing import Any

from app.domain.effective import Effective, Wide
from app.domain.moments import moment
from app.domain.words import Reason, Status
from app.queries.statuses import Statuses
from app.web.api.caller import Caller

SOURCES = {
    Reason.BOUNCED: "PORTAL_WIDE_STATUS",
    Reason.COMPLAINED: "PORTAL_WIDE_STATUS",
    Reason.OPTED_OUT_OF_ALL: "PORTAL_WIDE_STATUS",
    Reason.OPTED_OUT_OF_BRAND: "BRAND_WIDE_STATUS",
    Reason.PAUSED: "BRAND_WIDE_STATUS",
}


def public_statuses(
    caller: Caller, address: str, found: Statuses, brand: int = 0, success: str = ""
) -> list[dict[str, Any]]:
    """Every active type of one brand, or of all. After an opt-out from all, without the types
    that take no status."""
    return [
        public_status(
            caller, address, found, found.of(t, caller.catalog.policy, caller.now), success
        )
        for t in caller.types()
        if not t.archived and brand in (0, t.brand) and not (success and t.transactional)
    ]


def public_status(
    caller: Caller, address: str, found: Statuses, status: Effective, success: str = ""
) -> dict[str, Any]:
    """One type's status, as v4 tells it."""
    told = {
        "subscriberIdString": address,
        "subscriptionId": status.type.id,
        "subscriptionName": _name(caller, status),
        "businessUnitId": status.type.brand,
        "channel": "EMAIL",
        "status": status.status.name,
        "source": status.decision.reason.name,
        "timestamp": moment(status.at),
        **_basis(found, status),
    }
    return {**told, "setStatusSuccessReason": success} if success else told


def v3_status(caller: Caller, found: Statuses, status: Effective) -> dict[str, Any]:
    """One type's status, as v3 tells it: a yes, or none."""
    subscribed = status.status is Status.SUBSCRIBED
    language = caller.catalog.brands[status.type.brand].language
    return {
        "id": str(status.type.id),
        "name": _name(caller, status),
        "description": status.type.texts.get("description", language),
        "brandId": status.type.brand,
        "status": "SUBSCRIBED" if subscribed else "NOT_SUBSCRIBED",
        "sourceOfStatus": SOURCES.get(status.decision.reason, "SUBSCRIPTION_STATUS"),
        **_basis(found, status),
    }


def wide_statuses(
    caller: Caller, address: str, found: Statuses, brand: int = 0
) -> list[dict[str, Any]]:
    """What stands above the types: of the account, and of one brand or of all."""
    return [
        _wide_status(address, wide)
        for wide in found.wide()
        if wide.brand is None or (caller.key.reaches(wide.brand) and brand in (0, wide.brand))
    ]


def _wide_status(address: str, wide: Wide) -> dict[str, Any]:
    of_brand = {} if wide.brand is None else {"businessUnitId": wide.brand}
    return {
        "subscriberIdString": address,
        "channel": "EMAIL",
        "wideStatusType": "PORTAL_WIDE" if wide.brand is None else "BUSINESS_UNIT_WIDE",
        "status": wide.status.name,
        "timestamp": moment(wide.at),
        **of_brand,
    }


def _name(caller: Caller, status: Effective) -> str:
    return status.type.texts.get("name", caller.catalog.brands[status.type.brand].language)


def _basis(found: Statuses, status: Effective) -> dict[str, str]:
    """The legal basis of a yes that stands, and why."""
    choice = status.choice
    if choice is None or choice.basis is None:
        return {}
    why = found.explanations.get(status.place)
    told = {"legalBasis": choice.basis.name}
    return {**told, "legalBasisExplanation": why} if why else told
