"""The application: doors, links, blueprints, errors and headers, wired."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings, from_environment
from app.web import errors, health, metering
from app.web.apart import Apart
from app.web.bare import bare
from app.web.feedback import providers
from app.web.headers import Headed
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
from app.web.site import make_site

LARGEST_BODY = 16 * 1024
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
    app = bare(__name__, LARGEST_BODY)
    if site.settings.metrics_token:
        site = replace(site, meter=metering.install(app, site.settings.data_dir))
    site.meter.watch(app)
    app.extensions["sayso"] = site
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    errors.register(app)
    apart = app.extensions["apart"] = Apart(app, Shortcut(app, app.wsgi_app))
    https = site.settings.base_url.startswith("https:")
    app.wsgi_app = Headed(apart, https=https)  # type: ignore[method-assign]
    if hops := site.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops, hops)  # type: ignore[method-assign]
    return app
