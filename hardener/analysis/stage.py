"""The model of a stage: what holds before each of its instructions, and where files come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.accounts import ACCOUNT_WORDS, Accounts
from hardener.analysis.calls import Call
from hardener.analysis.steps import Copied, Ran, Step, Volume, copied, ports, ran, volumes
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.images.facts import ImageFacts


@dataclass(frozen=True, slots=True)
class Launch:
    """An ENTRYPOINT or CMD.

    Attributes:
        words: the argument vector of the exec form, also what base images have.
        code: the code of the shell form.
        instruction: None where it comes from the base image.
    """

    words: tuple[str, ...] | None
    code: str | None
    instruction: Instruction | None


@dataclass(frozen=True)
class StageModel:
    """A stage with all that it is built on, as far as the file and the facts say.

    Attributes:
        dockerfile: the file it is a stage of.
        stage: the stage.
        base: the stage at the bottom, the one that is built on an image.
        reference: name and tag of that image as they come to be; None where they aren't known.
        facts: of that image; None where it isn't recorded.
        scratch: whether nothing is at the bottom.
        steps: the instructions of the stages below and of this one, in order.
        end: what holds behind the last of them; its instruction is the last one.
        entrypoint, command: what the container starts; None where there is none, or none known.
        entrypoint_known, command_known: false where the base may have one that isn't known.
    """

    dockerfile: Dockerfile
    stage: Stage
    base: Stage
    reference: tuple[str, str | None] | None
    facts: ImageFacts | None
    scratch: bool
    steps: tuple[Step, ...]
    end: Step
    entrypoint: Launch | None
    command: Launch | None
    entrypoint_known: bool
    command_known: bool

    @property
    def own_steps(self) -> tuple[Step, ...]:
        """The steps of the stage itself."""
        return tuple(step for step in self.steps if step.stage is self.stage)

    @cached_property
    def copies(self) -> tuple[Copied, ...]:
        """What ADD and COPY put there, in order."""
        return tuple(
            copied(self.dockerfile, step)
            for step in self.steps
            if step.instruction.name in ("ADD", "COPY")
        )

    def runs(self, *words: str) -> Iterator[Ran]:
        """What each RUN starts, in order; with words only the RUNs in whose text one stands.

        Shell code takes long to read, so that it is worth asking for less.
        """
        for step in self.steps:
            instruction = step.instruction
            if instruction.name != "RUN":
                continue
            at = instruction.span.start
            if words and not _mentions(self.dockerfile.text, instruction, words):
                continue
            if at not in self._ran:
                self._ran[at] = ran(self.dockerfile, step)
            yield self._ran[at]

    def calls(self, *words: str) -> Iterator[Call]:
        """Every program that those RUNs start, in order."""
        return (call for run in self.runs(*words) for call in run.calls)

    @cached_property
    def _ran(self) -> dict[int, Ran]:
        return {}

    @cached_property
    def accounts(self) -> Accounts:
        """The accounts that the file has made by the end of the stage."""
        return Accounts().after(self.calls(*ACCOUNT_WORDS))

    @cached_property
    def volumes(self) -> tuple[Volume, ...]:
        """The VOLUMEs of the base image and of the file."""
        inherited = (self.facts.volumes if self.facts else None) or ()
        return (*(Volume(path, None) for path in inherited), *volumes(self.steps))

    @cached_property
    def ports(self) -> tuple[str, ...]:
        """What EXPOSE names in the base image and in the file, as `80` or `53/udp`."""
        inherited = (self.facts.expose if self.facts else None) or ()
        return (*inherited, *ports(self.steps))

    def environment(self, name: str) -> str | None:
        """The value of a variable in the container: "" where it is unset, None if not known."""
        value = self.end.scope.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else None


def _mentions(text: str, instruction: Instruction, words: tuple[str, ...]) -> bool:
    start, end = instruction.span.start, instruction.span.end
    return any(text.find(word, start, end) >= 0 for word in words)
