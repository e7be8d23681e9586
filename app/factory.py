"""The application: doors, links, blueprints, errors and headers, wired."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.config import Settings, from_environment
from app.web import errors, health, metering
from app.web.admin import cookie, entrance
from app.web.apart import Apart
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
    inner = Apart(app, Shortcut(app, app.wsgi_app))
    app.wsgi_app = Headed(inner, https=https)  # type: ignore[method-assign]
    if hops := site.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops, hops)  # type: ignore[method-assign]
    return app
