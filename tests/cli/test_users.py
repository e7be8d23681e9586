"""sayso users: the first owner, and whoever is locked out (R-137)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config import Settings
from app.domain.users import Role
from app.factory import create_app
from app.web.site import Site
from tests.cli.running import Finished, run
from tests.web.admin.colleagues import DORA, ELIF, PASSWORD, Colleague, user
from tests.web.houses import BASE_URL, LINK_SECRET, site_of
from tests.world import ADDRESS_SECRET, World


@pytest.fixture
def settings(database_url: str, tmp_path: Path, world: World) -> dict[str, str]:
    """The environment of an installation whose database has the cast."""
    return {
        "SAYSO_DATA_DIR": str(tmp_path),
        "SAYSO_DATABASE_URL": database_url,
        "SAYSO_BASE_URL": BASE_URL,
        "SAYSO_ADDRESS_SECRET": ADDRESS_SECRET.decode(),
        "SAYSO_LINK_SECRETS": LINK_SECRET.decode().replace(" ", "-"),
    }
