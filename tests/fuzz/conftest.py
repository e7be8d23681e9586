"""An installation that every provider may call, with the cast in it."""

from __future__ import annotations

from tests.web.conftest import app, clock, heard, site, world
from tests.web.test_feedback import asked, settings

__all__ = ["app", "asked", "clock", "heard", "settings", "site", "world"]
