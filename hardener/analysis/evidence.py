"""What the build context tells of the files that a container writes and can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hardener.analysis.analysis import Analysis
from hardener.analysis.expressions import Place
from hardener.analysis.knowledge import table
from hardener.analysis.owners import is_open
from hardener.analysis.paths import joined, parent
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Program
from hardener.analysis.steps import Copied
from hardener.analysis.writes import (
    MOST_FILE_BYTES,
    Write,
    is_interpreted,
    is_left_out,
    language_of,
    needs_in,
    writes_in,
)

# beyond these the context counts as not wholly seen
MOST_FILES = 500
MOST_BYTES = 6 * 1024 * 1024
MOST_ENTRIES = 20_000

State = Literal["seen", "partial", "unseen"]


@dataclass(frozen=True, slots=True)
class Written:
    """A path of the image that the program writes.

    `folder` is true where the path is a folder in which files come to be, `where` the place in the
    sources, `exists` whether the build context brings it along.
    """

    path: str
    folder: bool
    where: str
    exists: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sources tell.

    Attributes:
        state: `seen` where all sources of the program have been read.
        written: what is written at places that can be told.
        untold: where in the sources something is written at a place that can't be told.
        needs: what only root may do, each as `what (file:line)`.
    """

    state: State
    written: tuple[Written, ...] = ()
    untold: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def evidence_of(analysis: Analysis, model: StageModel, programs: Sequence[Program]) -> Evidence:
    """Read the sources that the programs of a container run."""
    context = analysis.context
    feeding = analysis.feeding(model)
    copies = [copy for item in feeding for copy in item.copies if copy.from_context]
    if context is None or not all(analysis.holds(copy) for copy in copies):
        return Evidence("unseen")
    languages = _languages_of(programs)
    paths, whole = _source_files(analysis, copies, languages)
    if not paths and any(program.kind in ("runtime", "own", "server") for program in programs):
        return Evidence("unseen")
    reader = _Reader(analysis, model)
    for path in paths:
        reader.read(path)
    return Evidence(
        "seen" if whole else "partial",
        tuple(dict.fromkeys(reader.written)),
        tuple(dict.fromkeys(reader.untold)),
        tuple(dict.fromkeys(reader.needs)),
    )


def _languages_of(programs: Sequence[Program]) -> frozenset[str]:
    """The languages whose sources the programs run; empty for all."""
    known = table("languages")
    found: set[str] = set()
    for program in programs:
        if program.kind == "own":
            found.update(known["built"])
            continue
        speaks = [
            language
            for language, names in known.items()
            if language != "built" and program.name.rstrip(".0123456789") in names
        ]
        if not speaks and program.kind != "recipe":
            return frozenset()
        found.update(speaks)
    return frozenset(found)


def _source_files(
    analysis: Analysis, copies: Sequence[Copied], languages: frozenset[str]
) -> tuple[list[str], bool]:
    """The source files that get into the image or into what it is built from, and whether all."""
    context = analysis.context
    assert context is not None
    paths: dict[str, None] = {}
    size = entries = 0
    tops = {
        found
        for copy in copies
        for source in copy.sources
        if source is not None and "://" not in source
        for found in context.sources(source)
    }
    for top in sorted(tops):
        if any(top != other and (other == "." or top.startswith(other + "/")) for other in tops):
            continue
        found = context.entry(top)
        if found is None:
            continue
        for entry in [found] if found.kind == "file" else context.files_below(top):
            entries += 1
            if entries > MOST_ENTRIES:
                return sorted(paths), False
            language = language_of(entry.path)
            if entry.kind != "file" or language is None or is_left_out(entry.path):
                continue
            if languages and language not in languages:
                continue
            size += entry.size
            if len(paths) >= MOST_FILES or size > MOST_BYTES or entry.size > MOST_FILE_BYTES:
                return sorted(paths), False
            paths[entry.path] = None
    return sorted(paths), True


class _Reader:
    """Reads source files and keeps what they write."""

    def __init__(self, analysis: Analysis, model: StageModel) -> None:
        self.written: list[Written] = []
        self.untold: list[str] = []
        self.needs: list[str] = []
        self._analysis = analysis
        self._model = model

    def read(self, path: str) -> None:
        """Look through one file of the context."""
        context, language = self._analysis.context, language_of(path)
        content = None if context is None else context.head(path, MOST_FILE_BYTES)
        if content is None or language is None:
            return
        text = content.decode("utf-8", "replace")
        for need in needs_in(text, language):
            self.needs.append(f"{path}:{need.line} {need.what}")
        for write in writes_in(text, language, self._model.environment):
            self._keep(write, path, f"{path}:{write.line}", is_interpreted(language))

    def _keep(self, write: Write, path: str, where: str, interpreted: bool) -> None:
        place = write.place
        if place is not None and place.start == "open":
            return
        at = None if place is None else self._in_image(place, path, interpreted)
        if at is None or place is None:
            self.untold.append(where)
            return
        if is_open(at):
            return
        folder = write.folder or not place.exact
        exists = self._analysis.origin(self._model, at) is not None
        self.written.append(Written(at, folder, where, exists))

    def _in_image(self, place: Place, path: str, interpreted: bool) -> str | None:
        if place.start == "root":
            return joined("/", place.path)
        if place.start == "folder":
            return joined(self._model.end.folder, place.path)
        # what is compiled doesn't know where its source stood
        if not interpreted:
            return None
        for at in self._analysis.places(self._model, path):
            return joined(parent(at), place.path)
        return None


def closed_copies(analysis: Analysis, model: StageModel) -> Iterator[tuple[Copied, str]]:
    """COPYs of the context that bring along something which its owner may read or run, and others
    may not, with the first such path; those with --chmod or --chown of their own aren't meant."""
    context = analysis.context
    if context is None:
        return
    for copy in model.copies:
        if not copy.from_context or copy.mode is not None or copy.owner is not None:
            continue
        for source in copy.sources:
            if source is None or "://" in source:
                continue
            path = next(
                (path for top in context.sources(source) for path in _closed(analysis, top)), None
            )
            if path is not None:
                yield copy, path
                break


def _closed(analysis: Analysis, top: str) -> Iterator[str]:
    context = analysis.context
    assert context is not None
    folders: set[str] = set()
    entries = context.files_below(top) if context.kind(top) == "folder" else iter(())
    for path in (top, *(entry.path for entry, _ in zip(entries, range(5000), strict=False))):
        folder = path.rpartition("/")[0]
        for item in (path, *([folder] if folder and folder not in folders else [])):
            folders.add(folder)
            if item != "." and _is_closed(analysis.mode(item)):
                yield item


def _is_closed(mode: int | None) -> bool:
    """Whether the owner may read or run what others may not."""
    return mode is not None and bool((mode >> 6) & 0o5 & ~(mode & 0o7))
