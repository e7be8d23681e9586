"""What is counted for /metrics. Where metrics are off, nothing is, and nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.domain.words import Reason

if TYPE_CHECKING:
    from flask import Flask


class Meter:
    """Counts nothing. The one that does is app.web.metrics.Metrics."""

    def watch(self, app: Flask) -> None:
        """Count the requests of an application."""

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by its route."""

    def decided(self, reasons: Iterable[Reason]) -> None:
        """Count send decisions."""


SILENT = Meter()
