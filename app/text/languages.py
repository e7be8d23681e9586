"""The languages Sayso speaks, their catalogs, and the choice among them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel import Locale

SOURCE = "en"
LANGUAGES = {
    "en": "English",
    "nl": "Nederlands",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt": "Português",
    "pl": "Polski",
    "ar": "العربية",
}
CATALOGS = Path(__file__).parent.parent / "translations"
ENTRY = re.compile(r'^msgid (".*"(?:\n".*")*)\nmsgstr (".*"(?:\n".*")*)$', re.MULTILINE)
ESCAPE = re.compile(r"\\(.)")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def chosen(*wishes: str | None) -> str | None:
    """The first wish we speak, by its main language: `pt-BR` is Portuguese."""
    for wish in wishes:
        if wish and (main := wish.replace("_", "-").split("-")[0].lower()) in LANGUAGES:
            return main
    return None


@cache
def direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return Locale.parse(language).text_direction


@cache
def texts(language: str) -> dict[str, str]:
    """The catalog of `language`, read from its .po file: there is nothing to compile. Empty where
    there is none, as for SOURCE."""
    path = CATALOGS / language / "LC_MESSAGES" / "sayso.po"
    if not path.is_file():
        return {}
    entries = ENTRY.finditer(path.read_text("utf-8"))
    return {_said(entry[1]): _said(entry[2]) for entry in entries if entry[1] != '""'}


def translated(language: str, text: str) -> str:
    """A text in this language; as it stands where it is not translated."""
    return texts(language).get(text) or text


def program_texts() -> dict[str, dict[str, str]]:
    """Every text of the program by language: what one version of them says (rules.md, 7)."""
    return {language: found for language in LANGUAGES if (found := texts(language))}


def _said(quoted: str) -> str:
    """What stands between quotation marks, line by line."""
    joined = "".join(line[1:-1] for line in quoted.split("\n"))
    return ESCAPE.sub(lambda escape: ESCAPED.get(escape[1], escape[1]), joined)
