"""What documents name is there: tests, files, commands, settings."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from app.cli import COMMANDS
from app.config import SETTINGS
from tests.lacking import lacks

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
DEPLOYED = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
COMMAND = re.compile(r"(?:`|bin/|^)sayso ((?:[a-z-]+ ?)+)", re.MULTILINE)
ASVS = {"1": 27, "2": 11, "3": 19, "4": 10, "5": 9, "6": 35, "7": 18, "8": 7, "9": 7}
ASVS |= {"11": 14, "12": 9, "13": 13, "14": 9, "15": 13, "16": 16}
"""How many requirements of levels 1 and 2 each chapter of version 5.0 has, but for V10 and V17."""
OTHERS = {"SAYSO_UNSUBSCRIBE_KEY", "SAYSO_PREFERENCES_KEY", "SAYSO_BRAND"}


def test_the_readmes_first_command_serves_the_example_where_it_is_asked_to() -> None:
    """Issue 2: `make run` makes what serving needs, and serves."""
    if not shutil.which("make"):
        lacks("make is not on this machine")
    dry = ["make", "--no-print-directory", "-n", "run", "PORT=9000"]
    said = subprocess.run(dry, check=True, cwd=ROOT, capture_output=True, text=True).stdout
    assert said.splitlines() == ["bin/setup run", ".venv/bin/sayso serve --example --port 9000"]


def test_every_test_that_a_page_names_is_there() -> None:
    """A page that says "shown by" must be right (docs/security.md)."""
    for page in PAGES:
        for name in re.findall(r"`(tests/[\w/.]+\.py)`", page.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{page}: {name}"


def test_all_that_may_go_wrong_has_a_test_that_shows_it() -> None:
    """Issue 6: docs/operations.md says of each row what does it for real."""
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    wrong, shown = page.partition("## When something goes wrong")[2].split("### What shows it")
    rows = [re.findall(r"^\| ([^|]+) \|", part, re.MULTILINE) for part in (wrong, shown)]
    assert rows[0] == rows[1]
    assert len(rows[0]) > 25


def test_every_requirement_of_asvs_was_walked() -> None:
    """Issue 6: levels 1 and 2 of the chapters that apply, each number once."""
    page = (ROOT / "docs/security.md").read_text("utf-8")
    cells = re.findall(r"^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \|", page, re.MULTILINE)
    numbers = ", ".join(cells).split(", ")
    assert Counter(number.partition(".")[0] for number in numbers) == ASVS
    assert len(set(numbers)) == len(numbers)


def test_every_file_that_a_page_links_to_is_there() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_every_row_of_a_table_has_the_cells_of_its_head() -> None:
    """A bar in a cell ends it, in code too; what follows would not be shown."""
    for page in PAGES:
        for table in re.findall(r"(?:^\|.*\n)+", page.read_text("utf-8"), re.MULTILINE):
            head, *rows = table.splitlines()
            for row in rows:
                bars = [len(re.findall(r"(?<!\\)\|", line)) for line in (head, row)]
                assert bars[0] == bars[1], f"{page}: {row}"


@pytest.mark.parametrize("file", DEPLOYED, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_is_deployed_names_settings_and_commands_that_exist(file: Path) -> None:
    """Issue 6: deploy/ is kept in step with the program."""
    text = file.read_text("utf-8")
    known = {setting.name for setting in SETTINGS} | OTHERS
    for name in re.findall(r"SAYSO_[A-Z_]+[A-Z]", text):
        assert name.removesuffix("_FILE") in known
    for said in (*COMMAND.findall(text), *re.findall(r"\[sayso, ([a-z-]+)", text)):
        assert said.split()[0] in COMMANDS


def test_the_compose_file_runs_all_of_it() -> None:
    """Web, worker, LMTP, PostgreSQL and PgBouncer; each file it mounts is there."""
    compose = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    services = compose.partition("\nservices:\n")[2].partition("\nsecrets:\n")[0]
    named = set(re.findall(r"^  (\w+):$", services, re.MULTILINE))
    assert named == {"web", "worker", "lmtp", "pgbouncer", "postgresql"}
    for mounted in re.findall(r'"\./([^:]+):/', services):
        assert (ROOT / "deploy" / mounted).exists()
