"""Finds the callers in a repository: the files that build or run images."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from hardener.errors import HardenError
from hardener.project.callers.callerfile import CallerFile
from hardener.project.callers.model import Callers
from hardener.project.discovery import walk
from hardener.project.gitignore import parse_lines

MAX_BYTES = 1 << 20

_DATA = Path(__file__).parent / "data" / "caller-names.toml"
# the reader of files that only say something of callers beside them
_NO_CALLER = "env"
_LOST = "what it builds or runs isn't known"
_AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Kind:
    """An entry of caller-names.toml; regular expressions that most runs don't need."""

    reader: str
    names: str
    folders: tuple[str, ...]
    holds: bytes
    script: bool

    def fits(self, name: str, folder: str) -> bool:
        """Whether a file may be of this kind; both in lower case, the folder with a final `/`."""
        if self.script and "." in name:
            return False
        if self.folders and not folder.endswith(self.folders):
            return False
        return re.match(self.names, name) is not None


@cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(_DATA.read_text("utf-8"))


@cache
def _kinds() -> tuple[_Kind, ...]:
    return tuple(
        _Kind(
            entry["reader"],
            "|".join(translate(name) for name in entry["names"]),
            tuple(f"/{folder}/" for folder in entry.get("folders", ())),
            "|".join(re.escape(word) for word in entry["holds"]).encode(),
            entry.get("script", False),
        )
        for entry in _data()["kind"]
    )


@dataclass(frozen=True, slots=True)
class MergedNames:
    """The names of the files that are taken by themselves, and of those merged over them."""

    compose: tuple[str, ...]
    compose_overrides: tuple[str, ...]
    bake: tuple[str, ...]
    bake_overrides: tuple[str, ...]


@cache
def merged_names() -> MergedNames:
    """Those of compose files and bake files, in the order in which they are looked for."""
    compose, bake = _data()["merged"]["compose"], _data()["merged"]["bake"]
    return MergedNames(
        tuple(compose["names"]),
        tuple(compose["overrides"]),
        tuple(bake["names"]),
        tuple(bake["overrides"]),
    )


@cache
def _any_name() -> re.Pattern[str]:
    """Matches the names of all kinds that aren't of certain folders."""
    return re.compile("|".join(kind.names for kind in _kinds() if not kind.folders))


@cache
def _kinds_of_folders() -> tuple[_Kind, ...]:
    return tuple(kind for kind in _kinds() if kind.folders)


def find_callers(
    root: Path, *, exclude: Sequence[str] = (), texts: Mapping[str, str] = _AS_THEY_ARE
) -> Callers:
    """The builds and runs that the files below `root` describe.

    The folders are walked as `discover` does: without following links to folders, and without what
    is ignored by git, vendored or excluded. Only files that can be callers by their name are
    opened. What can't be read is a problem; nothing is raised. Neither the network nor the
    environment is looked at, and nothing is executed.

    Args:
        root: the repository's root; paths that lead out of it are not followed.
        exclude: patterns relative to `root`, in .gitignore's syntax.
        texts: what callers, by their paths relative to `root`, are taken to hold instead.
    """
    search = _Search(root, exclude, texts)
    files = list(search.files())
    if all(reader == _NO_CALLER for reader, _ in files):
        return Callers(root, problems=tuple(search.problems))
    # imported late: few repositories have callers, and the readers take longer to load than that
    from hardener.project.callers.read import read_callers

    return read_callers(root, files, search.open, search.problems)


def caller_files(root: Path, *, exclude: Sequence[str] = ()) -> Iterator[CallerFile]:
    """The files below `root` that can be callers, sorted by path; what can't be read is left out.

    Arguments are those of `find_callers`.
    """
    for reader, file in _Search(root, exclude, _AS_THEY_ARE).files():
        if reader != _NO_CALLER:
            yield file


def reader_of(place: str) -> str | None:
    """The name of the reader (caller-names.toml) of a file at a path relative to the root; None
    if it is no caller by its name."""
    folder, _, name = place.rpartition("/")
    kind = _kind(name, f"/{folder}/")
    return None if kind is None else kind.reader


class _Search:
    def __init__(self, root: Path, exclude: Sequence[str], texts: Mapping[str, str]) -> None:
        self.root = root
        self.texts = texts
        self.real = os.path.realpath(root)
        self.excluded = parse_lines(exclude)
        self.problems: list[HardenError] = []

    def files(self) -> Iterator[tuple[str, CallerFile]]:
        """The callers with the names of their readers, sorted by path."""
        for place, kind in sorted(self._candidates(), key=lambda found: found[0].split("/")):
            file = self._read(place, kind)
            if file is not None:
                yield kind.reader, file

    def open(self, place: str) -> CallerFile | None:
        """The file at a path relative to the root, whatever its name; None if it can't be read."""
        return self._read(place, None)

    def _candidates(self) -> Iterator[tuple[str, _Kind]]:
        """Files that can be callers, as paths relative to the root."""
        first = len(self.real.rstrip("/")) + 1
        # `discover` walks the same folders, and tells of those that can't be read
        folders = walk(
            self.real, root=self.real, excluded=self.excluded, told=lambda folder, error: None
        )
        for folder in folders:
            for entry in folder.entries:
                kind = _kind(entry.name, folder.prefix)
                if kind is not None and not folder.skips(entry):
                    yield folder.prefix[first:] + entry.name, kind

    def _read(self, place: str, kind: _Kind | None) -> CallerFile | None:
        path = f"{self.real}/{place}"
        shown = self.root / place
        try:
            real = os.path.realpath(path, strict=True)
            if not real.startswith(self.real.rstrip("/") + "/"):
                self._problem(shown, "symbolic link leads out of the repository and isn't followed")
                return None
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return None
                content = file.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no such path"
            self._problem(shown, f"can't be read: {reason.lower()}")
            return None
        if kind is not None and not _says_something(kind, content):
            return None
        if len(content) > MAX_BYTES:
            self._problem(shown, "is larger than 1 MiB and isn't read")
            return None
        text = self.texts.get(place)
        if text is None:
            text = content.decode("utf-8", "surrogateescape")
        return CallerFile(shown, place, text)

    def _problem(self, path: Path, message: str) -> None:
        self.problems.append(HardenError(f"{message}; {_LOST}", path=str(path)))


def _kind(name: str, folder: str) -> _Kind | None:
    lower = name.lower()
    if _any_name().match(lower):
        kinds = _kinds()
    elif "." not in lower or lower.endswith((".yml", ".yaml")):
        kinds = _kinds_of_folders()
    else:
        return None
    below = folder.lower()
    return next((kind for kind in kinds if kind.fits(lower, below)), None)


def _says_something(kind: _Kind, content: bytes) -> bool:
    if kind.script and not content.startswith(b"#!"):
        return False
    return re.search(kind.holds, content) is not None
