"""What the container file does, in a fresh directory: no more is there than it copies, and what its
command starts serves. Who has Docker, Podman or Buildah builds the image itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT
from tests.processes.front import DEPLOY
from tests.processes.installation import PATIENCE, Installation, Server, free_port, until
from tests.world import ANA

STAGES = (DEPLOY / "Containerfile").read_text().split("\nFROM ")[1:]
ALLOWED = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)


def steps(stage: str) -> list[tuple[str, str]]:
    """The instructions of a stage, and what they say."""
    return re.findall(r"^([A-Z]+) (.+)$", stage, re.MULTILINE)


def said(stage: str, instruction: str) -> str:
    """What the one instruction of its kind says."""
    (found,) = (rest for name, rest in steps(stage) if name == instruction)
    return found


def made(root: Path) -> Path:
    """The first stage, below `root`; the directory that the second one copies."""
    home = root / said(STAGES[0], "WORKDIR").lstrip("/")
    home.mkdir(parents=True)
    path = f"{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}"
    for instruction, rest in steps(STAGES[0]):
        if instruction == "COPY":
            *sources, _ = rest.split()
            for source in sources:
                copied(source, home)
        elif instruction == "RUN":
            subprocess.run(
                ["sh", "-c", rest], check=True, cwd=home, env={**os.environ, "PATH": path}
            )
    return home


def copied(name: str, home: Path) -> None:
    """As COPY does, of what .dockerignore leaves in the context."""
    assert name in ALLOWED, f".dockerignore keeps {name} out"
    source = ROOT / name
    if source.is_dir():
        shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, home)


@pytest.mark.long
def test_what_the_container_file_makes_serves(tmp_path: Path) -> None:
    """With the packages of the lock file, and in a home of its own. The packages of the second
    stage are Debian's and not installed here."""
    home = made(tmp_path / "image")
    assert f"COPY --from=made /opt/sayso /{home.relative_to(tmp_path / 'image')}" in STAGES[1]
    path = said(STAGES[1], "ENV").partition("PATH=")[2].partition("$")[0]
    settings = {"PATH": f"{tmp_path}/image{path}{os.environ['PATH']}"}
    installation, port = Installation(tmp_path, settings), free_port()
    *command, given = json.loads(said(STAGES[1], "CMD"))
    assert given == said(STAGES[1], "EXPOSE")
    program = shutil.which(command[0], path=settings["PATH"])
    assert program == str(home / ".venv/bin/sayso")
    with installation.started(program, *command[1:], str(port)) as started:
        server = Server(*started, port)
        until(server.is_ready, "it serves", 2 * PATIENCE)
        assert server.get("/readyz").status == 200
        assert server.get("/links").status == 200
        assert server.get("/admin/sign-in").status == 200
        assert ANA.address not in server.log
        assert server.stop() == 0
