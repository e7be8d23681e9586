"""Who may lift what stands, and what that asks for: the tables of rules.md, 3."""

from __future__ import annotations

from enum import Enum

from app.domain.changes import By, Hand
from app.domain.standing import COMPLAINT, Place, Standing
from app.domain.words import Cause, Reason, Via


class Needs(Enum):
    """What a lift asks for."""

    NOTHING = "yes"
    EXPLANATION = "an explanation"
    EXPLANATION_AND_BASIS_WITH_PRIVACY = "an explanation, with data privacy on also the basis"
    BASIS_AND_EXPLANATION = "basis and explanation"
    NEVER = "no"


class Made(Enum):
    """What stands, as the lifting tables tell it apart."""

    BY_CONTACT = "choice made by CONTACT"
    BY_OTHERS = "choice made by anyone else"
    BY_FALLBACK_FORM = "choice made by CONTACT with the fallback form"
    BOUNCE = "a hard bounce"
    COMPLAINT = "a complaint"


_YES, _NO = Needs.NOTHING, Needs.NEVER
_BOTH, _WORDS = Needs.BASIS_AND_EXPLANATION, Needs.EXPLANATION
_BULK = Needs.EXPLANATION_AND_BASIS_WITH_PRIVACY
_COLUMNS = (
    Hand.CONTACT,
    Hand.USER,
    Hand.API,
    Hand.USER_BULK,
    Hand.API_BATCH,
    Hand.API_V3,
    Hand.AUTOMATIC,
)

LIFTING_A_TYPE = {
    Made.BY_CONTACT: dict(zip(_COLUMNS, (_YES, _BOTH, _BOTH, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_OTHERS: dict(zip(_COLUMNS, (_YES, _BOTH, _BOTH, _BULK, _BULK, _NO, _NO), strict=True)),
}
LIFTING_MORE = {
    Made.BY_CONTACT: dict(zip(_COLUMNS, (_YES, _NO, _NO, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_FALLBACK_FORM: dict(zip(_COLUMNS, (_YES, _BOTH, _NO, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_OTHERS: dict(
        zip(_COLUMNS, (_YES, _WORDS, _WORDS, _WORDS, _WORDS, _NO, _NO), strict=True)
    ),
    Made.BOUNCE: dict(zip(_COLUMNS, (_YES, _WORDS, _WORDS, _WORDS, _WORDS, _NO, _NO), strict=True)),
    Made.COMPLAINT: dict(zip(_COLUMNS, (_YES, _NO, _NO, _NO, _NO, _NO, _NO), strict=True)),
}


def lacks_for_a_type(standing: Standing, by: By) -> Reason | None:
    """What `by` lacks to lift UNSUBSCRIBED at type scope, or None."""
    made = Made.BY_CONTACT if standing.by_contact else Made.BY_OTHERS
    return lacks(LIFTING_A_TYPE[made][by.hand], by)


def lacks_for_more(place: Place, standing: Standing, by: By) -> Reason | None:
    """What `by` lacks to lift an opt-out of everything, or a suppression, or None."""
    return lacks(LIFTING_MORE[_made(place, standing)][by.hand], by)


def lacks(needs: Needs, by: By) -> Reason | None:
    """What `by` lacks of what is needed, or None."""
    wants_basis = needs is Needs.BASIS_AND_EXPLANATION or (
        needs is Needs.EXPLANATION_AND_BASIS_WITH_PRIVACY and by.policy.data_privacy
    )
    if needs is Needs.NEVER:
        return Reason.NOT_PERMITTED
    if needs is Needs.NOTHING:
        return None
    if wants_basis and by.basis is None:
        return Reason.LEGAL_BASIS_REQUIRED
    return None if by.explained else Reason.EXPLANATION_REQUIRED


def _made(place: Place, standing: Standing) -> Made:
    if place.cause is Cause.BOUNCE:
        return Made.BOUNCE
    if place == COMPLAINT:
        return Made.COMPLAINT
    if standing.via is Via.FALLBACK_FORM:
        return Made.BY_FALLBACK_FORM
    return Made.BY_CONTACT if standing.by_contact else Made.BY_OTHERS
