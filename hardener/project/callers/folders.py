"""Follows the folder in which the commands of a script run, and reads paths that begin with one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from hardener.dockerfile.shell import Command
from hardener.project.callers.checkout import Checkout
from hardener.project.callers.model import Value
from hardener.project.callers.values import literal

Anchor: TypeAlias = Literal["root", "here", "file"]
Scope: TypeAlias = tuple[tuple[int, str], ...]
Folders: TypeAlias = tuple[str, ...] | None
"""The folders that a command may run in, relative to the root; None if they aren't known."""

_DATA = Path(__file__).parent / "data" / "folders.toml"

# what surrounds a path without changing it
_DECORATION = re.compile(r"""["'\s]+|[12&]?>+/dev/null|2>&1""")
_INNER = r"(@[a-z]+(?:/[^$()@`]*)?)"
_RESOLVED = re.compile(rf"\$\((?:readlink-[fe]|realpath)(?:--)?{_INNER}\)")
_PARENT = re.compile(rf"\$\(dirname(?:--)?{_INNER}\)")
_ENTERED = re.compile(rf"\$\(cd(?:-P)?(?:--)?{_INNER}(?:&&|;)pwd(?:-P)?\)")
_SCRIPT_FOLDER = "${0%/*}"
_ANCHORED = re.compile(r"@(root|here|file)(/[^$()@`]*)?")
_ANCHORS: dict[str, Anchor] = {"root": "root", "here": "here", "file": "file"}
_MOST_LEVELS = 6
_MOST_CHARACTERS = 300

# a `cd` in one of these changes nothing outside
_OWN_PROCESS = frozenset({"subshell", "substitution", "function"})
_SURE = frozenset({"group"})


@cache
def _anchors() -> tuple[tuple[re.Pattern[str], str], ...]:
    import tomllib

    data = tomllib.loads(_DATA.read_text("utf-8"))
    return tuple(
        (re.compile("|".join(re.escape(name) + r"(?![\w])" for name in data[kind])), f"@{kind}")
        for kind in ("script", "root", "here")
    )


def anchored(text: str) -> tuple[Anchor, str] | None:
    """The folder that a path begins with, and the rest of the path.

    `text` is a word without its outer quotes: `$PWD/app`, `$(cd "$(dirname "$0")/.." && pwd)`.
    `file` is the folder that the script is in. None where it begins with no known folder.
    """
    if ("$" not in text and "`" not in text) or len(text) > _MOST_CHARACTERS:
        return None
    text = _DECORATION.sub("", text).replace(_SCRIPT_FOLDER, "@file")
    for pattern, mark in _anchors():
        text = pattern.sub(mark, text)
    for _ in range(_MOST_LEVELS):
        before = text
        text = _RESOLVED.sub(r"\1", text)
        text = _PARENT.sub(lambda found: _parent(found[1]), text)
        text = _ENTERED.sub(r"\1", text)
        if text == before:
            break
    found = _ANCHORED.fullmatch(text)
    if found is None:
        return None
    return _ANCHORS[found[1]], found[2] or ""


def _parent(path: str) -> str:
    return "@file" if path == "@script" else f"{path}/.."


def from_root(value: Value, checkout: Checkout) -> Value:
    """A path, with the folder of the checkout in place of a variable that stands for it."""
    found = anchored(value.written or "") if value.known is None else None
    return value if found is None or found[0] != "root" else literal(checkout.real + found[1])


class WorkingFolder:
    """The folders in which the commands of one script run, as `cd` changes them.

    Args:
        start: those in which the script itself may be run.
    """

    def __init__(self, checkout: Checkout, start: Folders) -> None:
        self._checkout = checkout
        self._known: dict[Scope, Folders] = {(): start}
        self._pushed: list[Folders] = []
        # after `… && cd x`, what follows with `&&` is sure to be in x, what follows the list isn't
        self._chained: tuple[Scope, Folders] | None = None

    def of(self, command: Command) -> Folders:
        """Those of a command; commands have to be asked for in order."""
        scope = _scope(command)
        if self._chained is not None and scope == self._chained[0]:
            if command.connector == "&&":
                return self._chained[1]
            self._chained = None
        return self._at(scope)

    def enter(self, command: Command, path: str | None) -> None:
        """`command` enters a folder; None for a path that isn't known."""
        here = self.of(command)
        if command.name == "pushd":
            self._pushed.append(here)
        self._change(command, self._below(here, path))

    def leave(self, command: Command) -> None:
        """`command` is a `popd`."""
        self._change(command, self._pushed.pop() if self._pushed else None)

    def _below(self, here: Folders, path: str | None) -> Folders:
        if path is None or here is None:
            return None
        joined = (self._checkout.join(folder, path) for folder in here)
        found = [
            folder
            for folder in dict.fromkeys(joined)
            if folder is not None and self._checkout.folder(folder) is not None
        ]
        return tuple(found) or None

    def _at(self, scope: Scope) -> Folders:
        while scope not in self._known:
            scope = scope[:-1]
        return self._known[scope]

    def _change(self, command: Command, folders: Folders) -> None:
        if command.piped or command.stage or command.background:
            return
        scope = _scope(command)
        self._chained = (scope, folders)
        sure = command.connector not in ("&&", "||")
        for depth in range(len(scope), -1, -1):
            before = self._at(scope[:depth])
            self._known[scope[:depth]] = folders if sure else _either(before, folders)
            if depth and command.within[depth - 1].kind in _OWN_PROCESS:
                return
            sure = sure and depth > 0 and command.within[depth - 1].kind in _SURE


def _scope(command: Command) -> Scope:
    """The compounds around a command, each with the part of it that the command is in."""
    inner = (*command.within[1:], command)
    return tuple((id(around), inner[depth].part) for depth, around in enumerate(command.within))


def _either(one: Folders, other: Folders) -> Folders:
    if one is None or other is None:
        return None
    return tuple(dict.fromkeys((*one, *other)))
