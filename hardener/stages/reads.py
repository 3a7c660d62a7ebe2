"""Files of the image that a compiled program opens when it runs, traced from the strings it has."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from hardener.analysis.calls import Call
from hardener.analysis.paths import below, is_below, joined, name_of, parent
from hardener.analysis.steps import Copied
from hardener.dockerfile.nodes import Instruction
from hardener.project.context import ContextEntry
from hardener.project.ecosystems.sources import Literal
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of
from hardener.stages.model import Artifact, Refusal
from hardener.stages.patterns import folder_of, name_pattern, parts_of, with_wildcards

# a string that may be a path, or a pattern of paths
_PATHLIKE = re.compile(r"(?:file://)?[\w./*+@~%{}$-]{1,200}")
_OF_THE_KERNEL = ("/dev", "/proc", "/sys")
_MOST_ENTRIES = 40_000


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of the build context that stand in the image when the build is over.

    `files` maps the place in the image to the path in the context.
    """

    files: dict[str, str]

    def below(self, folder: str) -> Iterator[tuple[str, str]]:
        """The files in a folder and its folders."""
        for place, path in self.files.items():
            if below(place, folder):
                yield place, path


def tree_of(candidate: Candidate) -> Tree | None:
    """What the stage's COPYs put into the image; None where that can't be told."""
    context = candidate.context
    if context is None:
        return None
    files: dict[str, str] = {}
    for copy in candidate.model.copies:
        if copy.stage is not None or copy.image or copy.instruction in candidate.tail:
            continue
        if copy.target is None or None in copy.sources:
            return None
        for source in copy.sources:
            if source is None or "://" in source:
                continue
            for found in context.sources(source):
                for entry, rest in _entries(candidate, found):
                    place = _place(copy, found, rest)
                    if place is not None:
                        files[place] = entry.path
                    if len(files) > _MOST_ENTRIES:
                        return None
    return Tree(files)


def _entries(candidate: Candidate, found: str) -> Iterator[tuple[ContextEntry, str]]:
    context = candidate.context
    assert context is not None
    entry = context.entry(found)
    if entry is None:
        return
    if entry.kind != "folder":
        yield entry, ""
        return
    for item in context.files_below(found):
        yield item, item.path if found == "." else item.path[len(found) + 1 :]


def _place(copy: Copied, found: str, rest: str) -> str | None:
    assert copy.target is not None
    if rest:
        return joined(copy.target, rest)
    return joined(copy.target, name_of(found)) if copy.into else copy.target


@dataclass(frozen=True, slots=True)
class Code:
    """What is left out of a trace.

    Attributes:
        endings: of source files, which the program doesn't open.
        names: of files that only the build reads.
        embedded: patterns of files, from the context's root, that are in the program itself.
        stems: endings of files that are looked for without them; empty where they aren't.
    """

    endings: tuple[str, ...]
    names: frozenset[str] = frozenset()
    embedded: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()


def read_files(
    candidate: Candidate, tree: Tree, literals: Iterable[Literal], code: Code
) -> tuple[Artifact, ...]:
    """The files and folders of the context that the program may open, by their places in the image.

    Strings that name nothing of the context are left aside; where two mean the same file, or one a
    folder and the other a file in it, the folder is taken.
    """
    found: dict[str, Artifact] = {}
    places = _Places.of(tree, code)
    words = [Literal(text, place) for text, place in candidate.arguments()]
    words += [Literal(volume.path, "VOLUME") for volume in candidate.model.volumes]
    for literal in divided((*words, *literals)):
        text = literal.text.removeprefix("file://")
        if text.strip("./*") == "":
            continue
        if not _PATHLIKE.fullmatch(literal.text):
            # with blanks in it, it is taken only for what it names exactly
            place = joined(candidate.folder, text)
            meant = [place] if place is not None and places.holds(place) else []
        else:
            meant = list(_meant(candidate, text, places, code))
        for place in meant:
            if place not in found:
                found[place] = Artifact(place, place, literal.place, place in places.folders)
    for item in _of_other_stages(candidate, [*divided((*words, *literals))], code, tree):
        found.setdefault(item.target, item)
    return tuple(
        item
        for place, item in sorted(found.items())
        if not any(folder in found for folder in _above(place))
    )


def divided(literals: Iterable[Literal]) -> Iterator[Literal]:
    """The strings, and the paths that stand in them."""
    for literal in literals:
        for text in parts_of(literal.text):
            yield Literal(text, literal.place)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where in the image files and folders stand that a program may open, also by their names."""

    files: frozenset[str]
    folders: frozenset[str]
    named: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, tree: Tree, code: Code) -> _Places:
        """The places of all files that aren't code, and of the folders above them."""
        files = [place for place, path in tree.files.items() if not _is_code(path, code)]
        folders = {folder for place in files for folder in _above(place)}
        named: dict[str, list[str]] = {}
        for place in (*files, *sorted(folders)):
            named.setdefault(name_of(place), []).append(place)
        return cls(
            frozenset(files),
            frozenset(folders),
            {name: tuple(places) for name, places in named.items()},
        )

    def holds(self, place: str) -> bool:
        """Whether a file or folder stands there."""
        return place in self.files or place in self.folders


def _of_other_stages(
    candidate: Candidate, literals: Iterable[Literal], code: Code, tree: Tree
) -> Iterator[Artifact]:
    """What the builder copies from other stages and images, or fetches with ADD: where the program
    works, or where it is told to look; what is in it isn't known, so the whole is taken. And the
    files that the Dockerfile itself holds, all of them."""
    named = {
        path: literal.place
        for literal in literals
        if (path := joined(candidate.folder, literal.text)) is not None
    }
    roots = {at.removesuffix(path) for at, path in tree.files.items() if at.endswith(path)}
    for copy in candidate.copies:
        if copy.target is None or copy.instruction in candidate.tail:
            continue
        for name, _ in copy.inline:
            place = f"{copy.target}/{name}" if copy.into else copy.target
            yield Artifact(place, place, f"line {copy.instruction.first_line}")
        sources = [item for item in copy.sources if item]
        if copy.from_context:
            sources = [item for item in sources if "://" in item]
        if not sources:
            continue
        names = [name_of(item.rstrip("/")) for item in sources]
        places = [f"{copy.target}/{name}" for name in names] if copy.into else [copy.target]
        for place in places:
            if _is_embedded(place, code, roots):
                continue
            why = next((at for path, at in named.items() if is_below(path, place)), None)
            if why is not None or (candidate.folder and below(place, candidate.folder)):
                line = f"line {copy.instruction.first_line}"
                yield Artifact(place, place, why or line, folder=not copy.into)


def _is_embedded(place: str, code: Code, roots: Collection[str]) -> bool:
    """Whether a place of the image is one that the program takes in when it is compiled.

    `roots` are the places where the context's own folder comes to stand.
    """
    return any(
        _matches(inside, pattern) or _matches(pattern, inside)
        for root in roots
        if is_below(place, root.rstrip("/") or "/")
        for inside in [place[len(root) :].lstrip("/")]
        for pattern in code.embedded
    )


def _meant(candidate: Candidate, text: str, places: _Places, code: Code) -> Iterator[str]:
    """The places in the image that a string may mean."""
    text = with_wildcards(text)
    yield from _like(candidate, text, places)
    if "*" in text:
        text = parent(text.partition("*")[0]) if "/" in text else "."
        if text.strip("./") == "":
            return
    clean = text.rstrip("/")
    absolute = clean.startswith("/")
    told = [joined(candidate.folder, clean)]
    if absolute and candidate.analysis.supplier(candidate.model, clean) is None:
        # a path below a folder that the program is told, such as a root of its own
        told.append(joined(candidate.folder, clean.lstrip("/")))
    for place in told:
        if place is not None and place != "/" and places.holds(place):
            yield place
    if not any(place is not None and places.holds(place) for place in told):
        yield from _written_to(candidate, clean, places)
    if absolute:
        return
    tail = joined("/", clean)
    if tail is None:
        return
    name = name_of(clean)
    if "/" in clean.removeprefix("./") or "." in name.strip("."):
        yield from (place for place in places.named.get(name, ()) if place.endswith(tail))
    for ending in code.stems:
        yield from places.named.get(name + ending, ())


def _written_to(candidate: Candidate, text: str, places: _Places) -> Iterator[str]:
    """The folder of a file that isn't there yet, for the program may make it."""
    place, folder = joined(candidate.folder, text), joined(candidate.folder, folder_of(text) or ".")
    if folder is None or folder not in places.folders or is_below(candidate.folder or "/", folder):
        return
    others = (copy.target for copy in candidate.copies if not copy.from_context)
    if not any(place and other and is_below(place, other) for other in others):
        yield folder


def _like(candidate: Candidate, text: str, places: _Places) -> Iterator[str]:
    """The files whose names a string is a part or a pattern of; where it holds no more of them
    than their ending, those in the working directory."""
    pattern = name_pattern(text)
    if pattern is None:
        return
    *folders, _ = text.split("/")
    anywhere = not pattern.startswith("*.") and not any(folders)
    for place in sorted(places.files):
        if fnmatchcase(name_of(place), pattern):
            if parent(place) == candidate.folder or anywhere:
                yield place
            elif folders[:1] == ["*"] and not is_below(candidate.folder or "/", parent(place)):
                # the folder is put in as well
                yield parent(place)


def _above(place: str) -> Iterator[str]:
    while (place := parent(place)) != "/":
        yield place


def _is_code(path: str, code: Code) -> bool:
    name = name_of(path)
    if name.endswith(code.endings) or name in code.names:
        return True
    return any(_matches(path, pattern) for pattern in code.embedded)


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern of files takes a file, or a folder that it stands in."""
    parts = path.split("/")
    wanted = pattern.split("/")
    return len(parts) >= len(wanted) and all(
        fnmatchcase(part, want) for part, want in zip(parts, wanted, strict=False)
    )


def found_beside(candidate: Candidate, tree: Tree, names: Sequence[str]) -> Iterator[Artifact]:
    """The files and folders of these names in the working directory of the container."""
    for name in names:
        path = joined(candidate.folder, name)
        if path is None:
            continue
        if path in tree.files:
            yield Artifact(path, path, "looked for there")
        elif any(tree.below(path)):
            yield Artifact(path, path, "looked for there", folder=True)


def made_by_runs(
    candidate: Candidate, words: Sequence[str], outputs: Collection[str] = ()
) -> Refusal | None:
    """Whether one of these words, or a VOLUME, names what a RUN makes, which isn't traced.

    `outputs` are paths that the build makes; they aren't looked at.
    """
    made: dict[str, Instruction] = {}
    volumes = {volume.path for volume in candidate.model.volumes}
    for run in candidate.runs:
        if run.instruction in (*candidate.setup, *candidate.tail):
            continue
        for call in run.calls:
            makes = effect_of(call) in ("files", "fetch", "project", "unknown")
            for path in (*(_made_by(call) if makes else ()), *_written_by(call)):
                # the engine makes the folder of a volume itself
                if call.name == "mkdir" and path in volumes:
                    continue
                if path not in outputs and path != "/":
                    made.setdefault(path, run.instruction)
    parts = (part for word in words for part in parts_of(word))
    for word in dict.fromkeys((*parts, *volumes)):
        meant = joined(candidate.folder, word) if _PATHLIKE.fullmatch(word) else None
        if meant is None or word.strip("./") == "":
            continue
        for place, instruction in made.items():
            if meant == place or (below(meant, place) and not _has_sources(candidate, place)):
                return Refusal("written_by_build", f"{meant} (line {instruction.first_line})")
    return None


def _made_by(call: Call) -> Iterator[str]:
    """The files and folders that a command makes, as far as its words say."""
    operands = [path for item in call.operands() if (path := joined(call.folder, item))]
    if call.name in ("cp", "mv", "install", "ln") and len(operands) > 1:
        *sources, target = operands
        written = call.operands()[-1]
        for source in sources:
            yield f"{target.rstrip('/')}/{name_of(source)}"
        if not written.endswith(("/", ".")) and target != call.folder:
            yield target
    elif call.name not in ("chmod", "chown", "chgrp", "rm", "rmdir", "sed", "patch"):
        yield from operands


def _written_by(call: Call) -> Iterator[str]:
    """The files that the output of a command goes to, whatever the command is."""
    for item in call.writes:
        place = joined(call.folder, item) if item else None
        if place is not None and not any(is_below(place, folder) for folder in _OF_THE_KERNEL):
            yield place


def _has_sources(candidate: Candidate, folder: str) -> bool:
    """Whether COPY puts files into a folder, or into one below it."""
    return any(copy.target and is_below(copy.target, folder) for copy in candidate.model.copies)
