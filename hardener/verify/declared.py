"""What a Dockerfile itself says about the image it builds: names and folders, not its base's."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hardener.dockerfile.assignments import parse_assignments
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.parse import parse
from hardener.dockerfile.scope import Scope
from hardener.verify.inspect import system_folders

_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Declared:
    """What one Dockerfile declares.

    Attributes:
        arguments: names of ARG, anywhere in the file.
        environment, labels: names that ENV and LABEL set in the stage that is built, and in the
            stages it's built on.
        places: folders and files, without leading slash, that are the application's: WORKDIR and
            the destinations of COPY and ADD. A folder of the system is never one of them.
        heredocs: the file has here-documents.
    """

    arguments: frozenset[str] = frozenset()
    environment: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    heredocs: bool = False

    def owns(self, path: str) -> bool:
        """Whether a path of the image (without leading slash) is one of the application's."""
        while path:
            if path in self.places:
                return True
            path = posixpath.dirname(path)
        return False


def declared(text: str, target: str | None, arguments: Mapping[str, str]) -> Declared:
    """Read a Dockerfile's text for the stage that `target` names, or the last one.

    Raises:
        DockerfileError: what BuildKit rejects too.
    """
    dockerfile = parse(text)
    reader = _Reader(dockerfile, arguments)
    stage = dockerfile.stage_named(target) if target else None
    reader.read(stage or dockerfile.stages[-1])
    return Declared(
        frozenset(_names(dockerfile, dockerfile.instructions, "ARG")),
        frozenset(reader.environment),
        frozenset(reader.labels),
        frozenset(reader.places) - system_folders(),
        any(instruction.heredocs for instruction in dockerfile.instructions),
    )


def values_of(text: str, names: Iterable[str], arguments: Mapping[str, str]) -> dict[str, str]:
    """What ARG and ENV of a Dockerfile set these names to: in the first stage that sets one to
    something, as far as that is known. They may be secrets.

    Raises:
        DockerfileError: what BuildKit rejects too.
    """
    dockerfile = parse(text)
    wanted = tuple(names)
    found: dict[str, str] = {}
    for stage in dockerfile.stages:
        scope = _Reader(dockerfile, arguments).read(stage)
        for name in wanted:
            value = scope.expand(f"${{{name}}}").value
            if value:
                found.setdefault(name, value)
    return found


def environment_reading(text: str, names: Iterable[str]) -> frozenset[str]:
    """The names that ENV sets to a value that reads one of these variables.

    Raises:
        DockerfileError: what BuildKit rejects too.
    """
    dockerfile = parse(text)
    wanted = frozenset(names)
    return frozenset(
        found.name
        for instruction in dockerfile.instructions
        if instruction.name == "ENV"
        for found in parse_assignments(
            instruction.value, instruction="ENV", escape=dockerfile.escape
        )
        if not wanted.isdisjoint(_VARIABLE.findall(found.value or ""))
    )


def _names(
    dockerfile: Dockerfile, instructions: tuple[Instruction, ...], keyword: str
) -> Iterator[str]:
    for instruction in instructions:
        if instruction.name == keyword:
            for found in parse_assignments(
                instruction.value, instruction=keyword, escape=dockerfile.escape
            ):
                yield found.name


@dataclass(slots=True)
class _Reader:
    """Follows a stage from its base on, with the variables that hold at each instruction."""

    dockerfile: Dockerfile
    arguments: Mapping[str, str]
    environment: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    _folder: str = "/"

    def read(self, stage: Stage) -> Scope:
        """Read a stage, after the stages of this file that it's built on."""
        base = self.dockerfile.stage_named(stage.image.value, stage.index)
        file = Scope.of_file(escape=self.dockerfile.escape, build_args=self.arguments)
        for instruction in self.dockerfile.preamble:
            file = self._argument(file, instruction)
        scope = file.stage(self.read(base)) if base is not None else file.stage()
        for instruction in stage.instructions:
            scope = self._instruction(scope, instruction)
        return scope

    def _argument(self, scope: Scope, instruction: Instruction) -> Scope:
        if instruction.name != "ARG":
            return scope
        for found in self._assignments(instruction):
            scope = scope.declare_arg(found[0], found[1])
        return scope

    def _assignments(self, instruction: Instruction) -> list[tuple[str, str | None]]:
        return [
            (found.name, found.value)
            for found in parse_assignments(
                instruction.value, instruction=instruction.name, escape=self.dockerfile.escape
            )
        ]

    def _instruction(self, scope: Scope, instruction: Instruction) -> Scope:
        match instruction.name:
            case "ARG":
                return self._argument(scope, instruction)
            case "ENV":
                pairs = [(name, value or "") for name, value in self._assignments(instruction)]
                self.environment.update(name for name, _ in pairs)
                return scope.set_env(pairs)
            case "LABEL":
                names = (scope.expand(name).value for name, _ in self._assignments(instruction))
                self.labels.update(name for name in names if name)
            case "WORKDIR":
                folder = scope.expand(instruction.value).value
                if folder is not None:
                    self._folder = posixpath.normpath(posixpath.join(self._folder, folder))
                    self._place(self._folder)
            case "COPY" | "ADD":
                self._copied(scope, instruction)
        return scope

    def _copied(self, scope: Scope, instruction: Instruction) -> None:
        written = instruction.json or tuple(word.value for word in instruction.words())
        words = [scope.expand(word).value for word in written]
        if len(words) < 2 or words[-1] is None:
            return
        target = posixpath.join(self._folder, words[-1])
        place = posixpath.normpath(target)
        self._place(place)
        if place.lstrip("/") in system_folders():
            # into a folder of the system: only what was copied is the application's
            for source in words[:-1]:
                name = posixpath.basename(source.rstrip("/")) if source else ""
                if name and not set(name) & set("*?["):
                    self._place(posixpath.join(place, name))

    def _place(self, path: str) -> None:
        self.places.add(posixpath.normpath(path).lstrip("/"))
