"""Reads the tables in hardener/secrets/data, and patterns of names in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """The table `name` of the data folder, read once."""
    import tomllib

    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression for several patterns of whole names, in which `*` is any run of characters."""
    return re.compile("|".join(_regex(pattern) for pattern in patterns) or r"(?!)", re.DOTALL)


def _regex(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))
