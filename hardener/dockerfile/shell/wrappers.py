"""Finds what a command really runs: behind sudo, env, exec, tini, xargs, in `sh -c '…'`.

The programs that run others, and where their manuals are, stand in wrappers.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hardener.dockerfile.shell.model import Assignment, Command, Script, Word
from hardener.dockerfile.shell.options import Given, Options, options_of, read_options
from hardener.dockerfile.shell.read import read_script
from hardener.dockerfile.shell.shells import posix_options, posix_shells

MAX_DEPTH = 8

_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
# find(1), GNU findutils 4.10
_FIND_RUNS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_FIND_ENDS = frozenset({";", "+"})


@dataclass(frozen=True, slots=True)
class Effective:
    """What a command really runs.

    Attributes:
        command: the command in the script.
        words: the name and arguments of what is run, wrappers taken off. Of a shell, `su -c` and
            `eval` they are its own, and what it runs is the `script`.
        wrappers: the names of what was taken off, outermost first, shells included.
        user: the user that the innermost wrapper which names one runs it as.
        assignments: the variables that wrappers set for it (`env X=y`, `sudo X=y`).
        more: whether arguments are added at run time (xargs, find).
        known: False where a wrapper's options aren't understood; `words` then begin with it.
        script: the shell code that it runs (`sh -c`, `su -c`, `eval`), None where there is none
            or it isn't known; its offsets are those of the file.
    """

    command: Command
    words: tuple[Word, ...]
    wrappers: tuple[str, ...] = ()
    user: Word | None = None
    assignments: tuple[Assignment, ...] = ()
    more: bool = False
    known: bool = True
    script: Script | None = None

    @property
    def name(self) -> str | None:
        """The program's name without its folder; None where there is none or it isn't known."""
        value = self.words[0].value if self.words else None
        return value.rpartition("/")[2] if value else None

    @property
    def args(self) -> tuple[Word, ...]:
        """The words behind the name."""
        return self.words[1:]


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """An entry of wrappers.toml."""

    options: Options
    operands: int
    assignments: bool
    user: tuple[str, ...]
    user_operand: int | None
    subcommand: str | None
    dashes: bool
    more: bool
    script: tuple[str, ...]
    code: bool


@cache
def _wrappers() -> dict[str, _Wrapper]:
    import tomllib

    entries = tomllib.loads(Path(__file__).with_name("wrappers.toml").read_text("utf-8"))
    return {name: _wrapper(entry) for name, entry in entries.items()}


def _wrapper(entry: dict[str, Any]) -> _Wrapper:
    return _Wrapper(
        options=options_of(entry),
        operands=entry.get("operands", 0),
        assignments=entry.get("assignments", False),
        user=tuple(entry.get("user", ())),
        user_operand=entry.get("user_operand"),
        subcommand=entry.get("subcommand"),
        dashes=entry.get("dashes", False),
        more=entry.get("more", False),
        script=tuple(entry.get("script", ())),
        code=entry.get("code", False),
    )


def unwrap(command: Command) -> Effective:
    """What `command` really runs: wrappers taken off, one after another.

    Where it is a shell with code to run, that code is read. What `find` runs is not looked at
    here, see `effective_commands`.
    """
    return _unwrap(Effective(command, command.words))


def effective_commands(script: Script) -> Iterator[Effective]:
    """All that the commands of `script` run, also in `sh -c '…'` and by `find -exec`.

    In the order of the commands; what stands in a `sh -c` follows it, to a depth of MAX_DEPTH.
    """
    yield from _within(script, None, 0)


def _within(script: Script, outer: Effective | None, depth: int) -> Iterator[Effective]:
    for command in script.commands:
        found = unwrap(command)
        if outer is not None:
            found = replace(
                found,
                wrappers=(*outer.wrappers, outer.name or "", *found.wrappers),
                user=found.user or outer.user,
                assignments=outer.assignments + found.assignments,
            )
        for effective in (found, *_run_by_find(found)):
            yield effective
            if effective.script is not None and depth < MAX_DEPTH:
                yield from _within(effective.script, effective, depth + 1)


def _run_by_find(effective: Effective) -> Iterator[Effective]:
    if effective.name != "find":
        return
    start: int | None = None
    for index, word in enumerate(effective.words):
        if start is not None and word.value in _FIND_ENDS:
            yield _unwrap(
                replace(
                    effective,
                    words=effective.words[start:index],
                    wrappers=(*effective.wrappers, "find"),
                    more=True,
                )
            )
            start = None
        elif start is None and word.value in _FIND_RUNS:
            start = index + 1


def _unwrap(effective: Effective) -> Effective:
    while effective.known and effective.script is None:
        name = effective.name or ""
        if name in posix_shells():
            return _with_code(effective)
        wrapper = _wrappers().get(name)
        inner = _take_off(effective, name, wrapper) if wrapper else None
        if inner is None:
            break
        effective = inner
    return effective


def _take_off(effective: Effective, name: str, wrapper: _Wrapper) -> Effective | None:
    """What the wrapper runs; None where it runs no command."""
    words, index = effective.words, 1
    if wrapper.dashes:
        index = next((at for at, word in enumerate(words) if word.text == "--"), len(words))
    elif wrapper.subcommand is not None:
        if len(words) < 2 or words[1].value != wrapper.subcommand:
            return None
        index = 2
    given = read_options(words, index, wrapper.options)
    if wrapper.script:
        switched = _switched(effective, wrapper, given)
        if switched is not None or not given.first(wrapper.user):
            return switched
    if not given.understood:
        return replace(effective, known=False)
    if not wrapper.options.queries.isdisjoint(given.values):
        return None
    if wrapper.code:
        return _with_operand(effective, given.index)
    index = given.index
    assignments: list[Assignment] = []
    while wrapper.assignments and index < len(words):
        found = _ASSIGNMENT.match(words[index].text)
        if not found:
            break
        assignments.append(_assignment(words[index], found[1]))
        index += 1
    operands = words[index : index + wrapper.operands]
    index += wrapper.operands
    if index >= len(words):
        return None
    user = given.first(wrapper.user)
    if user is None and wrapper.user_operand is not None and wrapper.operands:
        user = operands[wrapper.user_operand]
    return replace(
        effective,
        words=words[index:],
        wrappers=(*effective.wrappers, name),
        user=user or effective.user,
        assignments=effective.assignments + tuple(assignments),
        more=effective.more or wrapper.more,
    )


def _assignment(word: Word, name: str) -> Assignment:
    return Assignment(word.start, word.end, name, word.after(len(name) + 1))


def _switched(effective: Effective, wrapper: _Wrapper, given: Given) -> Effective | None:
    """What `su user -c code` runs, where options may stand behind operands."""
    words, operands = effective.words, list[Word]()
    values = dict(given.values)
    while given.understood and given.index < len(words):
        operands.append(words[given.index])
        if given.first(wrapper.user):
            break
        given = read_options(words, given.index + 1, wrapper.options)
        values |= given.values
    if not given.understood:
        return replace(effective, known=False)
    code = next((value for name in wrapper.script if (value := values.get(name))), None)
    if code is None:
        return None
    user = next((value for name in wrapper.user if (value := values.get(name))), None)
    return replace(effective, user=user or next(iter(operands), effective.user), script=_code(code))


def _with_code(effective: Effective) -> Effective:
    """A shell, with the code that stands behind its `-c`."""
    given = read_options(effective.words, 1, posix_options())
    if not given.understood:
        return replace(effective, known=False)
    return (_with_operand(effective, given.index) if "c" in given.values else None) or effective


def _with_operand(effective: Effective, index: int) -> Effective | None:
    if index >= len(effective.words):
        return None
    if effective.name == "eval" and index + 1 < len(effective.words):
        return replace(effective, known=False)
    return replace(effective, script=_code(effective.words[index]))


def _code(word: Word) -> Script:
    """The code that a word holds. What the outer shell expands in it is left as written."""
    if len(word.raw) - sum(end - start for start, end in word.cuts) != len(word.text):
        script = read_script(word.text, origin=word.start)
        return _with_problem(script, word.start, "its escapes leave no exact places")
    script = read_script(word.raw, origin=word.start, cuts=word.cuts)
    if word.value is not None:
        return script
    at = word.expansions[0].start if word.expansions else word.start
    return _with_problem(script, at, "another shell expands it first")


def _with_problem(script: Script, at: int, problem: str) -> Script:
    return script if script.problem else replace(script, problem=problem, problem_at=at)
