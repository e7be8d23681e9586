"""sayso restore-events: what a hostile file makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Sayso

OUT = {
    "kind": "CHANGED",
    "status": "UNSUBSCRIBED",
    "scope": "ACCOUNT",
    "scopeId": 0,
    "cause": "CHOICE",
    "addressKey": "ab" * 16,
    "hash": "cd" * 32,
    "actor": "USER",
    "via": "ADMIN",
    "at": "2026-01-01T00:00:00Z",
    "until": None,
    "reference": "user:1",
}
NO_CHANGES: list[dict[str, Any]] = [
    {"scopeId": 5},
    {"scope": "TYPE", "scopeId": 10**30},
    {"scope": "TYPE", "scopeId": -5},
    {"scope": "TYPE", "scopeId": True},
    {"scope": "TYPE", "scopeId": float("inf")},
    {"scope": "TYPE", "scopeId": 7, "cause": "BOUNCE"},
    {"addressKey": "ab"},
    {"addressKey": "ab" * 17},
    {"reference": {"a": 1}},
    {"reference": 5},
    {"reference": "x" * 65},
    {"reference": "a\0b"},
    {"reference": "a\ud800b"},
    {"kind": "PAUSED", "cause": "PAUSE", "scope": "BRAND", "scopeId": 5},
    {"kind": "PAUSED", "cause": "PAUSE", "until": "2999-01-01T00:00:00Z"},
]


def test_what_is_no_change_of_the_feed_is_never_written(sayso: Sayso, tmp_path: Path) -> None:
    """The ledger keeps what is written for ever: each is named by its line, and nothing breaks."""
    lines = [json.dumps({**OUT, **wrong}).encode() for wrong in NO_CHANGES]
    lines += [b"[" * 100_000, b'{"changes":' * 5_000, b'{"\xff\xfe": 1}']
    file = tmp_path / "copy"
    for line in lines:
        file.write_bytes(line)
        read = sayso("restore-events", str(file))
        assert (read.status, "Line 1 is no" in read.err) == (1, True), line[:200]
    read = sayso("restore-events", "-", stdin=json.dumps({**OUT, "until": OUT["at"]}))
    assert ", 1 of them was missing and now stands." in read.out
    assert sayso("verify").status == 0
