"""The named rewrites, one file each, and what they have in common.

A new transform is a module here that defines `TRANSFORM` (the module's docstring is its page for
`harden explain`) and a test file of the same name; both are found by themselves.
"""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from hardener.transforms.model import (
    Advice,
    Asked,
    Aspect,
    Change,
    FileAdvice,
    FileChange,
    Finding,
    Level,
    Placed,
    Subject,
    Surroundings,
    Transform,
    Violation,
)

__all__ = [
    "Advice",
    "Asked",
    "Aspect",
    "Change",
    "FileAdvice",
    "FileChange",
    "Finding",
    "Level",
    "Placed",
    "Subject",
    "Surroundings",
    "Transform",
    "Violation",
    "all_transforms",
]


@cache
def all_transforms() -> tuple[Transform, ...]:
    """Every transform, in the order in which they run.

    Each comes behind those that its `after` names; otherwise they run by name.
    """
    found = {}
    for module in iter_modules(__path__):
        candidate = getattr(import_module(f"{__name__}.{module.name}"), "TRANSFORM", None)
        if isinstance(candidate, Transform):
            found[candidate.name] = candidate
    order = TopologicalSorter(
        {name: sorted(set(found[name].after) & set(found)) for name in sorted(found)}
    )
    return tuple(found[name] for name in order.static_order())
