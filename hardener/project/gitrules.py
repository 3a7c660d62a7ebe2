"""Says whether something in a folder belongs to its git repository, or only to this machine."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from hardener.project.discovery import repository_root
from hardener.project.gitignore import GitIgnore, parse_gitignore
from hardener.project.gitindex import GitIndex, read_index

_MOST_BYTES = 1 << 20
_MOST_INDEX_BYTES = 64 << 20
_NOTHING = GitIgnore(())


class GitRules:
    """The index and the .gitignore files of a repository, seen from a folder in it.

    Each file is read when it is first asked for. The user's own excludes file isn't looked at:
    what it says differs from machine to machine.

    Args:
        folder: the folder that paths are relative to.
    """

    def __init__(self, folder: Path) -> None:
        self._root = os.path.realpath(repository_root(folder))
        real = os.path.realpath(folder)
        inside = real == self._root or real.startswith(self._root.rstrip("/") + "/")
        self._prefix = real[len(self._root) :].strip("/") if inside else ""
        if not inside:
            self._root = real
        self._rules: dict[str, GitIgnore] = {}
        self._ignored: dict[str, bool] = {}

    def local(self, path: str, *, folder: bool) -> bool | None:
        """Whether `path`, something that is there, isn't tracked by git, so that a fresh clone
        doesn't have it. Where no index can be read: whether git would ignore it; None where no
        .gitignore above it says anything either."""
        if self._index is not None:
            return not self._index.tracks(self._full(path))
        return self.ignored(path, folder=folder)

    def ignored(self, path: str, *, folder: bool) -> bool | None:
        """Whether git ignores `path`, given with `/` between names, there or not.

        None where no .gitignore above it says anything, so that nothing is known.

        Source: git's Documentation/gitignore.txt.
        """
        full = self._full(path)
        if self._verdict(full, folder):
            return True
        spoken = (self._rules_in(place).patterns for place in _folders_above(full))
        return False if any(spoken) else None

    def _full(self, path: str) -> str:
        return f"{self._prefix}/{path}" if self._prefix else path

    @cached_property
    def _index(self) -> GitIndex | None:
        content = self._content(".git/index", _MOST_INDEX_BYTES)
        return None if content is None else read_index(content)

    def _verdict(self, path: str, folder: bool) -> bool:
        above = path.rpartition("/")[0]
        if above:
            if above not in self._ignored:
                self._ignored[above] = self._verdict(above, folder=True)
            # nothing below an ignored folder can be taken back
            if self._ignored[above]:
                return True
        for place in _folders_above(path):
            below = path[len(place) + 1 :] if place else path
            found = self._rules_in(place).verdict(below, folder=folder)
            if found is not None:
                return found
        found = self._rules_at(".git/info/exclude").verdict(path, folder=folder)
        return bool(found)

    def _rules_in(self, folder: str) -> GitIgnore:
        return self._rules_at(f"{folder}/.gitignore" if folder else ".gitignore")

    def _rules_at(self, name: str) -> GitIgnore:
        if name not in self._rules:
            self._rules[name] = self._read(name)
        return self._rules[name]

    def _read(self, name: str) -> GitIgnore:
        content = self._content(name, _MOST_BYTES)
        return _NOTHING if content is None else parse_gitignore(content)

    def _content(self, name: str, most: int) -> bytes | None:
        try:
            # git doesn't follow a .gitignore that is a symbolic link
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(f"{self._root}/{name}", flags)
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(most + 1)
        except OSError:
            # no such file, a folder of that name, or unreadable: git too goes on without it
            return None
        return content if len(content) <= most else None


def _folders_above(path: str) -> list[str]:
    """The folders that `path` stands in, the nearest first; "" for the root."""
    return ["", *(path[:at] for at, char in enumerate(path) if char == "/")][::-1]
