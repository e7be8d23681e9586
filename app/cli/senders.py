"""sayso links and sayso check: for those who send the mail."""

from __future__ import annotations

import csv
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from typing import TextIO

import click

from app.cli.address_files import FILE, emails
from app.cli.import_words import WHY
from app.cli.numbers import so_many
from app.cli.site import catalog, here, named_brand, named_type
from app.domain.address import MalformedAddress
from app.domain.decision import Decision
from app.domain.ids import MOST_ID
from app.domain.importing.reading import why_malformed
from app.domain.importing.wishes import Problem
from app.links.mailing import AddressLinks, mailing_links
from app.queries.decisions import PART, decisions

COLUMNS = (
    "email",
    "preferences_url",
    "unsubscribe_url",
    "unsubscribe_all_url",
    "list_unsubscribe",
    "list_unsubscribe_post",
    "list_id",
)
SOME_ROWS_REFUSED = 3


@click.command()
@click.option("--brand", required=True, help="The brand's slug or id.")
@click.option("--type", "type_", help="The subscription type's slug or id.")
@click.option(
    "--message", default=0, type=click.IntRange(0, MOST_ID), help="The number of the mailing."
)
@click.argument("file", type=FILE, default="-")
def links(brand: str, type_: str | None, message: int, file: TextIO) -> None:
    """Links and headers for each address of a CSV FILE (standard input by default).

    Reads a column named email, or the only column; columns are divided by comma, semicolon or tab.
    Asks no database where brand and type are given as ids. Malformed rows are left out and named
    on standard error, and the exit status is then 3.
    """
    brand_id, type_id, phrase = _resolved(brand, type_)
    counted = _Counted(emails(file))
    try:
        ours = here().links.for_brand(brand_id)
        found = mailing_links(ours, counted, type=type_id, message=message, phrase=phrase)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    if not os.environ.get("SAYSO_BASE_URL"):
        click.echo(f"SAYSO_BASE_URL is not set: links lead to {ours.base.text}", err=True)
    write = sys.stdout.write
    write(_line(COLUMNS))
    for one in found:
        if one is None:
            counted.refuse()
        else:
            write(_line(_row(one)))
    counted.done()


@click.command()
@click.option("--type", "type_", required=True, help="The subscription type's slug or id.")
@click.argument("file", type=FILE, default="-")
def check(type_: str, file: TextIO) -> None:
    """May this type be mailed to each address of a CSV FILE now, and if not, why?

    Writes email, allowed (yes or no) and the reason, in the order of FILE.
    """
    found = catalog()
    wanted = named_type(found, type_)
    counted = _Counted(emails(file))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # what was no UTF-8 goes out as it came
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("email", "allowed", "reason"))
    for part in _parts(counted):
        keys = [_key(email) for email in part]
        with here().database.reading() as connection:
            answers = decisions(connection, found, wanted, keys, here().now())
        out.writerows(_answer(email, answer) for email, answer in zip(part, answers, strict=True))
    counted.done()


def _resolved(brand: str, type_: str | None) -> tuple[int, int | None, str | None]:
    """Ids, and the list's name where it is known. Ids alone need no database."""
    if brand.isdecimal() and (type_ is None or type_.isdecimal()):
        return int(brand), None if type_ is None else int(type_), None
    found = catalog()
    its_brand = named_brand(found, brand)
    if type_ is None:
        return its_brand.id, None, its_brand.name
    its_type = named_type(found, type_)
    if its_type.transactional:
        raise click.UsageError(f"{type_} is transactional: its mail carries no unsubscribe link.")
    if its_type.brand != its_brand.id:
        raise click.UsageError(f"{type_} is not a type of {brand}.")
    name = its_type.texts.get("name", its_brand.language)
    return its_brand.id, its_type.id, f"{its_brand.name}: {name}"


def _row(one: AddressLinks) -> tuple[str, ...]:
    return (
        one.address,
        one.preferences_url or "",
        one.unsubscribe_url,
        one.unsubscribe_all_url,
        one.headers["List-Unsubscribe"],
        one.headers["List-Unsubscribe-Post"],
        one.headers["List-Id"],
    )


def _line(cells: Iterable[str]) -> str:
    """A line of CSV. Links are long, and csv.writer looks at each character by itself."""
    return ",".join([_cell(text) for text in cells]) + "\n"


def _cell(text: str) -> str:
    if '"' in text or "," in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _answer(email: str, answer: Decision) -> tuple[str, str, str]:
    return email, "yes" if answer.allowed else "no", answer.reason.name


def _key(email: str) -> bytes | None:
    try:
        return here().keys(email)
    except MalformedAddress:
        return None


def _fault(email: str) -> Problem:
    """Why a text is no address. What was no UTF-8 is told by what stands for it."""
    if not email.strip():
        return Problem.NO_ADDRESS
    if any("\udc80" <= character <= "\udcff" for character in email):
        return Problem.UNREADABLE
    return why_malformed(email)


def _parts(emails: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(emails)
    while part := list(itertools.islice(remaining, PART * 10)):
        yield part


class _Counted:
    """Addresses on their way through: counts them, shows progress on a terminal, names what was
    refused with its line."""

    def __init__(self, emails: Iterator[tuple[int, str]]) -> None:
        self._emails = emails
        self._line, self._email = 0, ""
        self._read = 0
        self._refused = 0
        self._over = "\r" if sys.stderr.isatty() else ""
        """Writes over the progress that a terminal shows."""

    def __iter__(self) -> Iterator[str]:
        for line, email in self._emails:
            self._line, self._email, self._read = line, email, self._read + 1
            if self._read % 10_000 == 0:
                self._show(self._told())
            yield email

    def refuse(self) -> None:
        """Say that the address read last is not used, and why."""
        self._refused += 1
        why = WHY[_fault(self._email)]
        click.echo(f"{self._over}line {self._line}: {why}; it was left out", err=True)

    def done(self) -> None:
        """Exit with 3 where a row was refused."""
        self._show(f"{self._told()}, {self._refused:,} refused\n")
        if self._refused:
            raise click.exceptions.Exit(SOME_ROWS_REFUSED)

    def _told(self) -> str:
        return so_many(self._read, "address", "addresses")

    def _show(self, text: str) -> None:
        if self._over:
            click.echo(f"{self._over}{text}", nl=False, err=True)
