"""What the Dockerfiles of a build context take out of it, and what their RUNs make again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from hardener.analysis.calls import Call
from hardener.analysis.paths import below, joined, name_of
from hardener.analysis.read import read_stage
from hardener.analysis.stage import StageModel
from hardener.analysis.steps import Copied, Ran, Step, copied, expanded, ran
from hardener.dockerfile.expand import ExpansionError, find_substitutions
from hardener.dockerfile.images import base_stage
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.project.context import inside
from hardener.project.mentions import Text
from hardener.project.overlap import Relation, relations, segments

# what ADD fetches (BuildKit, frontend/dockerfile/instructions/parse.go)
_REMOTE = ("http://", "https://", "git://", "ssh://", "git@", "github.com/")
_GLOB = re.compile(r"[*?\[\]\\]")
# stands in a source for a variable that isn't known
_ANYTHING = "\0"
# programs that run another one with the words behind: `bundle exec`, `python -m`, `php composer`
_RUNNERS = {("bundle", "exec"), ("poetry", "run"), ("uv", "run"), ("pipenv", "run"), ("pdm", "run")}
_INTERPRETER = re.compile(r"(?:python|pypy|php)[\d.]*")

Paths = tuple[tuple[str, ...], ...]
"""What a source may name: patterns as segments (see project/overlap.py)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stage of one of the Dockerfiles, by their numbers."""

    file: int
    stage: int


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a COPY or ADD, or a bind mount of a RUN, that comes out of the context.

    Attributes:
        at: the stage it stands in.
        where: `file:line`.
        keyword: COPY, ADD or RUN.
        written: as it stands in the file.
        paths: what it may name; no segments for all of the context. Several where a variable
            isn't known.
        known: whether all its variables are known.
        target: where it goes in the image, absolute; None where that isn't known.
    """

    at: Place
    where: str
    keyword: str
    written: str
    paths: Paths
    known: bool
    target: str | None

    @property
    def whole(self) -> bool:
        """Whether it takes the whole context."""
        return () in self.paths

    def relations(self, path: str) -> frozenset[Relation]:
        """`equal` if it names the path, `covers` if it names the path or something in it, `inside`
        if the path is in a folder that it names."""
        literal = literal_segments(path)
        return frozenset().union(*(relations(literal, item) for item in self.paths))

    def place(self, path: str) -> str | None:
        """Where a path in a folder that it names comes to stand; None where that isn't known."""
        if self.target is None or not self.known:
            return None
        rest = path.split("/")[len(self.paths[0]) :]
        return joined(self.target, "/".join(rest)) if rest else self.target


@lru_cache(maxsize=1 << 16)
def literal_segments(path: str) -> tuple[str, ...]:
    """A path as segments of a pattern that matches nothing else."""
    return tuple(_GLOB.sub(r"\\\g<0>", name) for name in path.split("/"))


class Intake:
    """The Dockerfiles of one context.

    Args:
        dockerfiles: each with the name it is shown by.
    """

    def __init__(self, dockerfiles: Sequence[tuple[str, Dockerfile]]) -> None:
        self.dockerfiles = tuple(dockerfiles)
        self._models: dict[Place, StageModel] = {}
        self._ran: dict[tuple[int, int], Ran] = {}
        self._ends: dict[Place, tuple[Place, ...]] = {}

    def model(self, place: Place) -> StageModel:
        """The stage with all that it is built on."""
        if place not in self._models:
            dockerfile = self.dockerfiles[place.file][1]
            self._models[place] = read_stage(dockerfile, dockerfile.stages[place.stage])
        return self._models[place]

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """All that is taken out of the context, ONBUILD's included."""
        return tuple(
            source
            for place in self.places
            for step in self.model(place).own_steps
            for source in self._sources(place, step)
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All stages."""
        return tuple(
            Place(number, stage.index)
            for number, (_, dockerfile) in enumerate(self.dockerfiles)
            for stage in dockerfile.stages
        )

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """What the instructions say, FROM and the sources and targets of COPY left out."""
        return tuple(
            Text(
                name,
                text.encode("utf-8", "surrogateescape"),
                item.first_line,
                (item.inner or item).name,
            )
            for name, dockerfile in self.dockerfiles
            for stage in dockerfile.stages
            for item in stage.instructions
            if (text := _said(dockerfile, item))
        )

    @cached_property
    def commands(self) -> bytes:
        """All of that in one."""
        return b"\n".join(text.content for text in self.texts)

    def runs(self, place: Place, *words: str) -> Iterator[tuple[Step, Ran]]:
        """The RUNs of a stage and of those that it is built on in whose text a word stands.

        Shell code takes long to read, so that it is worth asking for less.
        """
        dockerfile = self.dockerfiles[place.file][1]
        for step in self.model(place).steps:
            span = step.instruction.span
            if step.instruction.name != "RUN":
                continue
            if not any(dockerfile.text.find(word, span.start, span.end) >= 0 for word in words):
                continue
            key = place.file, span.start
            if key not in self._ran:
                self._ran[key] = ran(dockerfile, step)
            yield step, self._ran[key]

    def copies(self, place: Place) -> Iterator[Copied]:
        """What is copied from other stages, into a stage and into those that it is built on."""
        dockerfile = self.dockerfiles[place.file][1]
        for step in self.model(place).steps:
            if step.instruction.name == "COPY" and step.instruction.flag("from") is not None:
                yield copied(dockerfile, step)

    def where(self, place: Place, instruction: Instruction) -> str:
        """An instruction as `file:line`."""
        return f"{self.dockerfiles[place.file][0]}:{instruction.first_line}"

    def ends(self, place: Place) -> tuple[Place, ...]:
        """The stages that a stage lives on in and that are used: the ends of what is built on it,
        and those that others copy from."""
        if place not in self._ends:
            stages = self.dockerfiles[place.file][1].stages[place.stage :]
            self._ends[place] = tuple(
                Place(place.file, stage.index)
                for stage in stages
                if place.stage in self._chain(place.file, stage)
                and self._is_used(place.file, stage)
            )
        return self._ends[place]

    def _chain(self, file: int, stage: Stage) -> list[int]:
        """The numbers of a stage and of those it is built on."""
        dockerfile = self.dockerfiles[file][1]
        chain = [stage.index]
        found: Stage | None = stage
        while found is not None and (found := base_stage(dockerfile, found)) is not None:
            chain.append(found.index)
        return chain

    def _is_used(self, file: int, stage: Stage) -> bool:
        dockerfile = self.dockerfiles[file][1]
        later = dockerfile.stages[stage.index + 1 :]
        built_on = any(base_stage(dockerfile, other) is stage for other in later)
        return not built_on or any(
            copy.stage is stage for other in later for copy in self.copies(Place(file, other.index))
        )

    def _sources(self, place: Place, step: Step) -> Iterator[Source]:
        instruction = step.instruction.inner or step.instruction
        dockerfile = self.dockerfiles[place.file][1]
        windows = dockerfile.escape == "`"
        where = self.where(place, step.instruction)
        if instruction.name in ("ADD", "COPY") and instruction.flag("from") is None:
            words = instruction.json or tuple(word.value for word in instruction.words())
            last = expanded(step.scope, words[-1]) if words else None
            target = None if last is None else joined(step.folder, last)
            heredocs = {item.name for item in instruction.heredocs}
            for word in words[:-1]:
                if word.startswith("<<") and word[2:].lstrip("-").strip("'\"") in heredocs:
                    continue
                if word.startswith(_REMOTE):
                    continue
                paths, known = _named(step, word.replace("\\", "/") if windows else word)
                yield Source(place, where, instruction.name, word, paths, known, target)
        elif instruction.name == "RUN":
            for flag in instruction.flags_named("mount"):
                options = _mount_options(flag.value or "")
                if options.get("type", "bind") != "bind" or "from" in options:
                    continue
                word = options.get("source", options.get("src", "."))
                paths, known = _named(step, word)
                goal = options.get("target", options.get("dst", options.get("destination", "")))
                last = expanded(step.scope, goal)
                target = None if last is None else joined(step.folder, last)
                yield Source(place, where, "RUN", word, paths, known, target)


def _named(step: Step, word: str) -> tuple[Paths, bool]:
    """What a source may name, and whether all its variables are known."""
    value = expanded(step.scope, word)
    if value is not None:
        found = segments(inside(value))
        return (() if found == ("*",) else found,), True
    pattern = _with_gaps(step, word)
    if pattern is None:
        return (("**",),), False
    # a variable stands for a part of a name, or for several names
    kinds = pattern.replace(_ANYTHING, "*"), _spread(pattern)
    return tuple(segments(inside(kind)) for kind in kinds), False


def _spread(pattern: str) -> str:
    """The pattern with any number of names in place of each variable."""
    names = []
    for name in pattern.split("/"):
        if _ANYTHING in name:
            first, *_, last = name.split(_ANYTHING)
            names += [f"{first}*"] * bool(first) + ["**"] + [f"*{last}"] * bool(last)
        else:
            names.append(name)
    return "/".join(names)


def _with_gaps(step: Step, word: str) -> str | None:
    """The word with a sign for each variable that isn't known; None where it can't be read."""
    try:
        found = [item for item in find_substitutions(word) if item.depth == 0]
    except ExpansionError:
        return None
    parts, reached = [], 0
    for item in found:
        text = word[item.start : item.end]
        if expanded(step.scope, text) is None:
            parts += [word[reached : item.start], _ANYTHING]
            reached = item.end
    return expanded(step.scope, "".join([*parts, word[reached:]]))


def _mount_options(value: str) -> dict[str, str]:
    """The options of a --mount. Source: BuildKit instructions/commands_runmount.go."""
    fields = next(csv.reader([value]), [])
    pairs = (item.partition("=") for item in fields)
    return {key.strip().lower(): text for key, _, text in pairs}


def _said(dockerfile: Dockerfile, instruction: Instruction) -> str:
    bodies = [item.body.of(dockerfile.text) for item in instruction.heredocs]
    inner = instruction.inner or instruction
    if inner.name in ("ADD", "COPY"):
        return "\n".join(bodies)
    return "\n".join([instruction.logical.text, *bodies])


def unwrapped(call: Call) -> tuple[str, list[str | None]] | None:
    """The name and the arguments of what a call comes to: `python -m pip install` is pip's."""
    words = list(call.words)
    name = call.name
    if name is None:
        return None
    if len(words) > 2 and (name, words[1]) in _RUNNERS:
        words, name = words[2:], name_of(words[2] or "")
    if _INTERPRETER.fullmatch(name) and len(words) > 1:
        rest = words[2:] if words[1] == "-m" else words[1:]
        if rest and rest[0] and not rest[0].startswith("-"):
            words, name = rest, name_of(rest[0])
    return name, words[1:]


def clone_target(call: Call) -> str | None:
    """Where a `git clone` puts the repository."""
    operands = call.operands("-b", "--branch", "--depth", "-o", "--origin", "-c", "--config", "-j")
    if call.name != "git" or operands[:1] != ["clone"] or len(operands) < 2:
        return None
    name = name_of(operands[1].rstrip("/")).removesuffix(".git")
    return joined(call.folder, operands[2] if len(operands) > 2 else name)


def stands_in(path: str | None, folder: str) -> bool:
    """Whether a path of the image is the folder or below it; true where it isn't known."""
    return path is None or below(path, folder) is not None
