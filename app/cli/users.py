"""sayso users: who may use the admin. There are no default credentials: the first owner is invited
here (R-137)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click
from sqlalchemy import Connection

from app.cli.site import catalog, here
from app.domain.address import matching_form
from app.domain.deeds import Doer
from app.domain.mailbox import sendable
from app.domain.users import Role, TokenPurpose
from app.queries import users as known
from app.queries.users import User
from app.services import users as service

T = TypeVar("T")
ROLES = [role.name.lower() for role in reversed(Role)]


@click.group()
def users() -> None:
    """Who may use the admin."""


@users.command()
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
def invite(email: str, role: str) -> None:
    """Print a link, good once and for 24 hours, by which EMAIL sets a password.

    For a user there is already, it also gives the role, lets in again who was deactivated, and
    takes a lost second factor away once it is used.
    """
    catalog()  # which refuses another installation's secret, and a database without an account
    if not sendable(email.strip()):
        raise click.UsageError("This is no email address that mail can be sent to.")
    click.echo(_done(partial(_invite, email=matching_form(email), role=Role[role.upper()])))


@users.command(name="list")
def list_users() -> None:
    """Everybody who may, might soon or once might use it."""
    with here().database.reading() as connection:
        everybody = known.everybody(connection)
    for user in everybody:
        factor = "second factor" if user.second_factor else ""
        click.echo(
            f"{user.email:<40} {user.role.name.lower():<7} {_state(user):<12} {factor}".rstrip()
        )


@users.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Sign EMAIL out everywhere, and let them in no more."""
    with here().database.reading() as connection:
        user = known.by_email(connection, matching_form(email))
    if user is None:
        raise click.UsageError("There is no user with this address.")
    _done(partial(service.deactivate, id_=user.id, by=Doer(None, here().now())))
    click.echo("Deactivated.")


def _invite(connection: Connection, email: str, role: Role) -> str:
    """Invite, and the link's URL."""
    now = here().now()
    service.invite(connection, email, role, Doer(None, now))
    token = service.issue(connection, email, TokenPurpose.INVITATION, now)
    return f"{here().links.base.text}/admin/password/{token}"


def _done(work: Callable[[Connection], T]) -> T:
    """What `work` returns, in one transaction. The last owner stays."""
    try:
        return here().database.write(work)
    except service.LastOwner:
        raise click.UsageError(
            "This is the only owner. Make somebody else an owner first."
        ) from None


def _state(user: User) -> str:
    if not user.active:
        return "deactivated"
    return "invited" if user.invited else "active"
