"""Why a row of an import was refused, or is broken, in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.importing.wishes import Problem
from app.domain.runs import Why
from app.domain.words import Reason

WHY: Mapping[Why, str] = {
    **{reason: reason.name.lower().replace("_", " ") for reason in Reason},
    Reason.TRANSACTIONAL: "the type is sent whatever was chosen",
    Reason.TYPE_INACTIVE: "the type is archived",
    Reason.BOUNCED: "mail to them bounces",
    Reason.COMPLAINED: "they complained that it was spam",
    Reason.OPTED_OUT_OF_ALL: "they opted out of all email",
    Reason.OPTED_OUT_OF_BRAND: "they opted out of all email of the brand",
    Reason.UNSUBSCRIBED: "they are unsubscribed",
    Reason.LEGAL_BASIS_REQUIRED: "a legal basis is missing",
    Reason.EXPLANATION_REQUIRED: "an explanation is missing",
    Reason.NOT_PERMITTED: "only the person can change this",
    Problem.NO_ADDRESS: "there is no address",
    Problem.NO_AT: "there is no @ in the address",
    Problem.SPACE_INSIDE: "there is a space in the address",
    Problem.BAD_ADDRESS: "the address is not complete",
    Problem.NOT_SENDABLE: "mail cannot be sent to this address",
    Problem.UNKNOWN_STATUS: "this is no word for a status, use yes or no",
    Problem.UNKNOWN_BASIS: "this is no legal basis",
    Problem.UNKNOWN_LANGUAGE: "this is no language, use a code like en",
    Problem.UNREADABLE: "some letters are not in the file's encoding",
    Problem.CONTROL: "there are control characters in it",
    Problem.TOO_LONG: "it is too long",
    Problem.CELLS: "there are more cells than headings",
    Problem.BAD_VALUE: "the property does not take this value",
    Problem.UNKNOWN_DATE: "this is no date, use one like 2027-06-30",
    Problem.ERASED: "it is, or may be, of somebody who was erased since",
}
