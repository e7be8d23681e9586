"""A program that may everything."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.api.callers import Program


@pytest.fixture
def program(app: Flask) -> Program:
    """A program whose key has every scope and no restriction."""
    return Program(app)
