"""Ana as a contact, and those who look at her record."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.catalog import Policy
from app.domain.deeds import Doer
from app.services import contacts
from app.services.contacts import Draft
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, Colleague, at_work
from tests.world import ANA, World


@pytest.fixture
def ana(site: Site, world: World) -> int:
    """The id of Ana's contact."""
    draft = Draft(ANA.key, ANA.address, "Ana Example")
    return site.database.write(contacts.create, draft, Policy(), Doer(None, site.now()))


@pytest.fixture
def dora(app: Flask) -> Colleague:
    """An owner, signed in."""
    return at_work(app, DORA)


@pytest.fixture
def elif_(app: Flask) -> Colleague:
    """An editor, signed in."""
    return at_work(app, ELIF)
