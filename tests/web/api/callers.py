"""Programs that call the API with a key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.domain.deeds import Doer
from app.domain.keys import ApiKey, KeyScope
from app.queries.keys import all_keys
from app.services import keys
from app.services.keys import NewKey
from app.web.site import Site
from tests.web.houses import BASE_URL, site_of


def new_key(site: Site, scopes: Iterable[KeyScope] = KeyScope, **more: Any) -> str:
    """The text of a key; one that may everything, where nothing is said."""
    if "brands" in more:
        more["brands"] = frozenset(more["brands"])
    new = NewKey("Fernway's shop", frozenset(scopes), **more)
    return site.database.write(keys.create, new, Doer(None, site.now()))


def key_of(site: Site) -> ApiKey:
    """The key made last."""
    with site.database.reading() as connection:
        return all_keys(connection)[0]


class Program:
    """A program with a key."""

    def __init__(self, app: Flask, scopes: Iterable[KeyScope] = KeyScope, **more: Any) -> None:
        self.app = app
        self.secret = new_key(site_of(app), scopes, **more)

    def get(self, path: str, **headers: str) -> TestResponse:
        """Read something."""
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        """Send something."""
        return self.send("POST", path, body, **headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> TestResponse:
        """Any call. A body that is text or bytes goes as it is."""
        content = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.app.test_client().open(
            path,
            method=method,
            data=content,
            headers={
                "Authorization": f"Bearer {self.secret}",
                **({} if body is None else {"Content-Type": "application/json"}),
                **named,
            },
            base_url=BASE_URL,
        )
