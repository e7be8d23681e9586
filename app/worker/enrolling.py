"""Workflows at work: who enters, and what is due to those inside."""

from __future__ import annotations

from functools import partial

from app.domain.workflows import Definition
from app.queries import contact_list
from app.queries.contact_filters import Filters
from app.services import enrolment_runs, enrolment_walks, stepping
from app.services.actions import Means
from app.services.runs import SEARCH, Work
from app.store import workflows
from app.store.runs import Run
from app.text.languages import chosen
from app.web.site import Site


class Entering:
    """Judges what happened since for who enters. Any number may: one is at a walk at a time."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Judge the next part of what happened, or of whose dates were reached."""
        site, now = self._site, self._site.now()
        with site.database.reading() as connection:
            walk = enrolment_walks.due(connection, now)
            dated = None if walk else enrolment_walks.dates_due(connection, now)
        if walk is not None:
            return site.database.write(enrolment_walks.go_on, walk, now)
        if dated is not None:
            return site.database.write(enrolment_walks.reach_dates, dated, now)
        return 0


class Stepping:
    """Does what is due to those inside. Any number may."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def work(self) -> int:
        """Bring some of them a step further; how many."""
        site, now = self._site, self._site.now()
        with site.database.reading() as connection:
            id_ = stepping.due(connection, now)
            if id_ is None:
                return 0
            catalog = site.catalogs.current(connection)
        means = Means(f"workflow:{id_}", catalog, _speak, now)
        return site.database.write(stepping.carry_on, id_, means)


def carry_out(site: Site, run: Run) -> Work:
    """The next contacts of an enrolment, and what is known of them."""
    with site.database.browsing() as connection:
        catalog = site.catalogs.current(connection)
        filters, after = Filters.from_json(run.words.get(SEARCH, {})), int(run.cursor or 0)
        most = enrolment_runs.PART
        found = contact_list.matching(connection, catalog, filters, after, most)
        workflow = workflows.read(connection, run.parameters["workflow"])
        asked = workflow.definition if workflow else Definition()
        facts = workflows.facts(connection, [each.id for each in found], [asked])
    last = len(found) < most
    return partial(enrolment_runs.carry_out, asked=asked, known=facts, last=last, now=site.now())


def _speak(known: str | None, else_: str) -> str:
    return chosen(known, else_) or "en"
