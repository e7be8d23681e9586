"""Jobs, as people call runs: the list, one with its preview or progress, its rows, its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import starmap

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.bulk import BulkEdit
from app.domain.ids import MOST_ID, MOST_STORED, id_in
from app.domain.runs import (
    Press,
    RowOutcome,
    RunKind,
    RunState,
    leads,
    tallies,
    time_left,
    why_named,
)
from app.domain.words import Basis
from app.files import cells
from app.queries import runs as known
from app.queries.runs import Place, Row, Shown
from app.services import runs, undoing
from app.store.doors import Database
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.naming import names
from app.web.admin.rendering import screen, to
from app.web.admin.typed import number_in
from app.web.current import site

bp = Blueprint("admin_jobs", __name__)
SAID = {
    Press.START: "job-started",
    Press.PAUSE: "job-paused",
    Press.RESUME: "job-resumed",
    Press.CANCEL: "job-cancelled",
}
BEFORE = (RunState.DRAFT, RunState.CHECKING, RunState.CHECKED)
"""States of a run that nobody said go for yet."""
HEADING = ("position", "address", "address_key", "outcome", "reason")


@bp.get("/admin/jobs")
@guarded(Guard.VIEWER)
def index() -> Response:
    """All of them, the newest first."""
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        page = known.page(connection, _before())
    return screen("jobs", page=page, grouped=_grouped, **names(catalog))


@bp.get("/admin/jobs/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> AnyResponse:
    """A preview while it waits for somebody to say go; else how far it is, or what became of it. An
    import has steps of its own till then."""
    return _screen(id_)


def _screen(id_: int, problems: Mapping[str, str] | None = None) -> AnyResponse:
    with site().database.reading() as connection:
        catalog, shown = site().catalogs.current(connection), _shown(known.one(connection, id_))
        run, checked = shown.run, shown.run.state is RunState.CHECKED
        earlier = None if checked else known.earlier(connection, run)
    if (run.state in BEFORE or run.unreadable) and run.parameters.get("size"):
        return to(f"/admin/imports/{id_}")
    counts = run.forecast if checked else run.counts
    return screen(
        "job-preview" if checked else "job",
        shown=shown,
        run=run,
        grouped=_grouped(counts),
        grouped_of=_grouped,
        earlier=earlier,
        undoable_too=[r.id for r in earlier.runs if undoing.undoable(r)] if earlier else (),
        refusals=[t for t in tallies(counts) if t.reason],
        basis=_basis(shown),
        left=time_left(run.done, run.total, run.spent),
        presses=_presses(shown),
        undoable=undoing.undoable(run) and shown.undone_by is None,
        changed=undoing.changed(run),
        problems=problems,
        **names(catalog),
    )


@bp.post("/admin/jobs/<int:id_>")
@guarded(Guard.EDITOR)
def press(id_: int) -> AnyResponse:
    """Start, pause, resume or cancel it."""
    pressed = next((p for p in SAID if p.value == request.form.get("do")), None)
    if pressed is None or (pressed is Press.START and _is_import(id_)):
        abort(400)  # an import starts where it was checked, and an opt-out list asks for the number
    done = site().database.write(runs.press, _id(id_), pressed, presence.doer())
    flash(SAID[pressed] if done else "job-moved-on")
    return to(f"/admin/jobs/{id_}")


@bp.post("/admin/jobs/<int:id_>/undo")
@guarded(Guard.EDITOR)
def undo(id_: int) -> AnyResponse:
    """Take all of it back, as a job of its own. It asks for the number, so that nobody takes back a
    whole list by one press."""
    with site().database.reading() as connection:
        changed = undoing.changed(_shown(known.one(connection, id_)).run)
    if number_in(request.form.get("number", "")) != changed:
        return _screen(id_, {"number": "import-number"})
    by = presence.doer()
    made = site().database.write(undoing.begin, _id(id_), by.reference, by)
    if made is None:
        flash("job-moved-on")
        return to(f"/admin/jobs/{id_}")
    flash("job-undone")
    return to(f"/admin/jobs/{made}")


@bp.get("/admin/jobs/<int:id_>/rows")
@guarded(Guard.VIEWER)
def rows(id_: int) -> Response:
    """The contacts with one outcome, for one reason."""
    outcome = RowOutcome.__members__.get(request.args.get("outcome", ""))
    reason = why_named(request.args.get("reason", ""))
    if outcome is None:
        abort(404)
    after = id_in(request.args.get("after", ""), MOST_STORED)
    with site().database.browsing() as connection:
        catalog, shown = site().catalogs.current(connection), _shown(known.one(connection, id_))
        found, last = known.rows(connection, id_, outcome, reason, -1 if after is None else after)
    return screen(
        "job-rows",
        run=shown.run,
        found=found,
        last=last,
        outcome=outcome,
        reason=reason,
        **names(catalog),
    )


@bp.get("/admin/jobs/<int:id_>/report.csv")
@guarded(Guard.VIEWER)
def report(id_: int) -> AnyResponse:
    """Every row and what became of it, as CSV, however many there are. An import's names lines."""
    with site().database.reading() as connection:
        shown = _shown(known.one(connection, id_))
    if shown.run.kind is RunKind.IMPORT:
        return to(f"/admin/imports/{id_}/report.csv")
    name = f"sayso-job-{id_}.csv"
    return Response(
        _report(shown, _rows_of(site().database, id_)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _is_import(id_: int) -> bool:
    with site().database.reading() as connection:
        return _shown(known.one(connection, id_)).run.kind is RunKind.IMPORT


def _rows_of(database: Database, id_: int) -> Iterator[Row]:
    """All its rows, each part a short read of its own."""
    last: int | None = -1
    while last is not None:
        with database.browsing() as connection:
            part = known.part(connection, id_, last)
        yield from part
        last = part[-1].row.position if part else None


def _report(shown: Shown, rows: Iterable[Row]) -> Iterator[str]:
    """What is not done yet has no outcome."""
    run = shown.run
    told = run.state in (RunState.CHECKING, RunState.CHECKED)

    def line(at: int, row: Row) -> tuple[object, ...]:
        known_of = row.row if told or at < run.done else row.row._replace(outcome=None, reason=None)
        outcome, reason = known_of.outcome, known_of.reason
        return (
            known_of.position,
            row.address,
            known_of.key and known_of.key.hex(),
            outcome and outcome.name,
            reason and reason.name,
        )

    return cells.lines(HEADING, starmap(line, enumerate(rows)))


def _presses(shown: Shown) -> list[str]:
    """What may be pressed; nothing of what is taken back."""
    run = shown.run
    return (
        []
        if shown.undone_by
        else [press.value for press in Press if leads(run.state, press, run.resumes)]
    )


def _basis(shown: Shown) -> Basis | None:
    edits = shown.run.kind is RunKind.BULK_EDIT
    return BulkEdit.read(shown.run.parameters).basis if edits else None


def _grouped(counts: Mapping[str, int]) -> Counter[str]:
    """How many rows had each outcome, for whatever reason."""
    found: Counter[str] = Counter()
    for tally in tallies(counts):
        found[tally.outcome.name] += tally.rows
    return found


def _shown(found: Shown | None) -> Shown:
    if found is None:
        abort(404)
    return found


def _id(id_: int) -> int:
    return id_ if id_ <= MOST_ID else 0


def _before() -> Place | None:
    created_at = id_in(request.args.get("at", ""), MOST_STORED)
    id_ = id_in(request.args.get("before", ""))
    return None if created_at is None or id_ is None else Place(created_at, id_)
