"""The file that `sayso backup` makes: a tar of a manifest, the database and, if asked, secrets."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from app.domain.words import SECOND, Instant
from app.store.backup import sync

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
BEGINNING = 2_048


class Unusable(Exception):
    """A file that is no whole backup of ours, in words."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is of: all that was committed before `at`; the schema's revision; whose."""

    at: Instant
    dialect: str
    revision: str
    fingerprint: str
    sha256: str = ""
    format: int = FORMAT


def pack(file: Path, manifest: Manifest, database: Path, secrets: Mapping[str, str]) -> None:
    """Write it: readable by this user alone, whole or not at all, and on disk."""
    unfinished = beside(file, "part")
    words = {MANIFEST: json.dumps(asdict(manifest), indent=2), **secrets}
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as made:
            with tarfile.open(fileobj=made, mode="w") as tar:
                for name, content in words.items():
                    _add(tar, name, content.encode(), manifest.at)
                tar.add(database, DATABASE)
            made.flush()
            os.fsync(made.fileno())
        unfinished.rename(file)
        sync(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def beside(file: Path, what: str) -> Path:
    """Where `what` becomes a backup: a name that is nobody else's, for what is there is removed."""
    return file.with_name(f".{file.name}.sayso-{what}")


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: Instant) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mode, told.mtime = len(content), 0o600, at // SECOND
    tar.addfile(told, io.BytesIO(content))


def digest(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def manifest_of(file: Path) -> Manifest:
    """What a backup says of itself. Raises Unusable."""
    try:
        found = Manifest(**json.loads(_words(file, MANIFEST) or "{}"))
    except (ValueError, TypeError):
        raise Unusable(f"{file} is no backup made by sayso backup.") from None
    if found.format != FORMAT:
        raise Unusable(f"{file} was made by a newer release of Sayso: restore it with that.")
    return found


def secrets_in(file: Path, *names: str) -> dict[str, str]:
    """Those of the secrets that the backup holds."""
    found = {name: _words(file, name) for name in names}
    return {name: words for name, words in found.items() if words is not None}


def unpack(file: Path, manifest: Manifest, to: Path) -> None:
    """Write the database to `to`. Raises Unusable where a bit of it has changed."""
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as made:
        try:
            with tarfile.open(file, "r:") as tar:
                content = tar.extractfile(DATABASE)
                if content is not None:
                    shutil.copyfileobj(content, made, 1 << 20)
        except (tarfile.TarError, KeyError):
            pass  # what is missing shows in the digest
        made.flush()
        os.fsync(made.fileno())
    if digest(to) != manifest.sha256:
        to.unlink()
        raise Unusable(f"{file} is damaged: its database is not the one that was put into it.")


def _words(file: Path, name: str) -> str | None:
    try:
        with tarfile.open(file, "r:") as tar:
            content = tar.extractfile(name)
            return content.read().decode() if content else None
    except KeyError:
        return None
    except tarfile.TarError:
        raise Unusable(_why_not(file)) from None


def _why_not(file: Path) -> str:
    """A backup begins with its manifest."""
    with file.open("rb") as content:
        begins = content.read(BEGINNING)
    if MANIFEST.encode() in begins:
        return f"{file} is cut short: its end is missing. Take another copy of it."
    return f"{file} is no backup made by sayso backup."
