"""sayso decision and sayso digest: what held on a past day, and what proves it later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from app.cli.ledger import outcome
from app.cli.site import catalog, here, instant_of, key_of, named_type
from app.domain.moments import moment
from app.domain.words import Instant
from app.queries.digest import Digest
from app.queries.digest import digest as digest_of
from app.queries.history import told
from app.queries.past import Past, Torn, decision_at

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

TORN = """The ledger of this address is not what was written, and answers nothing: {why}.
`sayso verify` looks at all of them."""


@click.command()
@click.argument("address")
@click.argument("type_", metavar="TYPE")
@click.option("--at", "when", type=click.DateTime(MOMENTS), help="A day's beginning, or a moment.")
@click.option("--json", "as_json", is_flag=True)
def decision(address: str, type_: str, when: datetime | None, as_json: bool) -> None:
    """Whether TYPE might be mailed to ADDRESS at a moment (now, if none is given), and why.

    Answered from the ledger and the versions of settings, without what stands now; not at all
    where that ledger is not what was written.
    """
    found = catalog()
    wanted, at = named_type(found, type_), instant_of(when) if when else here().now()
    if at > here().now():
        raise click.UsageError("That is yet to come.")
    try:
        with here().database.reading() as connection:
            past = decision_at(connection, wanted, key_of(address), at)
    except Torn as why:
        raise click.ClickException(TORN.format(why=why)) from None
    because = told(found, past.because, None) if past.because else None
    if as_json:
        answer = {"allowed": past.decision.allowed, "reason": past.decision.reason.name}
        more = {"until": moment(past.decision.until), "settings": past.settings, "because": because}
        click.echo(json.dumps({"at": moment(at), **answer, **more}, ensure_ascii=False, indent=2))
        return
    _tell(past, at, because)


def _tell(past: Past, at: Instant, because: Mapping[str, Any] | None) -> None:
    until = f" until {moment(past.decision.until)}" if past.decision.until else ""
    answer = "yes" if past.decision.allowed else "no"
    click.echo(f"{answer}, {past.decision.reason.name}{until}, at {moment(at)}")
    if because:
        what = " ".join(filter(None, (because["kind"], outcome(because))))
        by = f"by {because['actor']} via {because['via']}"
        click.echo(f"event {because['number']}: {what} {by} at {because['at']}")
    for name, value in past.settings.items():
        click.echo(f"{name.replace('_', ' ')}: {'yes' if value else 'no'}")


@click.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="In UTC. Yesterday by default.")
def digest(day: datetime | None) -> None:
    """One line that fixes what was written when DAY ended: SHA-256 and counts of the ledger, of the
    versions of settings and texts, and of what users did.

    Publish it, or have it timestamped, where nobody of yours can change it. Printed again later, it
    differs if any row till then was changed, taken out or put in. What stands now is not in it:
    that is for `sayso verify` to compare.
    """
    catalog()  # which refuses a database without an account
    now = datetime.fromtimestamp(here().now() / 1000, UTC)
    ends = (day.date() if day else now.date() - timedelta(days=1)) + timedelta(days=1)
    end = datetime(ends.year, ends.month, ends.day, tzinfo=UTC)
    if end > now:
        raise click.UsageError("That day is not over yet.")
    with here().database.browsing() as connection:
        found = digest_of(connection, int(end.timestamp() * 1000))
    day_told = (ends - timedelta(days=1)).isoformat()
    click.echo(f"{day_told}  {_fixed(found)}")


def _fixed(found: Digest) -> str:
    versions, deeds = found.versions, found.deeds
    ledger = f"{found.sha256}  {found.addresses} addresses  {found.events} events"
    beside = f"{versions.sha256}  {versions.rows} versions  {deeds.sha256}  {deeds.rows} deeds"
    return f"{ledger}  {beside}"
