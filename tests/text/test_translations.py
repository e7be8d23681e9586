"""Every text of the templates is there in every language, with the same values in it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.text.languages import CATALOGS, LANGUAGES, SOURCE, texts
from app.text.templates import TEMPLATES, environment

PLACES = re.compile(r"%\(\w+\)s")
TRANSLATED = [language for language in LANGUAGES if language != SOURCE]


def catalog(language: str) -> Catalog:
    with (CATALOGS / language / "LC_MESSAGES" / "sayso.po").open("rb") as file:
        return read_po(file, locale=language)


@cache
def texts_of_the_templates() -> set[str]:
    methods = [("**.html", "jinja2"), ("**.txt", "jinja2")]
    found = extract_from_dir(TEMPLATES, method_map=methods)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_with_its_values(language: str) -> None:
    said = {str(m.id): str(m.string) for m in catalog(language) if m.id and not m.fuzzy}
    assert texts(language) == said
    wanted = texts_of_the_templates()
    assert wanted
    for text in wanted:
        assert said.get(text), f"{language} lacks: {text}"
        assert sorted(PLACES.findall(said[text])) == sorted(PLACES.findall(text)), text


@pytest.mark.parametrize("language", [SOURCE, "ar"])
def test_every_template_compiles(language: str) -> None:
    """In one language as in another: their texts have the same values, as shown above."""
    made = environment(language)
    names = made.list_templates(extensions=["html", "txt"])
    assert names
    for name in names:
        assert made.get_template(name).name == name
