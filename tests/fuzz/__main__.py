"""Attacks guided by what code an input reaches, for as long as wanted. What it finds joins `found`.

    .venv/bin/pip install atheris
    .venv/bin/python -m tests.fuzz NAME [SECONDS]

Atheris is no dependency of ours: it comes for few machines, and make test-long does without.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Hunt until something breaks or the time is over."""
    name, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "300"
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["app"]):
        attacked = import_module("tests.fuzz.attacks").ATTACKS[name]
    corpus = Path(tempfile.mkdtemp(prefix=f"sayso-fuzz-{name}-"))
    for number, sample in enumerate((*attacked.samples, *attacked.found)):
        (corpus / f"{number}").write_bytes(sample)
    limits = (f"-max_total_time={seconds}", f"-max_len={attacked.largest}", "-timeout=10")
    found = f"-artifact_prefix={corpus}/found-"
    atheris.Setup([sys.argv[0], *limits, found, str(corpus)], attacked.on)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
