"""Installations to run processes in."""

from __future__ import annotations

from tests.processes.fixtures import installation, shop

__all__ = ["installation", "shop"]
