"""sayso history and sayso verify: what happened, and the proof that it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from app.cli.numbers import so_many
from app.cli.proving import prove_all, resumable, shown
from app.cli.site import catalog, here, key_of
from app.domain.words import Cause, Kind
from app.queries import messages
from app.queries.history import history as history_of
from app.queries.proof import Proof, prove

ENDED = {Cause.REQUEST.name: "request closed", Cause.PAUSE.name: "pause ended"}
STATUSLESS = {kind.name for kind in (Kind.PAUSED, Kind.RESUMED, Kind.REQUESTED, Kind.NOTED)}


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="A list of events, newest first.")
def history(address: str, as_json: bool) -> None:
    """What happened to ADDRESS, newest first."""
    found = catalog()
    with here().database.reading() as connection:
        events = list(history_of(connection, found, key_of(address)))
        numbers = {event["message"] for event in events if event["message"]}
        names = messages.names(connection, numbers)
    if as_json:
        click.echo(json.dumps(events, ensure_ascii=False, indent=2))
        return
    if not events:
        click.echo("Nothing is recorded for this address.", err=True)
    for event in events:
        click.echo(_line(event) + _mailing(event["message"], names))


def _line(event: Mapping[str, Any]) -> str:
    return (
        f"{event['at']}  {event['kind']:<12} {outcome(event):<13} {event['scope']} "
        f"{event['name'] or event['scopeId']}  by {event['actor']} via {event['via']}"
    )


def _mailing(number: int | None, names: Mapping[int, str]) -> str:
    """By which mailing a person came, with its name where it was told."""
    if not number:
        return ""
    return f", mailing {number} ({names[number]})" if number in names else f", mailing {number}"


def outcome(event: Mapping[str, Any]) -> str:
    """What an event leads to: the status that holds; of a pause or a request, the end, if any,
    or that it is over."""
    if event["until"]:
        return f"until {event['until']}"
    if event["kind"] in STATUSLESS:
        return ""
    return ENDED.get(event["cause"], str(event["status"]))


@click.command()
@click.argument("address", required=False)
@click.option("--processes", type=click.IntRange(1, 256), default=1, help="So many side by side.")
@click.option("--after", metavar="KEY", default="", help="Go on where it was broken off.")
def verify(address: str | None, processes: int, after: str) -> None:
    """Replay the ledger and compare it with what stands, for all addresses or for ADDRESS.

    For all, settings, texts and the changes feed are looked at, too.
    """
    catalog()  # which refuses another installation's secret: with it ADDRESS is unknown
    if address is None:
        agrees = told(resumable(shown(prove_all(_beginning(after), processes))))
    else:
        with here().database.browsing() as connection:
            agrees = told([prove(connection, [key_of(address)], here().keys, here().now())])
    if not agrees:
        raise click.exceptions.Exit(1)


def _beginning(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise click.UsageError(
            f"{key!r} is no address key: it is said when a proof ends early."
        ) from None


def told(proofs: Iterable[Proof]) -> bool:
    """Tell every problem with its address key or name, as it is found; whether there was none."""
    addresses = erased = problems = 0
    for proof in proofs:
        addresses += proof.addresses
        erased += proof.erased
        problems += len(proof.problems)
        for problem in proof.problems:
            click.echo(f"{problem.subject}: {problem.what}")
    gone = f"; the evidence of {so_many(erased, 'record', 'records')} was erased." if erased else ""
    proved = so_many(addresses, "address", "addresses")
    if problems:
        click.echo(f"{proved}, {so_many(problems, 'problem', 'problems')}{gone}", err=True)
    else:
        click.echo(f"{proved}: the ledger explains all that stands{gone or '.'}")
    return not problems
