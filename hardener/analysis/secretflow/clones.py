"""Keeps the login of a URL out of what git fetches: `git clone` writes the URL down."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hardener.analysis.paths import name_of
from hardener.analysis.secretflow.code import RunCode
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.shell import Command, Word

_URL = re.compile(r"(https?://)([^\s/@'\"]+)@([^/\s'\"@]+/)")
_KEEPS_URL = frozenset({"clone", "remote", "submodule"})


@dataclass(frozen=True, slots=True)
class Clone:
    """One `git clone` of a URL with a login.

    `-c url.….insteadOf=…` before the command holds for the call alone, and the URL that is written
    down is the one without the login (git-config(1), url.<base>.insteadOf).
    """

    program: Word
    url: Word

    def edits(self) -> Iterator[Edit]:
        """Put the login in front, and take it out of the URL."""
        found = _URL.search(self.url.raw)
        if found is None:
            return
        scheme, login, host = found.groups()
        at = self.program.end
        setting = f'"url.{scheme}{login}@{host}.insteadOf={scheme}{host}"'
        yield Edit(at, at, f" -c {setting}")
        start = self.url.start
        yield Edit(start + found.start(2), start + found.end(2) + 1, "")


@dataclass(frozen=True, slots=True)
class Clones:
    """The clones of a RUN; `refused` says which can't be changed."""

    calls: tuple[Clone, ...] = ()
    refused: str | None = None


def clones(code: RunCode, names: Collection[str]) -> Clones:
    """The calls of git that would leave one of these variables in the repository they make."""
    if code.script is None or "git" not in code.programs:
        return Clones()
    found: list[Clone] = []
    for command in code.script.commands:
        words = [word.text for word in command.words]
        if not words or name_of(words[0]) != "git" or not _KEEPS_URL & set(words):
            continue
        for word in command.args:
            if "://" not in word.text or not set(names) & set(word.variables):
                continue
            if _is_removed(code, command, word):
                continue
            if "clone" not in words or _URL.search(word.raw) is None:
                return Clones((), "the URL that git writes down")
            found.append(Clone(command.words[0], word))
    return Clones(tuple(found))


def _is_removed(code: RunCode, command: Command, url: Word) -> bool:
    """Whether the same RUN deletes the clone, or its .git."""
    operands = [word.text for word in command.args if not word.text.startswith("-")]
    after = operands[operands.index(url.text) + 1 :]
    folder = after[0] if after else name_of(url.text.rstrip("/")).removesuffix(".git")
    if code.script is None:
        return False
    for later in code.script.commands:
        if later.start > command.start and later.name == "rm":
            for word in later.args:
                plain = word.text.rstrip("/")
                if plain in (folder, f"{folder}/.git", ".git") or name_of(plain) == name_of(folder):
                    return True
    return False
