"""Installations for a sender's loop."""

from __future__ import annotations

from tests.processes.fixtures import installation, shop

__all__ = ["installation", "shop"]
