"""Phrases that shame or press people who leave (R-87). Texts that hold one are refused."""

from __future__ import annotations

import re

PHRASES = (
    r"no(?: thanks)?,? i (?:hate|don'?t (?:want|like|need|care)|prefer (?:to pay|paying))",
    r"sorry to see you (?:go|leave)",
    r"(?:we'?ll|we will|we'?d) miss you",
    r"(?:please )?don'?t (?:go|leave us)",
    r"you'?ll (?:miss out|regret)",
    r"are you (?:really )?sure",
    r"before it'?s too late",
    r"schade,? dass (?:sie|du) (?:geh|uns)",
    r"wir werden (?:sie|dich) vermissen",
    r"jammer dat (?:je|u) (?:gaat|ons)",
    r"we zullen (?:je|u) missen",
    r"(?:vous allez|tu vas) nous manquer",
    r"désolés? de vous voir partir",
    r"(?:te|le|les) echaremos de menos",
    r"sentimos (?:que|verte) (?:te vayas|partir|marchar)",
    r"(?:vamos )?sentir(?:emos)? a sua falta",
    r"będzie nam ciebie brakować",
    r"يؤسفنا رحيلك",
)
_any = re.compile(r"\b(?:" + "|".join(PHRASES) + ")", re.IGNORECASE)


def shames(text: str) -> bool:
    """Whether the text holds such a phrase, however its apostrophes are written."""
    plain = " ".join(text.replace("\u2019", "'").split())
    return _any.search(plain) is not None
