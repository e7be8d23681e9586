"""/metrics for Prometheus, over all processes of this server. Loaded only where a token is set.

Labels are routes, methods, statuses and words of ours: never a token, an address or a host.
"""

from __future__ import annotations

import hmac
import time
from collections import Counter as Tally
from collections.abc import Iterable, Iterator

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from app.domain.words import Reason
from app.queries.statistics import totals
from app.queries.waiting import waiting
from app.store.catalog import Missing
from app.store.doors import Unavailable
from app.web.current import site
from app.web.meter import Meter
from app.web.site import Site

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
NO_ROUTE, OTHER_METHOD = "none", "other"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

bp = Blueprint("metrics", __name__)


@bp.get("/metrics")
def metrics() -> Response:
    """What was counted here, and what the database tells. Only for who has the token."""
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {site().settings.metrics_token}".encode()):
        abort(401)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Stored(site()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Metrics(Meter):
    """Counts in files that all processes of this server share."""

    def __init__(self) -> None:
        own = CollectorRegistry()
        self._requests = Counter(
            "sayso_requests", "Requests.", ["method", "route", "status"], registry=own
        )
        self._seconds = Histogram(
            "sayso_request_seconds",
            "Until the answer was ready.",
            ["route"],
            buckets=SECONDS,
            registry=own,
        )
        self._effect = Histogram(
            "sayso_effect_seconds",
            "From a request that changes something to its being committed and answered.",
            ["route"],
            buckets=SECONDS,
            registry=own,
        )
        self._decisions = Counter("sayso_decisions", "Decisions.", ["reason"], registry=own)

    def watch(self, app: Flask) -> None:
        """Count each request, by its route."""
        app.before_request(self._begin)
        app.after_request(self._end)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by its route, and how long a change took that was made."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if method in CHANGING and status < 400:
            self._effect.labels(route).observe(seconds)

    def decided(self, reasons: Iterable[Reason]) -> None:
        """Count send decisions by their reason."""
        for reason, count in Tally(reasons).items():
            self._decisions.labels(reason.name).inc(count)

    def _begin(self) -> None:
        g.began = time.perf_counter()

    def _end(self, response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else NO_ROUTE
        method = request.method if request.method in METHODS else OTHER_METHOD
        spent = time.perf_counter() - g.get("began", time.perf_counter())
        self.answered(method, route, response.status_code, spent)
        return response


class _Stored:
    """What the database tells, the same on every node: take it from any one of them."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[Metric]:
        """The families. Where the database is away, only that."""
        up = GaugeMetricFamily("sayso_database_up", "Whether the database answers.")
        try:
            found = list(self._asked())
        except (Unavailable, Missing):
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield from (up, *found)

    def _asked(self) -> Iterator[Metric]:
        ages = GaugeMetricFamily(
            "sayso_queue_age_seconds", "How long the oldest that is due waits.", labels=["queue"]
        )
        happened = CounterMetricFamily(
            "sayso_outcomes",
            "Opt-outs, subscriptions, complaints and bounces, minutes ago.",
            labels=["outcome", "via"],
        )
        with self._site.database.reading() as connection:
            for name, seconds in waiting(connection, self._site.now()).items():
                ages.add_metric([name], seconds)
            for outcome, via, count in totals(connection):
                happened.add_metric([outcome.name, via.name], count)
        yield from (ages, happened)
