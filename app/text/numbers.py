"""Numbers as the reader's language writes them."""

from __future__ import annotations

from babel.numbers import format_decimal


def number(value: int, language: str) -> str:
    """12,345"""
    return str(format_decimal(value, locale=language))
