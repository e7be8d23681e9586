"""What a machine lacks: a test skips for it. Under CI nothing may be lacking, and it fails."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def lacks(what: str) -> NoReturn:
    """Skip, or under CI fail, saying what is not there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(what)
