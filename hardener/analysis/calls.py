"""The programs that a piece of shell code, or an argument vector, starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from hardener.analysis.paths import joined, name_of
from hardener.dockerfile.shell import Command, Compound, Script, Word, read_script, unwrap
from hardener.dockerfile.shell.shells import posix_shells

Lookup = Callable[[str], str | None]
"""The value of a variable: None where it isn't known, "" where it is unset."""

_WRITES = frozenset({">", ">>", ">|", "&>", "&>>", "<>"})
_MOST_NESTING = 5
# a clustered option that ends in c, as in `bash -lc`
_CODE_OPTION = re.compile(r"-[a-zA-Z]*c")


@dataclass(frozen=True, slots=True)
class Call:
    """One program that is started.

    Attributes:
        words: its name as written and its arguments; None for one whose value isn't known.
        raw: the same words as they stand in the code.
        folder: the working directory it is started in; None where that isn't known.
        writes: files that its output is sent to, None for those that aren't known.
        conditional: whether the code may come to its end without it.
        behind: the programs that start it, such as sudo, env, exec and tini, outermost first.
        body: the text of its here-documents.
    """

    words: tuple[str | None, ...]
    raw: tuple[str, ...] = ()
    folder: str | None = None
    writes: tuple[str | None, ...] = ()
    conditional: bool = False
    behind: tuple[str, ...] = ()
    body: str = ""

    @property
    def name(self) -> str | None:
        """The program's name without folders; None where it isn't known."""
        return name_of(self.words[0]) if self.words and self.words[0] else None

    @property
    def args(self) -> tuple[str | None, ...]:
        """The words behind the name."""
        return self.words[1:]

    def operands(self, *with_value: str) -> list[str]:
        """The known arguments that are neither options nor the values of those given."""
        found = []
        skip = plain = False
        for word in self.args:
            if skip:
                skip = False
            elif word == "--":
                plain = True
            elif word is not None and word.startswith("-") and len(word) > 1 and not plain:
                skip = word in with_value or _ends_in_option(word, with_value)
            elif word is not None:
                found.append(word)
        return found

    def option(self, *spellings: str) -> str | None:
        """The value of the first of these options that is given, as `-u 5`, `-u5` or `--uid=5`."""
        args = self.args
        for index, word in enumerate(args):
            for spelling in spellings:
                if word == spelling or (word and _ends_in_option(word, (spelling,))):
                    return args[index + 1] if index + 1 < len(args) else None
                if word and word.startswith(spelling):
                    rest = word[len(spelling) :]
                    if spelling.startswith("--") and rest.startswith("="):
                        return rest[1:]
                    if not spelling.startswith("--") and len(spelling) == 2:
                        return rest
        return None

    def has(self, *spellings: str) -> bool:
        """Whether one of these options is given, a letter also in a cluster such as `-rf`."""
        for word in self.args:
            if word is None or not word.startswith("-"):
                continue
            if word in spellings:
                return True
            letters = [item[1] for item in spellings if len(item) == 2]
            if not word.startswith("--") and any(letter in word[1:] for letter in letters):
                return True
        return False


def _ends_in_option(word: str, spellings: Sequence[str]) -> bool:
    """Whether a cluster such as `-Dh` ends in an option that takes the next word."""
    return (
        len(word) > 2
        and word[0] == "-"
        and word[1:].isalpha()
        and f"-{word[-1]}" in spellings
        and word[:2] not in spellings
    )


@dataclass(frozen=True, slots=True)
class Code:
    """What a piece of shell code starts, in order.

    `complete` is false where the code isn't wholly understood; then calls may be missing.
    """

    calls: tuple[Call, ...]
    complete: bool = True
    variables: dict[str, str] = field(default_factory=dict)


def calls_of(
    words: Sequence[str | None], folder: str | None, lookup: Lookup, *, depth: int = 0
) -> Code:
    """What an argument vector starts: itself, or what the wrappers and shells in it start."""
    call = Call(tuple(words), tuple(word or "" for word in words), folder)
    found = list(_unwrapped(call, lookup, depth))
    return Code(
        tuple(call for code in found for call in code.calls),
        all(code.complete for code in found),
    )


def calls_in(code: str, folder: str | None, lookup: Lookup, *, depth: int = 0) -> Code:
    """What a piece of POSIX shell code starts, when it begins in `folder`."""
    script = read_script(code)
    reader = _CodeReader(script, folder, lookup, depth)
    calls = tuple(reader.calls())
    return Code(calls, script.complete and reader.complete, reader.assigned)


class _CodeReader:
    """Reads the calls of one script, with the variables and the folder that it sets itself."""

    def __init__(self, script: Script, folder: str | None, lookup: Lookup, depth: int) -> None:
        self.complete = True
        self.assigned: dict[str, str] = {}
        self._script = script
        self._folder = folder
        self._outer = lookup
        self._depth = depth
        self._unsure: set[str] = set()
        # subshells in which the folder was changed, with the folder outside of each
        self._outside: list[tuple[Compound, str | None]] = []

    def calls(self) -> Iterator[Call]:
        for command in self._script.commands:
            while self._outside and not _is_in(self._outside[-1][0], command):
                self._folder = self._outside.pop()[1]
            self._assign(command)
            words = tuple(word.expand(self._lookup) for word in command.words)
            if not words:
                if command.redirects:
                    yield self._call(command, (":",), (":",))
                continue
            if words[0] == "cd":
                self._change_folder(command, words)
                continue
            raw = tuple(word.raw for word in command.words)
            call = self._call(command, words, raw)
            for code in _unwrapped(call, self._lookup, self._depth):
                self.complete = self.complete and code.complete
                yield from code.calls

    def _call(self, command: Command, words: tuple[str | None, ...], raw: tuple[str, ...]) -> Call:
        writes = tuple(
            joined(self._folder, target) if target else None
            for redirect in command.redirects
            if redirect.operator in _WRITES
            for target in [redirect.target.expand(self._lookup)]
        )
        bodies = [item.body for item in command.redirects if item.body is not None]
        return Call(
            words,
            raw,
            self._folder,
            writes,
            command.conditional,
            body="\n".join(body.text for body in bodies),
        )

    def _assign(self, command: Command) -> None:
        for assignment in command.assignments:
            value = self._value(assignment.value)
            name = assignment.name
            unsure = command.conditional or assignment.appends or value is None
            if unsure or (name in self.assigned and self.assigned[name] != value):
                self._unsure.add(name)
            elif not command.words or command.words[0].raw in ("export", "readonly", "local"):
                self.assigned[name] = value or ""
            else:
                self._unsure.add(name)

    def _value(self, word: Word) -> str | None:
        # an assigned value is neither split nor globbed
        expansions = tuple(replace(part, quoted=True) for part in word.expansions)
        return replace(word, expansions=expansions).expand(self._lookup)

    def _change_folder(self, command: Command, words: tuple[str | None, ...]) -> None:
        target = words[1] if len(words) > 1 else None
        for compound in reversed(command.within):
            if compound.kind in ("subshell", "substitution"):
                if all(outside is not compound for outside, _ in self._outside):
                    self._outside.append((compound, self._folder))
                break
        self._folder = None if target is None else joined(self._folder, target)

    def _lookup(self, name: str) -> str | None:
        if name in self._unsure:
            return None
        if name in self.assigned:
            return self.assigned[name]
        if not name.isidentifier():
            return None
        return self._outer(name)


def _is_in(compound: Compound, command: Command) -> bool:
    return any(around is compound for around in command.within)


def _unwrapped(call: Call, lookup: Lookup, depth: int) -> Iterator[Code]:
    """The call itself, or what it starts if it is a wrapper or a shell given code."""
    call = _without_wrappers(call)
    if call.name in posix_shells() and depth < _MOST_NESTING:
        code = _code_argument(call)
        if code is None and call.body and not call.operands("-o", "+o"):
            code = call.body
        if code is not None:
            inner = calls_in(code, call.folder, lookup, depth=depth + 1)
            yield replace(inner, calls=tuple(_from_within(call, inner.calls)))
            return
    yield Code((call,))


def _from_within(outer: Call, calls: Sequence[Call]) -> Iterator[Call]:
    """The calls with what holds for the shell that runs them."""
    for call in calls:
        conditional = call.conditional or outer.conditional
        yield replace(call, conditional=conditional, behind=(*outer.behind, *call.behind))


def _without_wrappers(call: Call) -> Call:
    """What a call starts once env, exec, sudo, tini and their like are taken off."""
    raws = call.raw or tuple(word or "" for word in call.words)
    words = tuple(
        # a word that isn't known here isn't to be known there either
        Word(at, at + 1, value or raw, value or raw, pattern=value is None)
        for at, (value, raw) in enumerate(zip(call.words, raws, strict=True))
    )
    command = Command(
        start=0,
        end=len(words),
        connector="",
        within=(),
        part="",
        stage=0,
        piped=False,
        negated=False,
        background=False,
        conditional=False,
        redirects=(),
        words=words,
        assignments=(),
    )
    found = unwrap(command)
    if not found.words:
        return call
    first = found.words[0].start
    return replace(
        call,
        words=call.words[first:],
        raw=call.raw[first:],
        behind=(*call.behind, *found.wrappers),
    )


def _code_argument(call: Call) -> str | None:
    """The code behind `-c`."""
    for index, word in enumerate(call.args):
        if word is None or not word.startswith("-"):
            return None
        if _CODE_OPTION.fullmatch(word):
            return call.args[index + 1] if index + 1 < len(call.args) else None
        if word in ("-o", "+o"):
            return _code_argument(replace(call, words=call.words[index + 2 :]))
    return None
