"""sayso history and sayso verify: what happened, and the proof that it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from app.cli.site import catalog, here
from app.queries.history import history as history_of
from app.queries.proof import Problem, prove, prove_all


@click.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="A list of events, newest first.")
def history(address: str, as_json: bool) -> None:
    """What happened to ADDRESS, newest first."""
    found = catalog()
    with here().database.reading() as connection:
        events = list(history_of(connection, found, here().keys(address)))
    if as_json:
        click.echo(json.dumps(events, ensure_ascii=False, indent=2))
        return
    for event in events:
        name = event["name"] or event["scopeId"]
        click.echo(
            f"{event['at']}  {event['kind']:<12} {event['status']:<13} {event['scope']} {name}  "
            f"by {event['actor']} via {event['via']}"
        )


@click.command()
@click.argument("address", required=False)
def verify(address: str | None) -> None:
    """Replay the ledger and compare it with what stands, for all addresses or for ADDRESS."""
    catalog()  # which refuses another installation's secret: with it ADDRESS is unknown
    if address is not None:
        with here().database.browsing() as connection:
            _tell(1, prove(connection, [here().keys(address)], here().now()))
        return
    addresses, problems = 0, []
    with here().database.browsing() as connection:
        for proof in prove_all(connection, here().now()):
            addresses += proof.addresses
            problems += proof.problems
    _tell(addresses, problems)


def _tell(addresses: int, problems: Iterable[Problem]) -> None:
    """Every problem with its address key; exit status 1 where there is one."""
    problems = list(problems)
    for problem in problems:
        click.echo(f"{problem.key.hex()}: {problem.what}")
    if problems:
        click.echo(f"{addresses:,} addresses, {len(problems):,} problems", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{addresses:,} addresses: the ledger explains all that stands.")
