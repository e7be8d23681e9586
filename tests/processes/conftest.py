"""Installations to run processes in."""

from __future__ import annotations

from tests.processes.fixtures import examples, installation, shop

__all__ = ["examples", "installation", "shop"]
