"""What the RUNs of a stage leave in the image: files, accounts, packages, or what isn't known."""

from __future__ import annotations

from typing import Literal

from hardener.analysis.calls import Call
from hardener.analysis.steps import Ran
from hardener.stages.knowledge import table

Effect = Literal[
    "build", "harmless", "files", "accounts", "fetch", "packages", "project", "settings", "unknown"
]

_ORDER: tuple[Effect, ...] = (
    *("accounts", "packages", "files", "fetch", "harmless", "build", "project", "settings"),
)


def effect_of(call: Call) -> Effect:
    """What one program that a RUN starts does."""
    name = call.name
    if name is None:
        return "unknown"
    for effect in _ORDER:
        if name in table("effects")[effect]["names"]:
            return effect
    return "unknown"


def effects_of(run: Ran) -> frozenset[Effect]:
    """What a RUN does; `unknown` is among them where a part of it can't be told."""
    found = {effect_of(call) for call in run.calls}
    if not run.code.complete or not run.calls:
        found.add("unknown")
    return frozenset(found)


def unknown_in(run: Ran, *more: Effect) -> str | None:
    """The first program of a RUN of which it isn't known what it does, or which does one of
    `more`, as it is written."""
    for call in run.calls:
        if effect_of(call) in ("unknown", *more):
            return " ".join(word or raw for word, raw in zip(call.words, call.raw, strict=False))
    return None if run.code.complete and run.calls else "code that can't be read"
