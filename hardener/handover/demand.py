"""What each build and run of a hardened Dockerfile has to hand over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardener.dockerfile.nodes import Dockerfile, Stage
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
    gone = tuple(dict.fromkeys(one.arg for one in mounted if one.arg is not None))
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
    last = dockerfile.stages[-1]
    if build.target is not None:
        found = dockerfile.stage_named(build.target)
        if found is None:
            return None
        last = found
    needed: dict[int, Stage] = {}
    pending = [last]
    while pending:
        stage = pending.pop()
        if stage.index not in needed:
            needed[stage.index] = stage
            pending += _based_on(stage, dockerfile)
    names = {str(stage.index) for stage in needed.values()}
    return frozenset(names | {stage.name for stage in needed.values() if stage.name is not None})


def _based_on(stage: Stage, dockerfile: Dockerfile) -> Iterator[Stage]:
    """The stages that a stage starts from or copies and mounts from.

    A name with a variable in it may be that of any stage before.
    """
    names = [stage.image.value]
    for instruction in stage.instructions:
        inner = instruction.inner or instruction
        for flag in inner.flags:
            value = flag.value or ""
            if flag.name == "from":
                names.append(value)
            elif flag.name == "mount":
                names += [
                    part.partition("=")[2] for part in value.split(",") if part.startswith("from=")
                ]
    for name in names:
        if "$" in name:
            yield from dockerfile.stages[: stage.index]
        found = dockerfile.stage_named(name, before=stage.index)
        if found is not None:
            yield found
