"""What the house promises about itself (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app.store.doors import Database
from app.store.tables import metadata

ROOT = Path(__file__).parents[1]
MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "app").rglob("*.py"))
VERSIONS = Path("app/store/migrations/versions")

SEARCHED = ("contact_search", "ix_contact_trigrams")
"""The index of trigrams, which each database makes in a way of its own."""

LONGEST_FILE, LONGEST_FUNCTION = 300, 40

ALL_ROOMS = {"web", "services", "queries", "store", "files", "links", "text", "feedback", "domain"}
MAY_IMPORT = {
    "domain": set(),
    "store": {"domain"},
    "files": {"domain"},
    "links": {"domain"},
    "text": {"domain"},
    "feedback": {"links", "domain"},
    "services": {"store", "files", "domain"},
    "queries": {"store", "files", "domain"},
    "web": {"services", "queries", "files", "links", "text", "feedback", "domain", "config"},
    "worker": {*ALL_ROOMS, "config", "factory", "garbage", "logs"},
    "cli": {*ALL_ROOMS, "worker", "config", "factory", "garbage", "logs", "server"},
    "config": {"links", "domain"},
    "factory": {*ALL_ROOMS, "config", "logs"},
    "garbage": set(),
    "logs": set(),
    "server": {"factory", "garbage", "worker", "config", "logs"},
}
"""Which rooms (or modules beside them) a room may import. One that is not named may not exist."""

DOORS = {"doors", "catalog", "counting", "revisions"}
"""What web may name of the store: the doors it opens, the catalogue kept behind them, and whether
the schema is this release's."""

LIBRARIES = {
    "domain": {"idna", "email_validator"},
    "store": {"sqlalchemy", "alembic", "limits"},
    "files": {"charset_normalizer"},
    "links": {"itsdangerous", "jinja2", "idna"},
    "text": {"jinja2", "babel"},
    "feedback": {"cryptography"},
    "services": {"sqlalchemy"},
    "queries": {"sqlalchemy"},
    "web": {
        "flask",
        "flask_wtf",
        "werkzeug",
        "markupsafe",
        "limits",
        "argon2",
        "pyotp",
        "segno",
        "prometheus_client",
        "pydantic",
        "typing_extensions",
    },
}
"""Which libraries a room may import beside the standard library. A room not named may any."""


def room(path: Path) -> str:
    """The room a module lies in, or its own name where it lies beside the rooms."""
    return path.parts[1] if len(path.parts) > 2 else path.stem


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse((ROOT / path).read_text())


def imports(path: Path) -> Iterator[str]:
    """Every module, or thing in a module, that the file imports, by its full name."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed(path: Path, name: str) -> bool:
    """Whether the file may import `name`."""
    own, (first, *rest) = room(path), name.split(".")
    if own == "web" and name == "sqlalchemy.Connection":
        return True  # the type of what a door gives
    if first != "app":
        ours = LIBRARIES.get(own)
        return ours is None or first in ours | sys.stdlib_module_names
    if own == "web" and rest[0] == "store":
        return rest[1] in DOORS
    return rest[0] == own or rest[0] in MAY_IMPORT[own]


def test_imports_point_only_down() -> None:
    """Services do, queries ask, and they never meet; the domain knows nobody."""
    assert {room(path) for path in MODULES} <= MAY_IMPORT.keys() | {"__init__"}
    wrong = {
        f"{path}: {name}" for path in MODULES for name in imports(path) if not allowed(path, name)
    }
    assert not wrong


def test_only_what_starts_the_program_imports_the_factory() -> None:
    files = [*MODULES, Path("wsgi.py")]
    importers = {
        room(path) if path in MODULES else path.name
        for path in files
        if any(name.startswith("app.factory.") for name in imports(path))
    }
    assert importers <= {"wsgi.py", "cli", "worker", "server"}


def test_nothing_is_imported_inside_a_function() -> None:
    """That would be a cycle in disguise."""
    assert [
        f"{path}:{inner.lineno}"
        for path in MODULES
        for function in functions(path)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ] == []


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a file."""
    return [
        n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_the_package_itself_is_empty() -> None:
    """So that `from app.links import …` loads no web framework."""
    assert (ROOT / "app/__init__.py").read_text() == ""


def test_senders_load_no_web_framework_and_no_database() -> None:
    program = "import sys, app.links; print(*sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert "app.links" in loaded
    assert not loaded & {"flask", "werkzeug", "sqlalchemy", "app.store", "app.web"}


def says_commit(node: ast.AST) -> bool:
    """Whether a piece of code, docstrings and comments aside, commits."""
    if isinstance(node, ast.Attribute):
        return node.attr == "commit"
    sql = node.value if isinstance(node, ast.Constant) else None
    return isinstance(sql, str) and bool(re.fullmatch(r"\s*commit\b[\s;]*", sql, re.IGNORECASE))


def test_commit_is_said_in_one_file() -> None:
    """Two writes can always be one: nobody below the door ends its transaction."""
    assert [str(p) for p in MODULES if any(map(says_commit, ast.walk(tree(p))))] == [
        "app/store/doors.py"
    ]


def test_no_file_and_no_function_is_too_long_to_read() -> None:
    """A migration's upgrade is generated, and may be as long as the schema."""
    files = {str(p): len((ROOT / p).read_text().splitlines()) for p in MODULES}
    long_functions = {
        f"{path}: {function.name}": length
        for path in MODULES
        if path.parent != VERSIONS
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert {path: length for path, length in files.items() if length > LONGEST_FILE} == {}
    assert long_functions == {}


def test_the_migrations_build_the_schema_of_the_models(database: Database) -> None:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, _, __: not str(name).startswith(SEARCHED),
    }
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("column", ["address_key", "key"])
def test_what_is_bound_to_an_address_has_its_key_first(column: str) -> None:
    """All of an address lies together, and may lie on one shard."""
    bound = [table for table in metadata.tables.values() if column in table.primary_key]
    assert bound
    assert all(next(iter(table.primary_key)).name == column for table in bound)


def test_the_pages_name_every_table_and_every_page() -> None:
    """docs/architecture.md and docs/README.md are kept up to date."""
    docs = ROOT / "docs"
    house = (docs / "architecture.md").read_text("utf-8")
    assert [t for t in metadata.tables if f"`{t}`" not in house] == []
    index = (docs / "README.md").read_text("utf-8")
    pages = [p.relative_to(docs).as_posix() for p in docs.rglob("*.md")]
    listed = [p for p in pages if p != "README.md" and not p.startswith("decisions/")]
    assert [page for page in listed if f"({page})" not in index] == []


def test_templates_import_what_is_there_and_what_they_use() -> None:
    """Jinja would say nothing of a macro that is gone."""
    folder, wrong = ROOT / "templates", []
    texts = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.*")}
    for path, text in texts.items():
        for source, named in re.findall(r'{% from "([^"]+)" import ([^%]+?) %}', text):
            for name, _, called in (part.partition(" as ") for part in named.split(", ")):
                there = f"{{% macro {name}(" in texts[source]
                used = len(re.findall(rf"\b{called or name}\b", text)) > 1
                wrong += [] if there and used else [f"{path}: {name}"]
    assert wrong == []
