"""What is known of one secret of a Dockerfile: where it comes from and who uses it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardener.analysis.secretflow.code import RunCode
from hardener.dockerfile.assignments import Assignment
from hardener.dockerfile.nodes import Instruction, Stage


@dataclass(frozen=True, slots=True)
class Declared:
    """A name that an ARG or ENV gives a value. `stage` is None before the first FROM."""

    instruction: Instruction
    stage: Stage | None
    pair: Assignment

    @property
    def keeps(self) -> bool:
        """Whether the image keeps the variable, as it does with ENV."""
        return self.instruction.name == "ENV"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A variable that a secret is in.

    Attributes:
        name: of the variable.
        value: what it is made of around the secret, as written (`https://$TOKEN@example.com`);
            None where it is the secret itself.
        inside: the variables with secrets that stand in the value, each with the id of its mount.
        nested: whether one of those is itself made of more than the secret.
    """

    name: str
    value: str | None = None
    inside: tuple[tuple[str, str], ...] = ()
    nested: bool = False


@dataclass(slots=True)
class Use:
    """One RUN that a secret may reach.

    Attributes:
        code: the RUN.
        carriers: the variables it can read the secret from.
        named: those that stand in its code.
        read: those that a program it runs reads by itself.
        open: whether it runs code that may read anything.
        sets: whether it sets the variable by itself, so that the declared one isn't read.
    """

    code: RunCode
    carriers: tuple[Carrier, ...]
    named: tuple[Carrier, ...] = ()
    read: tuple[Carrier, ...] = ()
    open: bool = False
    sets: bool = False


@dataclass(slots=True)
class Flow:
    """A secret that comes in by a variable.

    Attributes:
        name: the variable it first stands in.
        declared: the ARGs and ENVs that bring it or pass it on.
        uses: the RUNs that may see it.
        elsewhere: instructions other than RUN that read it.
        started: CMD, ENTRYPOINT and HEALTHCHECK that read a variable it is in.
        held: the ENVs that a container has it from.
        passed: whether a build argument brings it in.
        leaked: whether the file holds the secret itself.
        weak: whether what the file holds is a stand-in.
        optional: whether it is looked at only if it is there.
        default: what a build argument is where nobody hands it over, if that is more than nothing.
        why: how it was found to be one, where the name doesn't say it.
    """

    name: str
    declared: list[Declared] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    elsewhere: list[Instruction] = field(default_factory=list)
    started: list[Instruction] = field(default_factory=list)
    held: list[Declared] = field(default_factory=list)
    passed: bool = False
    leaked: bool = False
    weak: bool = False
    optional: bool = False
    default: str = ""
    why: str = ""

    @property
    def id(self) -> str:
        """The id of its secret mount."""
        return self.name.lower()
