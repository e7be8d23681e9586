"""The application: doors, links, blueprints, errors and headers, wired."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import BadSettings, Settings, from_environment
from app.domain.address import AddressKeys, fingerprint
from app.links.timed import Accesses, Confirmations, Moves
from app.links.tokens import Tokens
from app.links.urls import Links
from app.store.catalog import CatalogCache
from app.store.counting import Counts, counting_url
from app.store.doors import Database
from app.web import errors, headers, health, metering
from app.web.admin import cookie, entrance
from app.web.apart import Apart
from app.web.feedback import providers
from app.web.recipient import (
    assets,
    confirmation,
    fallback,
    own_move,
    preferences,
    sign_up,
    unsubscribe,
    your_data,
)
from app.web.recipient.shortcut import Shortcut
from app.web.site import Site
from app.web.tolerant_request import TolerantRequest

LARGEST_BODY = 16 * 1024
MOST_FIELDS = 1_000
BLUEPRINTS = (
    preferences.bp,
    unsubscribe.bp,
    fallback.bp,
    confirmation.bp,
    your_data.bp,
    own_move.bp,
    sign_up.bp,
    assets.bp,
    health.bp,
    providers.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """A WSGI application for these settings; those of the environment where none are given.

    Raises BadSettings with what to do. Connects to nothing before the first request.
    """
    site = make_site(settings or from_environment())
    app = Flask(__name__, static_folder=None, template_folder=None)
    if site.settings.metrics_token:
        site = replace(site, meter=metering.install(app, site.settings.data_dir))
    site.meter.watch(app)
    app.request_class = TolerantRequest
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FIELDS,
    )
    app.extensions["sayso"] = site
    https = site.settings.base_url.startswith("https:")
    signing = (*site.settings.link_secrets_next, *site.settings.link_secrets)
    cookie.configure(app, signing, https=https)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    entrance.register(app)
    errors.register(app)
    headers.register(app, https=https)
    short = Shortcut(app, app.wsgi_app, headers.of_every_answer(https=https))
    app.wsgi_app = Apart(app, short)  # type: ignore[method-assign]
    if hops := site.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops, hops)  # type: ignore[method-assign]
    return app


def make_site(settings: Settings) -> Site:
    """Everything the views and the worker share."""
    if settings.address_secret is None or not settings.link_secrets:
        raise BadSettings(
            "There are no secrets. Run `sayso init` to make them with a new database, or set "
            "SAYSO_ADDRESS_SECRET and SAYSO_LINK_SECRETS to those of your database."
        )
    keys = AddressKeys(settings.address_secret)
    tokens = Tokens(settings.link_secrets, settings.link_secrets_next, settings.link_secrets_leaked)
    signing = (*settings.link_secrets_next, *settings.link_secrets)
    return Site(
        settings=settings,
        database=Database(
            settings.database_url, settings.read_database_url, settings.browse_database_url
        ),
        counts=Counts(counting_url(settings.database_url, str(settings.data_dir))),
        keys=keys,
        tokens=tokens,
        catalogs=CatalogCache(fingerprint(settings.address_secret)),
        links=Links(settings.base_url, keys, tokens, settings.unsubscribe_domain),
        confirmations=Confirmations(signing, settings.link_secrets_leaked),
        accesses=Accesses(signing, settings.link_secrets_leaked),
        moves=Moves(signing, settings.link_secrets_leaked),
    )
