"""A release whose newest migration fails half-way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.config import Config

from app.store import schema

MIGRATION = '''"""Does much, and then cannot go on."""

from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    op.execute("CREATE TABLE half (id INTEGER)")
    op.execute("ALTER TABLE brand ADD COLUMN half INTEGER")
    op.execute("UPDATE preference SET status = 1 - status")
    op.execute("DROP TABLE feed")
    raise OSError("the power went")
'''


@contextmanager
def that_fails_half_way(home: Path) -> Iterator[None]:
    """This process upgrades to it meanwhile. The copy of the migrations lies in `home`."""
    copy, script = home / "migrations", schema.config().get_main_option("script_location")
    assert script
    shutil.copytree(script, copy, dirs_exist_ok=True)
    (copy / "versions/9999_fails.py").write_text(MIGRATION.format(head=schema.head()))
    config = Config()
    config.set_main_option("script_location", str(copy))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(schema, "config", lambda: config)
        yield
