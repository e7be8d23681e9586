"""Installations to run processes in, and a mail server for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes.fixtures import examples, installation, shop
from tests.processes.installation import Installation, Shop
from tests.processes.office import Office, office_of
from tests.processes.post import Post, listening

__all__ = ["examples", "installation", "shop"]


@pytest.fixture
def post() -> Post:
    """A mail server that takes everything."""
    return Post()


@pytest.fixture
def office(installation: Installation, shop: Shop, post: Post) -> Iterator[Office]:
    """The example, its web and worker, and a mail server."""
    with listening(post) as url, office_of(installation, url) as office:
        yield office
