"""Files that wait to be imported."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table

from app.store.tables.base import metadata

import_part = Table(
    "import_part",
    metadata,
    Column("run", Integer, ForeignKey("run.id"), primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary),
    comment="An uploaded file in compressed parts, reached by every worker; gone when its run is "
    "over.",
)

file_debt = Table(
    "file_debt",
    metadata,
    Column("address_key", LargeBinary(16), primary_key=True),
    Column("run", Integer, ForeignKey("run.id"), primary_key=True, autoincrement=False, index=True),
    comment="Who was erased while an import had words of many: the worker takes what may be theirs "
    "out of its file and of what its broken rows say.",
)
