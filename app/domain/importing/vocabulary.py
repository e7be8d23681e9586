"""The closed sets of words that a cell may say a status, a cause or a legal basis with."""

from __future__ import annotations

import re

from app.domain.contacts import Processing
from app.domain.words import Basis, Cause, Status

_YES = "yes y true 1 ja oui si sí sim tak نعم"
_NO = "no n false 0 nee nein non nao não nie لا"
_SUBSCRIBED = """
subscribed subscribe optedin optin in
abonne angemeldet aangemeld suscrito inscrito subskrybuje مشترك
"""
_UNSUBSCRIBED = """
unsubscribed unsubscribe notsubscribed optedout optout out
desabonne abgemeldet afgemeld desuscrito cancelado niesubskrybuje
"""
_NOTHING = "notspecified none null na"
_BOUNCE = "bounce bounced hardbounce hardbounced invalid invalidemail cleaned"
_COMPLAINT = "complaint complained spam spamcomplaint spamreport markedasspam abuse"
_FILLER = re.compile(r"[\s_\-–'./]+")


def folded(text: str) -> str:
    """A cell or heading as it is compared: without case, spaces, hyphens, underscores, dots."""
    return _FILLER.sub("", text).casefold()


STATUSES: dict[str, Status] = {
    **dict.fromkeys((*_SUBSCRIBED.split(), *_YES.split()), Status.SUBSCRIBED),
    **dict.fromkeys((*_UNSUBSCRIBED.split(), *_NO.split()), Status.UNSUBSCRIBED),
    **dict.fromkeys((*_NOTHING.split(), "unknown", ""), Status.NOT_SPECIFIED),
}
"""What a status may be called. NOT_SPECIFIED: the cell says nothing, and nothing changes."""

OPT_OUTS: dict[str, bool | None] = {
    **dict.fromkeys((*_UNSUBSCRIBED.split(), *_YES.split()), True),
    **dict.fromkeys((*_SUBSCRIBED.split(), *_NO.split()), False),
    **dict.fromkeys((*_NOTHING.split(), ""), None),
}
"""What a column that asks whether somebody opted out may say: yes is an opt-out there, and so is
"unsubscribed". None: the cell says nothing."""

CAUSES: dict[str, Cause] = {
    **dict.fromkeys(_BOUNCE.split(), Cause.BOUNCE),
    **dict.fromkeys(_COMPLAINT.split(), Cause.COMPLAINT),
}
"""Why an address is on a list of suppressions. Any other word: by choice."""

BASES: dict[str, Basis] = {
    **{folded(basis.name): basis for basis in Basis},
    "consent": Basis.CONSENT_WITH_NOTICE,
    "freelygivenconsent": Basis.CONSENT_WITH_NOTICE,
    "freelygivenconsentfromcontact": Basis.CONSENT_WITH_NOTICE,
    "contract": Basis.PERFORMANCE_OF_CONTRACT,
    "performanceofacontract": Basis.PERFORMANCE_OF_CONTRACT,
    "existingcustomer": Basis.LEGITIMATE_INTEREST_CLIENT,
    "legitimateinterestexistingcustomer": Basis.LEGITIMATE_INTEREST_CLIENT,
    "prospect": Basis.LEGITIMATE_INTEREST_PQL,
    "lead": Basis.LEGITIMATE_INTEREST_PQL,
    "prospectlead": Basis.LEGITIMATE_INTEREST_PQL,
    "legitimateinterestprospectlead": Basis.LEGITIMATE_INTEREST_PQL,
    "legitimateinterest": Basis.LEGITIMATE_INTEREST_OTHER,
    "other": Basis.LEGITIMATE_INTEREST_OTHER,
    "legitimateinterestother": Basis.LEGITIMATE_INTEREST_OTHER,
    "notapplicable": Basis.NON_GDPR,
}
"""What a legal basis for communication may be called: its name here or in HubSpot's files."""


PROCESSINGS: dict[str, Processing] = {
    **{folded(basis.name): basis for basis in Processing},
    "freelygivenconsent": Processing.CONSENT,
    "performanceofacontract": Processing.CONTRACT,
    "performanceofcontract": Processing.CONTRACT,
}
"""What a legal basis for processing may be called."""

IMPLIED: dict[Basis, Processing] = {
    Basis.LEGITIMATE_INTEREST_PQL: Processing.LEGITIMATE_INTEREST,
    Basis.LEGITIMATE_INTEREST_CLIENT: Processing.LEGITIMATE_INTEREST,
    Basis.LEGITIMATE_INTEREST_OTHER: Processing.LEGITIMATE_INTEREST,
    Basis.PERFORMANCE_OF_CONTRACT: Processing.CONTRACT,
    Basis.CONSENT_WITH_NOTICE: Processing.CONSENT,
}
"""The basis for processing that counts where only one for communication is given (rules.md, 8)."""
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
    "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
    "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
    "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
    "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu in iw ji mo sh"
)
TWO_LETTERS = frozenset(_CODES.split())
"""The codes of languages of ISO 639-1, with those withdrawn that old lists have. Of codes of three
letters there are thousands, and they are taken as they are."""


def cause_of(text: str) -> Cause:
    """Why somebody is on a list of suppressions: a word that is not known is a choice, for a row
    on such a list must never leave its address mailable."""
    return CAUSES.get(folded(text), Cause.CHOICE)


def opts_out(text: str) -> bool:
    """Whether a cell of a list of suppressions says that somebody opted out: any word does but
    those that say no or nothing, for the same reason."""
    return bool(OPT_OUTS.get(folded(text), True))
