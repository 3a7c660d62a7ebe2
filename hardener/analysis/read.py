"""Reads a stage into its model: walks the stages it is built on, then its own instructions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from hardener.analysis.paths import ROOT, joined
from hardener.analysis.stage import Launch, StageModel
from hardener.analysis.steps import Step, User, expanded
from hardener.dockerfile.assignments import AssignmentError, parse_assignments
from hardener.dockerfile.expand import ExpansionError
from hardener.dockerfile.images import base_origin, base_stage
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.origin import Traced
from hardener.dockerfile.reference import (
    ImageReference,
    InvalidReference,
    is_scratch,
    parse_reference,
)
from hardener.dockerfile.scope import Scope
from hardener.images.facts import ImageFacts, facts_for

# BuildKit's default on Linux and on Windows (frontend/dockerfile/dockerfile2llb/convert.go)
_LINUX_SHELL = ("/bin/sh", "-c")
_WINDOWS_SHELL = ("cmd", "/S", "/C")

MoreFacts: TypeAlias = Callable[[ImageReference], ImageFacts | None]
"""What is known of an image besides the recorded ones."""


@dataclass(frozen=True, slots=True)
class _Base:
    """The image at the bottom."""

    reference: tuple[str, str | None] | None
    facts: ImageFacts | None
    scratch: bool


def _none(reference: ImageReference) -> None:
    return None


def read_stage(dockerfile: Dockerfile, stage: Stage, more_facts: MoreFacts = _none) -> StageModel:
    """The model of a stage of the file; `more_facts` is asked where its base isn't recorded."""
    chain = [stage]
    while (below := base_stage(dockerfile, chain[-1])) is not None:
        chain.append(below)
    chain.reverse()
    base = _base(dockerfile, chain[0], more_facts)
    walk = _Walk(dockerfile, base)
    steps = tuple(step for item in chain for step in walk.stage(item))
    return StageModel(
        dockerfile=dockerfile,
        stage=stage,
        base=chain[0],
        reference=base.reference,
        facts=base.facts,
        scratch=base.scratch,
        steps=steps,
        end=walk.state,
        entrypoint=walk.entrypoint,
        command=walk.command,
        entrypoint_known=walk.entrypoint_known,
        command_known=walk.command_known,
    )


def _base(dockerfile: Dockerfile, stage: Stage, more_facts: MoreFacts) -> _Base:
    origin = base_origin(dockerfile, stage)
    if isinstance(origin, Traced):
        if is_scratch(origin.text):
            return _Base(None, None, True)
        try:
            found = parse_reference(origin.text)
        except InvalidReference:
            return _Base(None, None, False)
        facts = facts_for(found.name, found.tag, digest=found.digest)
        return _Base((found.name, found.tag), facts or more_facts(found), False)
    # an argument in the tag hides that part of it, the rest still says something
    written = stage.image.value.partition("@")[0]
    folders, slash, last = written.rpartition("/")
    name, _, tag = last.partition(":")
    if "$" in folders + name:
        return _Base(None, None, False)
    return _Base((folders + slash + name, tag), facts_for(folders + slash + name, tag), False)


class _Walk:
    """What holds from instruction to instruction."""

    def __init__(self, dockerfile: Dockerfile, base: _Base) -> None:
        facts = base.facts
        self._dockerfile = dockerfile
        self._global = _global_scope(dockerfile)
        windows = facts is not None and facts.family == "windows"
        environment = {} if base.scratch else (dict(facts.env) if facts and facts.env else None)
        first = dockerfile.instructions[0]
        self.state = Step(
            instruction=first,
            stage=dockerfile.stages[0],
            user=_base_user(base),
            folder=ROOT if base.scratch else (facts.workdir if facts else None) or _folder(facts),
            shell=(facts.shell if facts else None) or (_WINDOWS_SHELL if windows else _LINUX_SHELL),
            scope=self._global.stage(environment=environment),
        )
        self.entrypoint = _launch(facts.entrypoint if facts else None)
        self.command = _launch(_usual_command(base) if facts else None)
        self.entrypoint_known = base.scratch or bool(facts and facts.entrypoint is not None)
        self.command_known = base.scratch or bool(facts and facts.cmd is not None)
        self._begun = False

    def stage(self, stage: Stage) -> Iterator[Step]:
        """The steps of one stage, each with what holds before it."""
        if self._begun:
            self.state = replace(self.state, scope=self._global.stage(self.state.scope))
        self._begun = True
        sets_command = any(item.name == "CMD" for item in stage.instructions)
        self.state = replace(self.state, stage=stage, instruction=stage.start)
        for instruction in stage.instructions:
            now = self.state
            self.state = Step(instruction, stage, now.user, now.folder, now.shell, now.scope)
            yield self.state
            self._apply(instruction, sets_command)

    def _apply(self, instruction: Instruction, sets_command: bool) -> None:
        state = self.state
        match instruction.name:
            case "USER":
                written = instruction.value
                text = expanded(state.scope, written)
                self.state = replace(state, user=User(text or None, written, instruction))
            case "WORKDIR":
                path = expanded(state.scope, instruction.value)
                folder = None if path is None else joined(state.folder, path)
                self.state = replace(state, folder=folder)
            case "SHELL":
                self.state = replace(state, shell=instruction.json)
            case "ARG" | "ENV":
                self.state = replace(state, scope=self._declared(instruction))
            case "CMD":
                self.command, self.command_known = _launch_of(instruction), True
            case "ENTRYPOINT":
                self.entrypoint, self.entrypoint_known = _launch_of(instruction), True
                if not sets_command:
                    # BuildKit forgets the CMD of the base (dispatchEntrypoint in convert.go)
                    self.command, self.command_known = None, True

    def _declared(self, instruction: Instruction) -> Scope:
        scope = self.state.scope
        try:
            pairs = parse_assignments(
                instruction.value, instruction=instruction.name, escape=self._dockerfile.escape
            )
            if instruction.name == "ENV":
                return scope.set_env((pair.name, pair.value or "") for pair in pairs)
            for pair in pairs:
                scope = scope.declare_arg(pair.name, pair.value)
        except (AssignmentError, ExpansionError):
            return scope
        return scope


def _global_scope(dockerfile: Dockerfile) -> Scope:
    scope = Scope.of_file(escape=dockerfile.escape)
    for instruction in dockerfile.preamble:
        if instruction.name != "ARG":
            continue
        try:
            pairs = parse_assignments(
                instruction.value, instruction="ARG", escape=dockerfile.escape
            )
            for pair in pairs:
                scope = scope.declare_arg(pair.name, pair.value)
        except (AssignmentError, ExpansionError):
            continue
    return scope


def _base_user(base: _Base) -> User:
    if base.scratch:
        return User("0")
    facts = base.facts
    if facts is None or facts.user is None:
        return User(None)
    return User(facts.user)


def _usual_command(base: _Base) -> tuple[str, ...] | None:
    """The command of the base image; of an older tag, the one that its variant has today."""
    facts = base.facts
    if facts is None or facts.cmd is not None or base.reference is None:
        return facts.cmd if facts else None
    name, tag = base.reference
    today = facts_for(name, (tag or "").partition("-")[2] or None)
    return today.cmd if today is not None else None


def _folder(facts: ImageFacts | None) -> str | None:
    # an image without WORKDIR of its own starts in the root folder; a recorded one would say so
    return ROOT if facts is not None else None


def _launch(words: tuple[str, ...] | None) -> Launch | None:
    return Launch(words, None, None) if words else None


def _launch_of(instruction: Instruction) -> Launch | None:
    if instruction.json is not None:
        return Launch(instruction.json, None, instruction) if instruction.json else None
    return Launch(None, instruction.value, instruction) if instruction.value else None
