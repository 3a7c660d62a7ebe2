"""What each build and run of a hardened Dockerfile has to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardener.dockerfile.assignments import parse_assignments
from hardener.dockerfile.needed import stages_needed
from hardener.dockerfile.nodes import Dockerfile
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Build, Run, Usage


@dataclass(frozen=True, slots=True)
class Demand:
    """One build and what it has to be given from now on.

    Attributes:
        wanted: the secrets and ssh keys that the stages it builds mount.
        gone: the build arguments that the Dockerfile no longer takes.
    """

    build: Build
    wanted: tuple[Handover, ...]
    gone: tuple[str, ...]

    @property
    def passed(self) -> tuple[str, ...]:
        """The arguments that the build passes in vain."""
        return tuple(name for name in self.gone if name in self.build.args)

    @property
    def missing(self) -> tuple[Handover, ...]:
        """What is wanted that the build doesn't hand over yet."""
        return tuple(one for one in self.wanted if not _handed_over(one, self.build))

    @property
    def met(self) -> bool:
        """Whether there is nothing to change."""
        return not self.passed and not self.missing


@dataclass(frozen=True, slots=True)
class RunDemand:
    """One run and the variables, by name, that its image no longer holds."""

    run: Run
    names: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables that the run doesn't set."""
        return tuple(name for name in self.names if name not in self.run.environment)


def demands_of(
    usage: Usage, handovers: Sequence[Handover], dockerfile: Dockerfile
) -> tuple[tuple[Demand, ...], tuple[RunDemand, ...]]:
    """What the builds and runs of a Dockerfile have to hand over.

    Parameters:
        usage: how its images are built and run.
        handovers: what the hardened Dockerfile wants.
        dockerfile: as hardened.
    """
    mounted = [one for one in handovers if one.kind != "environment"]
    names = tuple(dict.fromkeys(one.id for one in handovers if one.kind == "environment"))
    gone = arguments_gone(handovers, dockerfile)
    builds = []
    for build in usage.builds:
        stages = _stages_built(build, dockerfile)
        wanted = tuple(
            one
            for one in mounted
            if _wanted(one, stages) and not (one.optional and one.arg not in build.args)
        )
        builds.append(Demand(build, wanted, gone))
    runs = [RunDemand(run, names) for run in usage.runs] if names else []
    return tuple(builds), tuple(runs)


def arguments_gone(handovers: Sequence[Handover], dockerfile: Dockerfile) -> tuple[str, ...]:
    """The build arguments that something is handed over for and that no stage takes any more."""
    taken = frozenset(
        found.name
        for instruction in dockerfile.instructions
        if instruction.name == "ARG"
        for found in parse_assignments(
            instruction.value, instruction="ARG", escape=dockerfile.escape
        )
    )
    names = dict.fromkeys(one.arg for one in handovers if one.arg is not None)
    return tuple(name for name in names if name not in taken)


def _handed_over(handover: Handover, build: Build) -> bool:
    if handover.kind == "ssh":
        return any(one.partition("=")[0] == handover.id for one in build.ssh)
    return any(secret.id == handover.id for secret in build.secrets)


def _wanted(handover: Handover, stages: frozenset[str] | None) -> bool:
    return not handover.stages or stages is None or not stages.isdisjoint(handover.stages)


def _stages_built(build: Build, dockerfile: Dockerfile) -> frozenset[str] | None:
    """The names and numbers of the stages that a build needs; None if they aren't known."""
    if "target" in build.unclear or "command" in build.unclear or not dockerfile.stages:
        return None
    stage = dockerfile.stage_named(build.target) if build.target else dockerfile.stages[-1]
    if stage is None:
        return None
    needed = [dockerfile.stages[index] for index in stages_needed(dockerfile, stage)]
    numbers = {str(one.index) for one in needed}
    return frozenset(numbers | {one.name for one in needed if one.name is not None})
