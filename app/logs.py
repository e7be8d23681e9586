"""Logs without tokens and addresses, whoever writes them (R-113)."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

TOKEN = re.compile(r"[A-Za-z2-7]{20,}|(?<=/[pucdmPU]/)[^\s\"'/?]+")
_PART = r"[^\s<>\"'(),;:/]"
# From the beginning of a run alone: from each of its letters it would take the square of the time.
ADDRESS = re.compile(rf'(?:"[^"\n]+"|(?<!{_PART}){_PART}+)(?:@|%(?:25)*40){_PART}+')
DETAIL = re.compile(r"\bDETAIL: .*")
"""In which PostgreSQL repeats a row that it refused."""


def redacted(text: str) -> str:
    """`text` with every token and address, and what PostgreSQL repeats of a row, taken out."""
    return ADDRESS.sub("[address]", TOKEN.sub("[token]", DETAIL.sub("[row]", text)))


class Redacting(logging.Filter):
    """Rewrites each record, with its traceback, before anybody writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record is kept, in other words."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text += "\n" + "".join(traceback.format_exception(record.exc_info[1])).rstrip()
            record.exc_info = record.exc_text = None
        record.msg, record.args = redacted(text), None
        return True


class Lines(logging.Formatter):
    """Each record as one line of JSON: time, level, logger, message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        return json.dumps(said, ensure_ascii=False)


class Text(logging.Formatter):
    """For people. A line that does not begin a record is indented: none can pass for another."""

    converter = staticmethod(time.gmtime)
    default_time_format, default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The lines."""
        return "\n  ".join(super().format(record).splitlines())


FORMATTERS: dict[str, Callable[[], logging.Formatter]] = {
    "text": Text,
    "json": Lines,
}
"""By the words of SAYSO_LOG_FORMAT."""


def configure(log_format: str, level: int = logging.INFO) -> None:
    """Log to standard error, redacted, in one of FORMATTERS."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(FORMATTERS[log_format]())
    handler.addFilter(Redacting())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for talkative in ("alembic", "mail.log"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
