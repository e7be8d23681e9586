"""Each numbered requirement is shown by a test that names it, or is said to need none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"\b[RH]-\d+a?\b")
RANGE = re.compile(r"\b([RH])-(\d+) to [RH]-(\d+)\b")
UNNAMED = "## 16. What no test names"


def numbers(text: str) -> set[str]:
    """The requirements a text names; of a range, all."""
    ranges = {
        f"{letter}-{number:02d}"
        for letter, first, last in RANGE.findall(text)
        for number in range(int(first), int(last) + 1)
    }
    return ranges | set(NUMBER.findall(text))


def docstrings() -> Iterator[str]:
    """Of every module of tests, and of every test in it."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        module = ast.parse(path.read_text())
        yield ast.get_docstring(module) or ""
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


def test_every_requirement_is_named_by_a_test_or_said_to_need_none() -> None:
    page = (ROOT / "docs/requirements.md").read_text()
    asked, _, rest = page.partition(UNNAMED)
    table = rest.partition("\n## ")[0]
    excused = {n for line in table.splitlines() if "|" in line for n in numbers(line.split("|")[1])}
    named = set().union(*map(numbers, docstrings()))
    asked_for = numbers(asked)
    assert excused
    assert (asked_for - named - excused, named - asked_for) == (set(), set())
