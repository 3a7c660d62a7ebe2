"""Reads the options of a command by a description of them, as getopt(3) does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hardener.dockerfile.shell.model import Word


@dataclass(frozen=True, slots=True)
class Options:
    """Which options a program knows; wrappers.toml says what each of these means."""

    flags: str = ""
    values: str = ""
    optional: str = ""
    long_flags: frozenset[str] = frozenset()
    long_values: frozenset[str] = frozenset()
    queries: frozenset[str] = frozenset()
    numbers: bool = False


def options_of(entry: Mapping[str, Any]) -> Options:
    """The options that an entry of a data file describes; its other keys are passed over."""
    return Options(
        flags=entry.get("flags", ""),
        values=entry.get("values", ""),
        optional=entry.get("optional", ""),
        long_flags=frozenset(entry.get("long_flags", ())),
        long_values=frozenset(entry.get("long_values", ())),
        queries=frozenset(entry.get("queries", ())),
        numbers=entry.get("numbers", False),
    )


@dataclass(slots=True)
class Given:
    """The options that were given, with their values, and the index of the first operand.

    `understood` is false where one isn't among the program's options.
    """

    index: int
    values: dict[str, Word | None] = field(default_factory=dict)
    understood: bool = True

    def first(self, names: Sequence[str]) -> Word | None:
        """The value of the first of these options that was given with one."""
        return next((value for name in names if (value := self.values.get(name))), None)


def read_options(words: Sequence[Word], index: int, options: Options) -> Given:
    """Read the options from `words[index]` on, up to the first operand or past a `--`.

    An expansion in the place of an option is taken for an operand; a lone `-` is one unless it is
    among the flags.
    """
    given = Given(index)
    while given.index < len(words) and given.understood:
        text = words[given.index].text
        if text == "--":
            given.index += 1
            break
        if not text.startswith("-") or (text == "-" and "-" not in options.flags):
            break
        if text.startswith("--"):
            _long_option(words, options, given)
        elif options.numbers and text[1:].isdecimal():
            given.index += 1
        else:
            _short_options(words, options, given)
    return given


def _long_option(words: Sequence[Word], options: Options, given: Given) -> None:
    word = words[given.index]
    name, equals, _ = word.text[2:].partition("=")
    value: Word | None = None
    if equals:
        value = word.after(len(name) + 3)
    elif name in options.long_values and given.index + 1 < len(words):
        given.index += 1
        value = words[given.index]
    given.index += 1
    given.values[name] = value
    known = options.long_flags | options.long_values | options.queries
    given.understood = name in known


def _short_options(words: Sequence[Word], options: Options, given: Given) -> None:
    word = words[given.index]
    given.index += 1
    for place, letter in enumerate(word.text[1:], 2):
        given.values[letter] = None
        if letter in options.flags or letter in options.queries:
            continue
        attached = word.after(place) if place < len(word.text) else None
        if letter in options.values and attached is None and given.index < len(words):
            attached = words[given.index]
            given.index += 1
        given.values[letter] = attached
        given.understood = letter in options.values or letter in options.optional
        return
