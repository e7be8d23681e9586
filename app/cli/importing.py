"""sayso import: contacts and opt-out lists from a file, foreseen and then done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

import click

from app.cli.import_report import left_over, print_columns, print_counts, progress_of, save_report
from app.cli.numbers import so_many
from app.cli.site import catalog, here, instant_of, named_brand, named_type
from app.domain.deeds import Doer
from app.domain.importing.orders import Order, What, lacking
from app.domain.importing.vocabulary import BASES, PROCESSINGS, folded
from app.domain.runs import Press, RunState
from app.domain.words import ACCOUNT, Scope
from app.files.shapes import DELIMITERS, ENCODINGS, Chosen, Unreadable
from app.garbage import look_seldom
from app.services import imports, runs
from app.store.runs import Run, read
from app.web.receiving import receive
from app.worker.ahead import Chunks

LACKS = {
    "no-address-column": "No column holds email addresses: name one `email`.",
    "column-twice": "Two columns hold the same: leave one out.",
    "basis-required": "Data privacy is on: give --legal-basis, or a column `legal basis`.",
    "ends-of-nothing": "Give --legal-basis: --basis-ends is when it ends.",
    "explanation-required": "Data privacy is on: give --explanation, or a column `explanation`.",
}
GO_ON = "Go on with it, or cancel the rest, under Jobs in the admin."
FAULTS = {
    "empty": "The file is empty.",
    "not-text": "This is no text: save the list as CSV.",
    "long-line": "Line {line} is longer than a megabyte: this is no list.",
    "many-columns": "Line {line} has more than 500 columns: this is no list.",
    "open-quote": "A quotation mark in line {line} never ends.",
    "other-encoding": "The file is not written in the encoding of --encoding.",
    "other-delimiter": "The first line is not divided by the delimiter of --delimiter.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be imported."""

    order: Mapping[str, Any]
    words: Mapping[str, str]
    dry_run: bool
    yes: bool
    report: Path | None
    chosen: Chosen


def _word(words: Mapping[str, Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Reads an option that is one of `words`."""

    def read_it(_: click.Context, parameter: click.Parameter, text: str | None) -> Any:
        if text is None or folded(text) in words:
            return text and words[folded(text)]
        names = ", ".join(dict.fromkeys(each.name for each in words.values()))
        raise click.BadParameter(f"{text!r} is none of: {names}", param=parameter)

    return read_it


FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only say what would become of each row.")
YES = click.option("--yes", is_flag=True, help="Do not ask.")
REPORT = click.option(
    "--report",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write what became of each row to this CSV file.",
)

ENCODING = click.option(
    "--encoding", type=click.Choice(ENCODINGS), help="Where it is not recognised by itself."
)
DELIMITER = click.option(
    "--delimiter", type=click.Choice([*DELIMITERS]), help="Where it is not recognised by itself."
)


@click.group("import")
def import_() -> None:
    """Import contacts or opt-out lists from a CSV file. Exit status 3: rows were left out."""


@import_.command("contacts")
@FILE
@click.option("--legal-basis", callback=_word(BASES), help="For communication, as in consent.")
@click.option("--basis-ends", type=click.DateTime(["%Y-%m-%d"]), help="It holds till that day.")
@click.option("--explanation", default="", help="The wording they saw, and where.")
@click.option("--processing-basis", callback=_word(PROCESSINGS), help="For storing their data.")
@click.option("--processing-explanation", default="")
@ENCODING
@DELIMITER
@DRY_RUN
@YES
@REPORT
def import_contacts(file: Path, dry_run: bool, yes: bool, report: Path | None, **why: Any) -> None:
    """Make or change the contacts in FILE. A column named like a type's slug or name holds that
    type's status. An opt-out is never lifted."""
    ends = why["basis_ends"] and instant_of(why["basis_ends"])
    basis, processing = why["legal_basis"], why["processing_basis"]
    order = {"basis": basis, "basis_ends": ends, "processing": processing}
    words = {
        "explanation": why["explanation"],
        "processing-explanation": why["processing_explanation"],
    }
    _import(file, What.CONTACTS, Wanted(order, words, dry_run, yes, report, _chosen(why)))


@import_.command("opt-outs")
@FILE
@click.option("--brand", help="Opt out of this brand only: slug or id.")
@click.option("--type", "type_", help="Opt out of this type only: slug or id.")
@click.option("--explanation", default="", help="Where the list comes from.")
@ENCODING
@DELIMITER
@DRY_RUN
@YES
@REPORT
def import_opt_outs(
    file: Path,
    brand: str | None,
    type_: str | None,
    explanation: str,
    dry_run: bool,
    yes: bool,
    report: Path | None,
    **how: Any,
) -> None:
    """Opt out the addresses in FILE of all email. It makes no contacts. Suppression exports of
    HubSpot, Mailchimp, SendGrid, Amazon SES, Postmark and Klaviyo are recognised."""
    order = {"scope": _scope(brand, type_)}
    words = {"explanation": explanation}
    _import(file, What.OPT_OUTS, Wanted(order, words, dry_run, yes, report, _chosen(how)))


def _chosen(how: Mapping[str, Any]) -> Chosen:
    return Chosen(how["encoding"], DELIMITERS.get(how["delimiter"] or ""))


def _scope(brand: str | None, type_: str | None) -> Scope:
    found = catalog()
    if brand and type_:
        raise click.UsageError("Give either --brand or --type.")
    if type_:
        return Scope.type(named_type(found, type_).id)
    return Scope.brand(named_brand(found, brand).id) if brand else ACCOUNT


def _import(file: Path, what: What, wanted: Wanted) -> None:
    """Foresee it where it is asked, and do it. Where nobody says go, nothing is kept of it."""
    id_ = _received(file, what, wanted.chosen)
    try:
        print_columns(file.name, _ordered(id_, wanted), _run(id_), catalog())
        if wanted.dry_run or not wanted.yes:
            _foresee(id_, what, wanted)
    except (click.ClickException, click.Abort):
        _discard(id_)
        raise
    run = _carried_on(id_, Press.START)
    print_counts(run.counts, run, "was", "were")
    if wanted.report:
        save_report(wanted.report, run)
    _end(run.counts)


def _foresee(id_: int, what: What, wanted: Wanted) -> None:
    """Say what would become of the rows; a dry run ends with that, else somebody says go."""
    run = _carried_on(id_, Press.CHECK)
    print_counts(run.forecast, run, "would be", "would be")
    if wanted.report:
        save_report(wanted.report, run)
    if wanted.dry_run:
        _discard(id_)
        _end(run.forecast)
    _ask(run, what)


def _received(file: Path, what: What, chosen: Chosen) -> int:
    catalog()  # which refuses another installation's secret
    site = here()
    try:
        with _opened(file) as source:
            by = Doer(None, site.now())
            return receive(site, source, what, (file.name, "cli"), by, chosen)
    except Unreadable as fault:
        raise click.ClickException(FAULTS[fault.fault].format(line=fault.line)) from None


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file; of a pipe, which is read once only, a copy that nobody else can open and that goes
    with the command."""
    with file.open("rb") as source, TemporaryFile() as copy:
        if source.seekable():
            yield source
        else:
            copyfileobj(source, copy)
            copy.seek(0)
            yield cast(BinaryIO, copy)


def _ordered(id_: int, wanted: Wanted) -> Order:
    order = replace(Order.from_json(_run(id_).parameters), **wanted.order)
    lacks = lacking(order, bool(wanted.words.get("explanation")), catalog().policy)
    if lacks:
        raise click.UsageError("\n".join(LACKS[word] for word in lacks.values()))
    here().database.write(imports.order, id_, order, wanted.words)
    return order


def _ask(run: Run, what: What) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("Nobody is there to ask: look at --dry-run, then add --yes.")
    if what is What.CONTACTS:
        agreed = click.confirm("Import these rows?")
    else:
        changed = run.forecast.get("CHANGED", 0)
        typed = click.prompt(f"Type the number {changed} to opt them out", default="")
        agreed = typed.replace(",", "") == str(changed)
    if not agreed:
        raise click.ClickException("Nothing was imported.")


def _carried_on(id_: int, pressed: Press) -> Run:
    """Do it here, to the end, saying how far it is. Killed, a worker goes on with it; interrupted,
    nobody does until somebody says so."""
    site = here()
    look_seldom()
    _press(id_, pressed)
    site.database.write(runs.hold, id_, site.now())
    run, tell, chunks = _run(id_), progress_of(sys.stderr), Chunks(site)
    try:
        while run.at_work:
            began = time.monotonic()
            work = chunks.next(run)
            site.database.write(runs.advance, run, work, partial(_since, began), site.now())
            run = _run(id_)
            tell(run)
    except KeyboardInterrupt:
        chunks.settle()
        raise _interrupted(id_) from None
    if run.state is RunState.FAILED:
        if not run.unreadable:
            raise click.ClickException(f"The import failed: {run.fault}. {GO_ON}")
        word, _, line = (run.fault or "").partition(":")
        raise click.ClickException(f"{FAULTS[word].format(line=line)} Nothing was imported.")
    return run


def _interrupted(id_: int) -> Exception:
    _press(id_, Press.PAUSE)
    run = _run(id_)
    if run.state is not RunState.PAUSED:
        return click.Abort()
    return click.ClickException(f"Paused after {so_many(run.done, 'row', 'rows')}. {GO_ON}")


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _press(id_: int, pressed: Press) -> None:
    here().database.write(runs.press, id_, pressed, Doer(None, here().now()))


def _discard(id_: int) -> None:
    here().database.write(imports.discard, id_, Doer(None, here().now()))


def _run(id_: int) -> Run:
    with here().database.reading() as connection:
        found = read(connection, id_)
    if found is None:
        raise click.ClickException("The import is gone.")
    return found


def _end(counts: Mapping[str, int]) -> None:
    """Exit status 3 where rows were refused or broken."""
    if left_over(counts):
        raise click.exceptions.Exit(3)
    raise click.exceptions.Exit(0)
