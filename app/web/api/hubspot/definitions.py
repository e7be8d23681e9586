"""Subscription types as HubSpot's clients read them (rules.md, 9)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from app.domain.catalog import SubscriptionType
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.domain.words import Instant
from app.queries.definitions import last_changes
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call
from app.web.api.hubspot.envelopes import OfBrand, complete
from app.web.api.models import Theirs
from app.web.api.operations import Operations
from app.web.current import site

operations = Operations()


class WhichDefinitions(OfBrand):
    """Of one brand or all, with translations or without."""

    translations: bool = Field(False, alias="includeTranslations")


@operations.add(
    "GET",
    "/communication-preferences/v3/definitions",
    KeyScope.DEFINITIONS,
    query=Theirs,
    answers={200: None},
)
def all_definitions(call: Call) -> Answer:
    """Every type, with its translations."""
    told = _definitions(call.caller, 0, translations=True)
    return Answer({"subscriptionDefinitions": told})


@operations.add(
    "GET",
    "/communication-preferences/v4/definitions",
    KeyScope.DEFINITIONS,
    query=WhichDefinitions,
    answers={200: None},
)
def definitions(call: Call) -> Answer:
    """Every type, or those of one brand."""
    wanted = call.query
    told = _definitions(call.caller, wanted.business_unit, translations=wanted.translations)
    return Answer(complete(told, call.caller.now))


def _definitions(caller: Caller, brand: int, *, translations: bool) -> list[dict[str, Any]]:
    if brand:
        caller.brand(brand, "businessUnitId")
    with site().database.reading() as connection:
        changed = last_changes(connection)
    return [
        _definition(caller, type_, changed[type_.texts.version], translations)
        for type_ in caller.types()
        if brand in (0, type_.brand)
    ]


def _definition(
    caller: Caller, type_: SubscriptionType, changed: Instant, translations: bool
) -> dict[str, Any]:
    language = caller.catalog.brands[type_.brand].language
    told = {
        "id": str(type_.id),
        "name": type_.texts.get("name", language),
        "description": type_.texts.get("description", language),
        "purpose": type_.texts.get("frequency", language),
        "communicationMethod": "Email",
        "isActive": not type_.archived,
        "isDefault": False,
        "isInternal": not type_.public,
        "businessUnitId": type_.brand,
        "createdAt": moment(type_.created_at),
        "updatedAt": moment(max(changed, type_.created_at)),
    }
    if translations:
        told["subscriptionTranslations"] = [
            {
                "subscriptionId": type_.id,
                "languageCode": code,
                "name": texts.get("name", ""),
                "description": texts.get("description", ""),
                "createdAt": type_.created_at,
                "updatedAt": max(changed, type_.created_at),
            }
            for code, texts in sorted(type_.texts.by_language.items())
        ]
    return told
