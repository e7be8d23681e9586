"""The languages Sayso speaks, their catalogs, and the choice among them."""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

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
def translations(language: str) -> gettext.NullTranslations:
    """The catalog of `language`, read from its .po file: there is nothing to compile."""
    if language == SOURCE:
        return gettext.NullTranslations()
    with (CATALOGS / language / "LC_MESSAGES" / "sayso.po").open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def program_texts() -> dict[str, dict[str, str]]:
    """Every text of the program by language: what one version of them says (rules.md, 7)."""
    texts: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        path = CATALOGS / language / "LC_MESSAGES" / "sayso.po"
        if path.is_file():
            with path.open("rb") as file:
                catalog = read_po(file, locale=language)
            texts[language] = {str(m.id): str(m.string) for m in catalog if m.id}
    return texts
