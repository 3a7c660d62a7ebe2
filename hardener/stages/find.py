"""Finds the build of a stage, and plans its split or says why not."""

from __future__ import annotations

from collections.abc import Callable

from hardener.stages import guards
from hardener.stages.candidate import Candidate
from hardener.stages.ecosystems import all_ecosystems
from hardener.stages.model import Found, Refusal
from hardener.stages.plan import planned

Guard = Callable[[Candidate], str | None]

# asked of every build, in this order; the names are tables of data/refusals.toml
GUARDS: tuple[tuple[str, Guard], ...] = (
    ("base_for_others", guards.base_for_others),
    ("development_stage", guards.development_stage),
    ("builds_at_start", guards.builds_at_start),
    ("several_services", guards.several_services),
    ("toolbox", guards.toolbox),
    ("mounted_sources", guards.mounted_sources),
    ("caller_uses_tools", guards.caller_uses_tools),
    ("caller_target", guards.caller_target),
    ("unread_start", guards.unread_start),
)


def find(candidate: Candidate) -> Found | None:
    """What a stage builds, and how it is split; None where it builds nothing."""
    for ecosystem in all_ecosystems():
        build = ecosystem.builds(candidate)
        if build is None:
            continue
        sketch = ecosystem.sketch(candidate)
        for name, guard in GUARDS:
            met = guard(candidate)
            if met is not None:
                return Found(ecosystem, build, Refusal(name, met), sketch)
        needs = ecosystem.needs(candidate)
        result = (
            needs
            if isinstance(needs, Refusal)
            else planned(candidate, needs, ecosystem.name, build)
        )
        return Found(ecosystem, build, result, sketch)
    return None
