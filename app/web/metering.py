"""Where the processes of one server count together, and what then counts."""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path

from flask import Flask

from app.web.meter import Meter

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


def install(app: Flask, data_dir: Path) -> Meter:
    """Give `app` its /metrics. The library reads the directory when it is loaded, so not before."""
    os.environ[DIRECTORY] = str(_directory(data_dir))
    module = import_module("app.web.metrics")
    app.register_blueprint(module.bp)
    meter: Meter = module.Metrics()
    return meter


def _directory(data_dir: Path) -> Path:
    """One for each server: what is left of those that ended is removed."""
    folder = data_dir / "tmp"
    for other in folder.glob("metrics-*"):
        if not Path("/proc", other.name.rpartition("-")[2]).exists():
            shutil.rmtree(other, ignore_errors=True)
    own = folder / f"metrics-{os.getppid()}"
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    return own
