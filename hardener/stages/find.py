"""Finds the build of a stage, and plans its split or says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hardener.dockerfile.nodes import Instruction
from hardener.stages import guards
from hardener.stages.candidate import Candidate
from hardener.stages.ecosystems import all_ecosystems
from hardener.stages.knowledge import table
from hardener.stages.model import Found, Refusal
from hardener.stages.packages import removes_packages
from hardener.stages.plan import behind, planned, tail_of
from hardener.stages.setup import setup_of
from hardener.stages.swap import swap_of

Guard = Callable[[Candidate], str | None]

# asked of every build, in this order; the names are tables of data/refusals.toml
GUARDS: tuple[tuple[str, Guard], ...] = (
    ("base_for_others", guards.base_for_others),
    ("stage_below", guards.stage_below),
    ("cross_build", guards.other_platform),
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
        if build is None or (not ecosystem.repeats and _cleans_up(candidate, build)):
            continue
        sketch = ecosystem.sketch(candidate)
        refusal = _held_back(candidate, repeats=ecosystem.repeats, answered=ecosystem.answers)
        if refusal is not None:
            return Found(build, refusal, sketch)
        tail = behind(candidate, build) if ecosystem.repeats else tail_of(candidate, build)
        if isinstance(tail, Refusal):
            return Found(build, tail, sketch)
        split = replace(candidate, tail=tail, setup=setup_of(candidate, build))
        needs = ecosystem.needs(split)
        if isinstance(needs, Refusal):
            return Found(build, needs, sketch)
        return Found(build, planned(split, needs, ecosystem.name), sketch)
    return _found_toolchain(candidate)


def _cleans_up(candidate: Candidate, build: Instruction) -> bool:
    """Whether the RUN that builds takes its compilers away again, on an image without any."""
    facts = candidate.model.facts
    if facts is not None and facts.name in table("toolchains")["names"]:
        return False
    run = next((run for run in candidate.runs if run.instruction is build), None)
    return run is not None and removes_packages(run)


def _found_toolchain(candidate: Candidate) -> Found | None:
    """A final stage that builds nothing, on an image for building."""
    swap = swap_of(candidate)
    if swap is None:
        return None
    if not candidate.start.programs:
        # a base for others, or a toolbox
        return None
    sketch = "" if isinstance(swap, Refusal) else swap.base.reference
    refusal = _held_back(candidate)
    return Found(candidate.stage.start, refusal or swap, sketch)


def _held_back(
    candidate: Candidate, *, repeats: bool = False, answered: frozenset[str] = frozenset()
) -> Refusal | None:
    for name, guard in GUARDS:
        if repeats and guard is guards.caller_uses_tools:
            # all programs but those of a build are there
            guard = guards.caller_builds
        met = None if name in answered else guard(candidate)
        if met is not None:
            return Refusal(name, met)
    return None
