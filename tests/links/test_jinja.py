"""Links in senders' templates: no app context, no database, errors that say what to do."""

from collections.abc import Iterator

import pytest
from jinja2 import Environment, StrictUndefined, UndefinedError

from app.domain.address import MalformedAddress
from app.links import BadSetting, from_environment
from app.links.sender import environment_links
from tests.links.samples import ANA, SETTINGS, links


@pytest.fixture
def environment() -> Environment:
    """A sender's environment with its links put in by hand."""
    made = Environment(extensions=["app.links.jinja.LinksExtension"], autoescape=True)
    vars(made)["sayso_links"] = links().for_brand(3)
    return made


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    environment_links.cache_clear()
    yield monkeypatch
    environment_links.cache_clear()


def render(environment: Environment, source: str, **context: object) -> str:
    return environment.from_string(source).render(context)


def test_a_template_makes_links(environment: Environment) -> None:
    made = links().for_brand(3)
    source = "{{ preferences_url(email) }} {{ unsubscribe_url(email, type=7, message=812) }}"
    expected = [made.preferences_url(ANA), made.unsubscribe_url(ANA, type=7, message=812)]
    assert render(environment, source, email=ANA).split() == expected


def test_a_template_may_name_brand_and_account(environment: Environment) -> None:
    made = links()
    source = "{{ preferences_url(email, 4, type=7) }} {{ unsubscribe_url(email, account=True) }}"
    expected = [made.preferences_url(ANA, 4, type=7), made.unsubscribe_url(ANA, account=True)]
    assert render(environment, source, email=ANA).split() == expected


def test_the_brand_of_the_environment_goes_first(environment: Environment) -> None:
    vars(environment)["sayso_brand"] = 4
    made = render(environment, "{{ unsubscribe_url(email) }}", email=ANA)
    assert made == links().unsubscribe_url(ANA, brand=4)


def test_an_overlay_has_its_own_brand(environment: Environment) -> None:
    overlay = environment.overlay()
    vars(overlay)["sayso_brand"] = 4
    made = render(overlay, "{{ unsubscribe_url(email) }}", email=ANA)
    assert made == links().unsubscribe_url(ANA, brand=4)


def test_settings_come_from_the_environment_at_the_first_link(
    settings: pytest.MonkeyPatch, tmp_path: object
) -> None:
    environment = Environment(extensions=["app.links.jinja.LinksExtension"], autoescape=True)
    template = environment.from_string("{{ preferences_url(email) }}")
    settings.setenv("SAYSO_BASE_URL", "")
    with pytest.raises(BadSetting, match="SAYSO_BASE_URL"):
        template.render(email=ANA)
    for name, value in (SETTINGS | {"SAYSO_BRAND": "3"}).items():
        settings.setenv(name, value)
    assert template.render(email=ANA) == from_environment(SETTINGS).preferences_url(ANA, 3)


def test_an_address_that_html_has_escaped_is_still_the_same_mailbox(
    environment: Environment,
) -> None:
    """Another key would let somebody opt out without any effect."""
    address = "o'brien&sons@example.com"
    made = render(environment, "{{ unsubscribe_url(email|e, type=7) }}", email=address)
    assert made == links().unsubscribe_url(address, type=7)
    literal = "o&#39;brien@example.com"
    made = render(environment, "{{ unsubscribe_url(email, type=7) }}", email=literal)
    assert made == links().unsubscribe_url(literal, type=7)


def test_a_misspelt_variable_makes_no_link(environment: Environment) -> None:
    with pytest.raises(TypeError, match=r"not for Undefined: is the variable's name right\?"):
        render(environment, "{{ preferences_url(emial) }}", email=ANA)
    with pytest.raises(TypeError, match="not for NoneType"):
        render(environment, "{{ preferences_url(email) }}", email=None)


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("{{ unsubscribe_url('ana', type=7) }}", MalformedAddress, "name@domain"),
        ("{{ unsubscribe_url(email, type='news') }}", ValueError, "number Sayso gave it.*'news'"),
        ("{{ unsubscribe_url(email, type=kind) }}", ValueError, "number Sayso gave it"),
        ("{{ unsubscribe_url(email, typ=7) }}", TypeError, "unsubscribe_url.*'typ'"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(
    environment: Environment, source: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        render(environment, source, email=ANA)


def test_strict_environments_stay_strict(environment: Environment) -> None:
    strict = environment.overlay(undefined=StrictUndefined)
    with pytest.raises((UndefinedError, TypeError)):
        render(strict, "{{ preferences_url(email) }}")
