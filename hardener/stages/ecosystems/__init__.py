"""The kinds of builds that are split, one module each; they are found by themselves.

A module defines `ECOSYSTEM`; its final stage is made from templates/stages/<name>.Dockerfile.j2.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from hardener.stages.model import Ecosystem


@cache
def all_ecosystems() -> tuple[Ecosystem, ...]:
    """Every ecosystem, those with the lowest order first."""
    found = []
    for module in iter_modules(__path__):
        candidate = getattr(import_module(f"{__name__}.{module.name}"), "ECOSYSTEM", None)
        if isinstance(candidate, Ecosystem):
            found.append(candidate)
    return tuple(sorted(found, key=lambda item: (item.order, item.name)))
