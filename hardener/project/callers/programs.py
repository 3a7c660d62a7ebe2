"""Reads the words of a command that builds or runs an image: its options and operands.

The programs and their options stand in data/programs.toml.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

from hardener.dockerfile.shell import Word
from hardener.project.callers.checkout import Base

Kind: TypeAlias = Literal["build", "run"]

_DATA = Path(__file__).parent / "data" / "programs.toml"


@dataclass(frozen=True, slots=True)
class Program:
    """An entry of programs.toml."""

    builds: tuple[tuple[str, ...], ...]
    runs: tuple[tuple[str, ...], ...]
    flags: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    dockerfile: Base = "either"
    containerfile: bool = True
    context: str = "file"
    options: str = "build"


@dataclass(frozen=True, slots=True)
class _Options:
    flags: frozenset[str]
    values: frozenset[str]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """An option that is given.

    Attributes:
        words: the words it takes up: one, or its name and its value.
        value: what it is given, None for a flag.
    """

    words: tuple[Word, ...]
    value: Word | None

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


@dataclass(slots=True)
class Invocation:
    """One command that builds or runs an image.

    Attributes:
        name: the program's name; "" where a variable stands for it.
        options: what is given for each attribute, as `fields` of programs.toml names them.
        called: the program and its subcommand, from its first word to its last.
        operands: the words that are no options; of a run, the image and the command.
        loose: words that a shell may make several of, options among them.
        strange: options that the program isn't known to have.
    """

    program: Program
    name: str
    kind: Kind
    called: tuple[Word, Word]
    options: dict[str, list[Given]] = field(default_factory=dict)
    operands: list[Word] = field(default_factory=list)
    loose: list[Word] = field(default_factory=list)
    strange: list[Word] = field(default_factory=list)

    def last(self, attribute: str) -> Word | None:
        """The value that counts of an option that may be given once."""
        return next((one.value for one in reversed(self.options.get(attribute, []))), None)

    def all(self, attribute: str) -> list[Given]:
        """All that is given for an attribute."""
        return self.options.get(attribute, [])


@cache
def _data() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(_DATA.read_text("utf-8"))


@cache
def _programs() -> dict[str, Program]:
    return {
        name: Program(
            _subcommands(entry["builds"]),
            _subcommands(entry["runs"]),
            frozenset(entry["flags"]),
            frozenset(entry["values"]),
            entry["dockerfile"],
            entry["containerfile"],
            entry["context"],
            entry.get("options", "build"),
        )
        for entry in _data()["program"]
        for name in entry["names"]
    }


@cache
def _variable() -> Program:
    entry = _data()["variable"]
    return Program(_subcommands(entry["builds"]), _subcommands(entry["runs"]))


@cache
def _options(table: str) -> _Options:
    entry = _data()[table]
    return _Options(frozenset(entry["flags"]), frozenset(entry["values"]), entry["fields"])


def _subcommands(listed: list[list[str]]) -> tuple[tuple[str, ...], ...]:
    # `image build` before `image`: the longest first
    return tuple(sorted((tuple(words) for words in listed), key=len, reverse=True))


def program_of(first: Word, replaced: Sequence[str] = ()) -> tuple[Program, str] | None:
    """The program that a command's first word names, and the name; None if it is none of ours.

    `replaced` names what of the word another program replaces, for `{{docker}} build`.
    """
    if first.value is not None and not replaced:
        name = first.value.rpartition("/")[2].removesuffix(".exe")
        program = _programs().get(name)
        return None if program is None else (program, name)
    variables = " ".join((*first.variables, *replaced)).lower()
    if any(word in variables for word in _data()["variable"]["words"]):
        return _variable(), ""
    return None


def handed_over(words: Sequence[Word]) -> int:
    """The index of the first word of a build or run that is handed to a program that isn't known,
    as in `retry 3 docker build .`; 0 if there is none, or the program only prints it."""
    if not words or words[0].value is None or words[0].value in _data()["printing"]["names"]:
        return 0
    for index, word in enumerate(words[1:-1], 1):
        program = _programs().get(word.value or "")
        following = words[index + 1].value
        if program is not None and any(
            part[:1] == (following,) for part in (*program.builds, *program.runs)
        ):
            return index
    return 0


def read_invocation(
    words: Sequence[Word], replaced: Sequence[str], known: Callable[[Word], bool]
) -> Invocation | None:
    """What a command builds or runs; None if it does neither.

    `replaced` is as for `program_of`; `known` says whether the value of a word is known.

    Options may stand behind operands (pflag), but not behind the image of a run. `-f value`,
    `-fvalue` and `-f=value`, `--file value` and `--file=value` are the same.
    """
    found = program_of(words[0], replaced) if words else None
    if found is None:
        return None
    program, name = found
    subcommands: dict[Kind, tuple[tuple[str, ...], ...]] = {
        "build": program.builds,
        "run": program.runs,
    }
    for kind, listed in subcommands.items():
        for subcommand in listed:
            behind = _behind(words, subcommand, program)
            if behind is not None:
                invocation = Invocation(program, name, kind, (words[0], words[behind - 1]))
                table = program.options if kind == "build" else "run"
                _read(words, behind, _options(table), invocation, known)
                return invocation
    return None


def _behind(words: Sequence[Word], subcommand: tuple[str, ...], program: Program) -> int | None:
    """The index behind a subcommand, before whose words options of the program may stand; None if
    it is another one."""
    at = 1
    for part in subcommand:
        at = _skip_options(words, at, program)
        if at >= len(words) or words[at].value != part:
            return None
        at += 1
    return at


def _skip_options(words: Sequence[Word], at: int, program: Program) -> int:
    while at < len(words) and words[at].text.startswith("-"):
        name, equals, _ = words[at].text.lstrip("-").partition("=")
        at += 2 if not equals and name in program.values else 1
    return at


def _read(
    words: Sequence[Word],
    at: int,
    options: _Options,
    found: Invocation,
    known: Callable[[Word], bool],
) -> None:
    while at < len(words):
        word = words[at]
        if word.text == "--":
            found.operands += words[at + 1 :]
            return
        if word.text.startswith("-") and len(word.text) > 1:
            at = _option(words, at, options, found)
            continue
        at += 1
        if is_loose(word) and not known(word):
            found.loose.append(word)
            continue
        found.operands.append(word)
        if found.kind == "run":
            found.operands += words[at:]
            return


def _option(words: Sequence[Word], at: int, options: _Options, found: Invocation) -> int:
    """Takes the option at `words[at]`; returns the index behind it and its value."""
    word = words[at]
    if not word.text.startswith("--"):
        return _short_options(words, at, options, found)
    name, equals, _ = word.text[2:].partition("=")
    if equals:
        _give(found, options, name, Given((word,), word.after(len(name) + 3)))
        if name not in options.values | options.flags:
            found.strange.append(word)
    elif name in options.values and at + 1 < len(words):
        _give(found, options, name, Given((word, words[at + 1]), words[at + 1]))
        return at + 2
    elif name in options.flags:
        _give(found, options, name, Given((word,), None))
    else:
        found.strange.append(word)
    return at + 1


def _short_options(words: Sequence[Word], at: int, options: _Options, found: Invocation) -> int:
    word = words[at]
    for place, letter in enumerate(word.text[1:], 2):
        if letter in options.values:
            if place < len(word.text):
                attached = word.after(place + 1 if word.text[place] == "=" else place)
                _give(found, options, letter, Given((word,), attached))
                return at + 1
            if at + 1 < len(words):
                _give(found, options, letter, Given((word, words[at + 1]), words[at + 1]))
                return at + 2
        if letter not in options.flags:
            found.strange.append(word)
            break
        _give(found, options, letter, Given((word,), None))
    return at + 1


def _give(found: Invocation, options: _Options, name: str, given: Given) -> None:
    attribute = options.fields.get(name)
    if attribute is not None:
        found.options.setdefault(attribute, []).append(given)


def is_loose(word: Word) -> bool:
    """Whether the shell may make several words, or none, of this one: `$OPTIONS`, `"$@"`."""
    if word.value is not None or not word.expansions:
        return False
    if "[@]" in word.raw or "$@" in word.raw:
        return True
    first = word.expansions[0]
    return not first.quoted and first.start == word.start and first.end == word.end
