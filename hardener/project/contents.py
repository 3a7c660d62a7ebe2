"""Walks a build context once: what a build seldom needs, all other files, and whose world it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice

from hardener.errors import HardenError
from hardener.project.context import ROOT, BuildContext
from hardener.project.gopath import compile_match
from hardener.project.ignorable import Ecosystem, Kind, ignorable
from hardener.project.ignorefile import NO_FOLDER, FolderState

# a context with more files, kept folders not counted, isn't looked at file by file
MOST_FILES = 300_000
# so many files of kept folders are counted; beyond that sizes are lower bounds
MOST_COUNTED = 500_000
_HEAD_BYTES = 64 * 1024
_MOST_HIDDEN = 1_000

TELLING = ("ci", "docker")
"""Sections of kinds whose files say something of the project."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a context that a build seldom needs.

    Attributes:
        kind: what it is.
        name: the name of the kind that it has.
        path: relative to the context.
        folder: whether it is a folder.
        files, size: how many files it holds (1 for a file) and their bytes.
        there: False for what isn't there yet, but usual.
    """

    kind: Kind
    name: str
    path: str
    folder: bool
    files: int = 0
    size: int = 0
    there: bool = True

    @property
    def parent(self) -> str:
        """The folder that the first of its names stands in: that of `vendor` for vendor/bundle."""
        parts = self.path.split("/")[: -1 - self.name.count("/")]
        return "/".join(parts) or ROOT


@dataclass(slots=True)
class Contents:
    """What is in a build context, as its ignore file leaves it.

    Attributes:
        found: what a build seldom needs, by path; nothing that is inside another one.
        files: all other files, each with its size in bytes, in no fixed order.
        hidden: files that the ignore file keeps out, as far as no folder around them is kept out;
            what the files of Docker and CI say of a project holds all the same.
        ecosystems: by name, the folders of their manifests; empty for one without manifests.
        workspaces: the folders that speak for packages in folders below.
        problems: folders that can't be read; Docker's build fails on them.
        counted: False if there was too much to count, so that sizes are lower bounds.
    """

    context: BuildContext
    found: list[Found] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)
    hidden: list[tuple[str, int]] = field(default_factory=list)
    ecosystems: dict[str, list[str]] = field(default_factory=dict)
    workspaces: set[str] = field(default_factory=set)
    problems: list[tuple[str, str]] = field(default_factory=list)
    counted: bool = True
    _inside: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def totals(self) -> tuple[int, int]:
        """How many files there are, and their bytes."""
        files = len(self.files) + sum(item.files for item in self.found)
        size = sum(size for _, size in self.files) + sum(item.size for item in self.found)
        return files, size

    def inside(self, item: Found) -> list[tuple[str, int]]:
        """The files of an item that is a folder, and the item itself if it is a file.

        Raises:
            ContextTooLargeError: there are more than MOST_FILES.
        """
        if not item.folder:
            return [(item.path, item.size)]
        if item.path not in self._inside:
            entries = islice(self.context.files_below(item.path), MOST_FILES)
            self._inside[item.path] = [(entry.path, entry.size) for entry in entries]
            if len(self._inside[item.path]) == MOST_FILES:
                raise _too_large(self.context)
        return self._inside[item.path]


class ContextTooLargeError(HardenError):
    """A context holds more files than are looked at one by one."""


def survey(context: BuildContext) -> Contents:
    """Walk the context; folders that a kind names are counted, not listed.

    Raises:
        IgnoreFileError: Docker's build fails on a pattern.
        ContextTooLargeError: it holds more than MOST_FILES files.
        HardenError: the context's own folder can't be read.
    """
    return _Walk(context).run()


def _too_large(context: BuildContext) -> ContextTooLargeError:
    return ContextTooLargeError(
        f"the build context holds more than {MOST_FILES:,} files and isn't looked at file by "
        "file. Keep its largest folders out with an ignore file, then run again",
        path=str(context.folder),
    )


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be read; `above` are the names beside it."""

    path: str
    state: FolderState
    above: frozenset[str]


class _Walk:
    def __init__(self, context: BuildContext) -> None:
        self.context = context
        self.kinds = _kinds()
        self.worlds = _worlds()
        self.real = os.path.realpath(context.folder)
        self.contents = Contents(context)
        self.left_to_count = MOST_COUNTED

    def run(self) -> Contents:
        pending = [_Folder(ROOT, NO_FOLDER, frozenset())]
        while pending:
            pending.extend(self._read(pending.pop()))
        self.contents.found.sort(key=lambda item: item.path)
        for folders in self.contents.ecosystems.values():
            folders.sort()
        return self.contents

    def _read(self, folder: _Folder) -> Iterator[_Folder]:
        contents, ignore = self.contents, self.context.ignore
        listed = self._listed(folder)
        if listed is None:
            return
        names = frozenset(entry.name for entry in listed)
        prefix = "" if folder.path == ROOT else folder.path + "/"
        for entry in listed:
            name, path = entry.name, prefix + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder:
                state = ignore.folder(path, folder.state)
                if not state.entered:
                    self._hide(entry, path, names, folder.above)
                    continue
            elif ignore.entry(path, folder.state).excluded:
                self._hide(entry, path, names, folder.above)
                continue
            kind = self._kind(entry, path, names, folder.above)
            if kind is not None:
                item = Found(kind, kind.names.find(path) or name, path, is_folder)
                counted = self._count(path, state) if is_folder else (1, _size(entry))
                if counted[0]:
                    contents.found.append(replace(item, files=counted[0], size=counted[1]))
            elif is_folder:
                yield _Folder(path, state, names)
            else:
                contents.files.append((path, _size(entry)))
                if self.worlds.may_be(name):
                    self._ecosystem(name, folder.path, names)
        if len(contents.files) > MOST_FILES:
            raise _too_large(self.context)

    def _hide(
        self, entry: os.DirEntry[str], path: str, names: frozenset[str], above: frozenset[str]
    ) -> None:
        if not entry.is_dir(follow_symlinks=False):
            self.contents.hidden.append((path, _size(entry)))
            return
        kind = self._kind(entry, path, names, above)
        if kind is not None and kind.section in TELLING:
            below = islice(BuildContext(self.context.folder).files_below(path), _MOST_HIDDEN)
            self.contents.hidden += [(file.path, file.size) for file in below]

    def _listed(self, folder: _Folder) -> list[os.DirEntry[str]] | None:
        try:
            with os.scandir(self._at(folder.path)) as scanned:
                return list(scanned)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            if folder.path == ROOT:
                raise HardenError(
                    f"the build context can't be read: {reason}. Make the folder readable",
                    path=str(self.context.folder),
                ) from error
            # Docker too goes on where it can't read a folder that is kept out
            if not folder.state.verdict.excluded:
                self.contents.problems.append((folder.path, reason))
            return None

    def _kind(
        self, entry: os.DirEntry[str], path: str, names: frozenset[str], above: frozenset[str]
    ) -> Kind | None:
        for kind in self.kinds.candidates(entry.name):
            name = kind.names.find(path)
            if name is None or kind.but.find(path) is not None or not _is_type(entry, kind):
                continue
            beside = above if "/" in name else names
            if kind.beside.patterns and not kind.beside.any_of(beside):
                continue
            if kind.holds and not self._holds(path, kind.holds):
                continue
            if kind.content is not None:
                head = self.context.head(path, _HEAD_BYTES)
                if head is None or kind.content.search(head) is None:
                    continue
            return kind
        return None

    def _holds(self, path: str, markers: frozenset[str]) -> bool:
        return any(os.path.lexists(f"{self._at(path)}/{marker}") for marker in markers)

    def _count(self, path: str, state: FolderState) -> tuple[int, int]:
        """How many files a folder holds, and their bytes."""
        ignore = self.context.ignore
        files = size = 0
        pending = [(path, state)]
        while pending and self.left_to_count > 0:
            folder, above = pending.pop()
            try:
                with os.scandir(self._at(folder)) as scanned:
                    entries = list(scanned)
            except OSError:
                continue
            self.left_to_count -= len(entries)
            for entry in entries:
                below = f"{folder}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    inner = ignore.folder(below, above)
                    if inner.entered:
                        pending.append((below, inner))
                elif not ignore.patterns or not ignore.entry(below, above).excluded:
                    files += 1
                    size += _size(entry)
        if pending:
            self.contents.counted = False
            files = max(files, 1)
        return files, size

    def _ecosystem(self, name: str, folder: str, names: frozenset[str]) -> None:
        for world in self.worlds.all:
            if world.files.find(name) is None:
                continue
            folders = self.contents.ecosystems.setdefault(world.name, [])
            if world.manifests.find(name) is None:
                continue
            if folders[-1:] != [folder]:
                folders.append(folder)
            path = name if folder == ROOT else f"{folder}/{name}"
            if world.members & names or (
                world.member_word
                and world.member_word in (self.context.head(path, _HEAD_BYTES) or b"")
            ):
                self.contents.workspaces.add(folder)

    def _at(self, path: str) -> str:
        return self.real if path == ROOT else f"{self.real}/{path}"


def _size(entry: os.DirEntry[str]) -> int:
    try:
        if not entry.is_file(follow_symlinks=False):
            return 0
        return entry.stat(follow_symlinks=False).st_size
    except OSError:
        # it went away since the folder was read
        return 0


def _is_type(entry: os.DirEntry[str], kind: Kind) -> bool:
    if not kind.type or entry.is_symlink():
        return True
    return entry.is_dir(follow_symlinks=False) == (kind.type == "folder")


class _KindIndex:
    """The kinds that a name may belong to, without comparing it with every pattern."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._literal: dict[str, list[Kind]] = {}
        globs: list[tuple[str, Kind]] = []
        for kind in kinds:
            for pattern in kind.names.patterns:
                last = pattern.rpartition("/")[2]
                if "*" in last or "?" in last:
                    globs.append((last, kind))
                else:
                    self._literal.setdefault(last, []).append(kind)
        self._globs = [(compile_match(last), kind) for last, kind in globs]
        self._any_glob = _alternation(last for last, _ in globs)

    def candidates(self, name: str) -> Sequence[Kind]:
        literal = self._literal.get(name, ())
        if self._any_glob.fullmatch(name) is None:
            return literal
        globbed = [kind for regex, kind in self._globs if regex.fullmatch(name)]
        return sorted({kind.number: kind for kind in (*literal, *globbed)}.values(), key=_number)


@cache
def _kinds() -> _KindIndex:
    return _KindIndex(ignorable().kinds)


def _number(kind: Kind) -> int:
    return kind.number


class _EcosystemIndex:
    def __init__(self, worlds: Iterable[Ecosystem]) -> None:
        self.all = tuple(worlds)
        self._any = _alternation(name for world in self.all for name in world.files.patterns)

    def may_be(self, name: str) -> bool:
        """Whether a file of this name shows an ecosystem."""
        return self._any.fullmatch(name) is not None


@cache
def _worlds() -> _EcosystemIndex:
    return _EcosystemIndex(ignorable().ecosystems.values())


def _alternation(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(compile_match(pattern).pattern for pattern in patterns), re.DOTALL)
