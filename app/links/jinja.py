"""Links in the Jinja templates of senders: no app context, no database.

    environment = Environment(extensions=["app.links.jinja.LinksExtension"])
    {{ preferences_url(email) }}
    {{ unsubscribe_url(email, type=1234567) }}

Settings come from the environment (app/links/environment.py) at the first link, unless
`environment.sayso_links` holds a Links. `environment.sayso_brand` is the brand where a call
names none; else SAYSO_BRAND is.
"""

from collections.abc import Callable
from html import unescape

from jinja2 import Environment, pass_environment
from jinja2.ext import Extension

from app.links.sender import environment_links
from app.links.urls import Links


class LinksExtension(Extension):
    """Adds preferences_url and unsubscribe_url, with the arguments of Links, to every template."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.extend(sayso_links=None, sayso_brand=None)
        environment.globals["preferences_url"] = _function(Links.preferences_url)
        environment.globals["unsubscribe_url"] = _function(Links.unsubscribe_url)


def _function(make: Callable[..., str]) -> Callable[..., str]:
    @pass_environment
    def url(environment: Environment, address: object, *args: object, **options: object) -> str:
        return make(_links(environment), _plain(address), *args, **options)

    return url


def _links(environment: Environment) -> Links:
    """getattr, as an environment's extended attributes have no types."""
    links = getattr(environment, "sayso_links", None) or environment_links()
    return links.for_brand(getattr(environment, "sayso_brand", None))


def _plain(address: object) -> str:
    """The address as text; one that autoescaping has marked as HTML would have another key."""
    if not isinstance(address, str):
        raise TypeError(
            "a link is made for the recipient's email address, as text, and not for "
            f"{type(address).__name__}: is the variable's name right?"
        )
    return unescape(address) if hasattr(address, "__html__") else address
