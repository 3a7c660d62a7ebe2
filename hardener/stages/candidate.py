"""One stage that may be split: its instructions, what its RUNs do, what its container starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.analysis import Analysis
from hardener.analysis.calls import Call
from hardener.analysis.container import Container
from hardener.analysis.grants import Grants
from hardener.analysis.launch import command_line
from hardener.analysis.paths import joined
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Start
from hardener.analysis.steps import Copied, Ran, Step, copied
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.scope import DEFAULT_PATH
from hardener.images.facts import Family
from hardener.project.callers.model import Usage
from hardener.project.context import BuildContext
from hardener.stages.knowledge import table

_FOLDER = re.compile(r"(?<=[=:\"' ])/[\w./-]+")


@dataclass(frozen=True)
class Candidate:
    """A final stage with all that is known of it.

    Attributes:
        analysis: of the file.
        model: of the stage.
        usage: how callers build and run it.
        tail: the instructions behind the build that stay where they are, and so come to be the
            final stage's.
        setup: the RUNs in front of the build that the final stage repeats.
    """

    analysis: Analysis
    model: StageModel
    usage: Usage
    tail: tuple[Instruction, ...] = ()
    setup: tuple[Instruction, ...] = ()

    @property
    def dockerfile(self) -> Dockerfile:
        """The file."""
        return self.analysis.dockerfile

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.model.stage

    @property
    def context(self) -> BuildContext | None:
        """The build context, where there is one at hand."""
        return self.analysis.context

    @cached_property
    def container(self) -> Container:
        """The container it is for, as the image itself starts it."""
        return Container(self.analysis, self.model, (10001, 10001), Usage())

    @cached_property
    def grants(self) -> Grants:
        """What the container writes, also as callers start it."""
        return Container(self.analysis, self.model, (10001, 10001), self.usage).grants

    @property
    def start(self) -> Start:
        """What the container runs."""
        return self.container.start

    @property
    def family(self) -> Family | None:
        """How accounts are made in the stage."""
        return self.container.family

    @cached_property
    def runs(self) -> tuple[Ran, ...]:
        """What each RUN of the stage itself starts, in order."""
        return tuple(self._own(self.model.runs()))

    def _own(self, runs: Iterator[Ran]) -> Iterator[Ran]:
        own = {id(instruction) for instruction in self.stage.instructions}
        return (run for run in runs if id(run.instruction) in own)

    @property
    def may_build(self) -> bool:
        """Whether it is worth a look: the stage runs something, or stands on a toolchain."""
        if any(instruction.name == "RUN" for instruction in self.stage.instructions):
            return True
        name = self.model.facts.name if self.model.facts is not None else None
        image = self.image[0] if self.image is not None else None
        return (
            name in table("toolchains")["names"]
            or name in table("java")["images"]
            or image in table("dotnet")["sdk"]
        )

    def calls(self, *names: str) -> Iterator[tuple[Ran, Call]]:
        """Every program of these names that a RUN of the stage starts; all without names."""
        # shell code takes long to read: only where one of the names stands
        for run in self._own(self.model.runs(*names)):
            for call in run.calls:
                if not names or call.name in names:
                    yield run, call

    @cached_property
    def copies(self) -> tuple[Copied, ...]:
        """What COPY and ADD of the stage itself put there."""
        return tuple(
            copied(self.dockerfile, step)
            for step in self.model.own_steps
            if step.instruction.name in ("ADD", "COPY")
        )

    def step(self, instruction: Instruction) -> Step:
        """What holds before an instruction of the stage."""
        return next(step for step in self.model.steps if step.instruction is instruction)

    @property
    def folder(self) -> str | None:
        """The working directory of the container."""
        return self.model.end.folder

    @cached_property
    def command(self) -> tuple[Sequence[str], str | None]:
        """ENTRYPOINT and CMD as an argument vector, or as the code that the shell is given."""
        return command_line(self.model)

    @cached_property
    def start_is_shell(self) -> bool:
        """Whether a shell, or a script, is what the container starts first."""
        words, _ = self.command
        if not words:
            return False
        if words[0].rpartition("/")[2] in ("sh", "bash", "ash", "dash", "env"):
            return True
        return bool(self.start.scripts)

    def found_at(self, program: str) -> tuple[str, ...]:
        """Where a program may stand that is started by this name, the first place first."""
        if "/" in program:
            path = joined(self.folder, program)
            return () if path is None else (path,)
        return tuple(f"{folder.rstrip('/')}/{program}" for folder in self.path)

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The folders that programs are looked for in, as far as the file and the image say."""
        value = self.model.environment("PATH") or DEFAULT_PATH
        name = self.model.facts.name if self.model.facts is not None else ""
        own: list[str] = table("bases")["path"].get(name, [])
        folders = [item for item in value.split(":") if item.startswith("/")]
        for step in self.model.own_steps:
            if step.instruction.name == "ENV" and "PATH" in step.instruction.value:
                folders += _FOLDER.findall(step.instruction.value)
        return tuple(dict.fromkeys((*folders, *own)))

    @property
    def image(self) -> tuple[str, str | None] | None:
        """Name and tag of the base image; None where they aren't known."""
        return self.model.reference

    @property
    def shown_image(self) -> str:
        """The base image as it is known."""
        return self.container.image

    def arguments(self) -> Iterator[tuple[str, str]]:
        """The words that the container is started with, and the values of its variables that the
        file sets, each with the instruction that says so."""
        words, code = self.command
        for word in (*words, *((code or "").split())):
            yield word, "CMD"
        for call in self.start.writes:
            for known in call.args:
                if known:
                    yield known, "CMD"
        for step in self.model.own_steps:
            if step.instruction.name == "ENV":
                for word in step.instruction.value.replace("=", " ").split():
                    value = self.model.environment(word)
                    if value:
                        yield value, f"ENV {word}"
        for run in self.usage.runs:
            for name, given in run.environment.items():
                if given.known:
                    yield given.known, f"{name} in {self.usage.where(run)}"
            for word in (*(run.command or ()), *(run.entrypoint or ())):
                yield word, self.usage.where(run)
