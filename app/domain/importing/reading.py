"""Rows of a file read by the columns it was given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from app.domain.address import MOST_OCTETS, MalformedAddress, matching_form, unwrapped
from app.domain.importing.columns import Kind, Target
from app.domain.importing.formats import Format, suppressed
from app.domain.importing.leaving import KINDS, leaves, leaving
from app.domain.importing.vocabulary import (
    BASES,
    OPT_OUTS,
    PROCESSINGS,
    STATUSES,
    TWO_LETTERS,
    folded,
    opts_out,
)
from app.domain.importing.wishes import Broken, Problem, Wish
from app.domain.mailbox import sendable
from app.domain.words import Instant, Status

LONGEST_NAME, LONGEST_TEXT = 200, 2_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]").search
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*").fullmatch

Canon = Callable[[str, str], str | None]
"""A property's value, by its slug, as it is kept; None: empty. Raises ValueError."""


class ContactRows:
    """Reads rows of contacts by what their columns hold."""

    def __init__(
        self,
        targets: Sequence[Target],
        canonical: Canon = lambda slug, value: value,
        zone: tzinfo = UTC,
    ) -> None:
        self._columns = len(targets)
        self._address = next(at for at, t in enumerate(targets) if t.kind is Kind.ADDRESS)
        untold = (Kind.LEFT_OUT, Kind.ADDRESS)
        self._taken = [(at, t) for at, t in enumerate(targets) if t.kind not in untold]
        self._canonical = canonical
        self._zone = zone
        """In which the days begin on which legal bases end."""

    def read(self, cells: Sequence[str]) -> Wish:
        """What a row asks for. Raises Broken, with what the row says of leaving."""
        try:
            return self._read(cells)
        except Broken as broken:
            broken.left = self._left(cells)
            raise

    def _read(self, cells: Sequence[str]) -> Wish:
        _whole(cells, self._columns)
        wish = Wish(_address(cells, self._address))
        if not sendable(wish.address):
            raise Broken(Problem.NOT_SENDABLE, self._address, wish.address)
        for at, target in self._taken:
            if at < len(cells) and (cell := cells[at].strip()):
                try:
                    self._take(wish, target, cell)
                except Broken as broken:
                    raise Broken(broken.problem, at, cell) from None
        return wish

    def _left(self, cells: Sequence[str]) -> Wish | None:
        try:
            wish = Wish(_address(cells, self._address))
        except Broken:
            return None
        for at, target in self._taken:
            if target.kind in KINDS and at < len(cells):
                with suppress(Broken):
                    self._take(wish, target, cells[at].strip())
        return leaving(wish) if leaves(wish) else None

    def _take(self, wish: Wish, target: Target, cell: str) -> None:
        _clean(cell)
        match target.kind:
            case Kind.TYPE:
                _add_status(wish, int(target.of), cell)
            case Kind.PROPERTY:
                self._take_property(wish, target.of, cell)
            case Kind.NAME | Kind.FIRST_NAME | Kind.LAST_NAME:
                wish.names[target.kind] = _short(cell, LONGEST_NAME)
            case Kind.BASIS_ENDS:
                wish.basis_ends = _start_of(cell, self._zone)
            case Kind.LANGUAGE:
                wish.language = _language(cell)
            case Kind.OPTED_OUT_OF_ALL:
                wish.everything = _opted_out(cell)
            case Kind.OPTED_OUT_OF_BRAND:
                _add_brand(wish, int(target.of), cell)
            case _:
                _add_basis(wish, target.kind, cell)

    def _take_property(self, wish: Wish, slug: str, cell: str) -> None:
        try:
            value = self._canonical(slug, cell)
        except ValueError:
            raise Broken(Problem.BAD_VALUE) from None
        if value is not None:
            wish.properties[slug] = value


class OptOutRows:
    """Reads rows of an opt-out list; where it is a known export, also why somebody is on it."""

    def __init__(
        self,
        headings: Sequence[str],
        address: int,
        format_: Format | None = None,
        types: Mapping[int, int] | None = None,
    ) -> None:
        self._headings = [folded(h) or str(at) for at, h in enumerate(headings, 1)]
        self._address = address
        self._format = format_
        self._types = types or {}

    def read(self, cells: Sequence[str]) -> Wish:
        """What a row asks for. Raises Broken, with what the row says all the same. An address no
        mail can be sent to is welcome."""
        try:
            _whole(cells, len(self._headings))
        except Broken as broken:
            broken.left = self._left(cells)
            raise
        return self._read(cells)

    def _left(self, cells: Sequence[str]) -> Wish | None:
        """What the row says; None where its address cannot be read, or it does not say so."""
        try:
            wish = self._read(cells)
        except Broken:
            return None
        return leaving(wish) if wish.suppressed is None or any(wish.suppressed) else None

    def _read(self, cells: Sequence[str]) -> Wish:
        wish = Wish(_address(cells, self._address))
        if self._format:
            by_heading = dict(zip(self._headings, cells, strict=False))
            found = suppressed(self._format, by_heading)
            left = [
                type_
                for at, type_ in self._types.items()
                if at < len(cells) and opts_out(cells[at])
            ]
            wish.suppressed = found._replace(types=tuple(left))
        return wish


def _whole(cells: Sequence[str], columns: int) -> None:
    if any(cells[columns:]):
        raise Broken(Problem.CELLS, columns)


def _address(cells: Sequence[str], at: int) -> str:
    text = unwrapped(cells[at]) if at < len(cells) else ""
    if not text:
        raise Broken(Problem.NO_ADDRESS, at)
    try:
        matching_form(text)
    except MalformedAddress:
        raise Broken(why_malformed(text), at, text) from None
    if "\N{REPLACEMENT CHARACTER}" in text:
        raise Broken(Problem.UNREADABLE, at, text)
    return text


def why_malformed(text: str) -> Problem:
    """What is wrong with a text that is no address."""
    if "@" not in text:
        return Problem.NO_AT
    if len(text.encode(errors="replace")) > MOST_OCTETS:
        return Problem.TOO_LONG
    if _CONTROL(text):
        return Problem.CONTROL
    return Problem.SPACE_INSIDE if any(c.isspace() for c in text) else Problem.BAD_ADDRESS


def _clean(cell: str) -> None:
    if len(cell) <= LONGEST_TEXT and cell.isascii() and cell.isprintable():
        return
    if "\N{REPLACEMENT CHARACTER}" in cell:
        raise Broken(Problem.UNREADABLE)
    if _CONTROL(cell):
        raise Broken(Problem.CONTROL)
    _short(cell, LONGEST_TEXT)


def _short(cell: str, longest: int) -> str:
    if len(cell) > longest:
        raise Broken(Problem.TOO_LONG)
    return cell


@lru_cache
def _language(cell: str) -> str:
    main = cell.replace("_", "-").partition("-")[0].lower()
    if not _LANGUAGE(cell) or (len(main) == 2 and main not in TWO_LETTERS):
        raise Broken(Problem.UNKNOWN_LANGUAGE)
    return main


def _start_of(cell: str, zone: tzinfo) -> Instant:
    try:
        return int(datetime.strptime(cell, "%Y-%m-%d").replace(tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Broken(Problem.UNKNOWN_DATE) from None


@lru_cache
def _status(cell: str) -> Status:
    try:
        return STATUSES[folded(cell)]
    except KeyError:
        raise Broken(Problem.UNKNOWN_STATUS) from None


@lru_cache
def _opted_out(cell: str) -> bool | None:
    try:
        return OPT_OUTS[folded(cell)]
    except KeyError:
        raise Broken(Problem.UNKNOWN_STATUS) from None


def _add_brand(wish: Wish, brand: int, cell: str) -> None:
    opted_out = _opted_out(cell)
    if opted_out is not None:
        wish.brands[brand] = opted_out


def _add_status(wish: Wish, type_: int, cell: str) -> None:
    if status := _status(cell):
        wish.types[type_] = status


def _add_basis(wish: Wish, kind: Kind, cell: str) -> None:
    try:
        if kind is Kind.EXPLANATION:
            wish.explanation = cell
        elif kind is Kind.PROCESSING_EXPLANATION:
            wish.processing_explanation = cell
        elif kind is Kind.BASIS:
            wish.basis = BASES[folded(cell)]
        else:
            wish.processing_basis = PROCESSINGS[folded(cell)]
    except KeyError:
        raise Broken(Problem.UNKNOWN_BASIS) from None
