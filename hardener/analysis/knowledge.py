"""Reads the tables of `data/`, each once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The content of `data/<name>.toml`."""
    path = Path(__file__).parent / "data" / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def names(name: str, key: str) -> frozenset[str]:
    """The strings of the list that stands under `key` (parts joined by dots) in a table."""
    found: Any = table(name)
    for part in key.split("."):
        found = found[part]
    return frozenset(found)
