"""Reads the arguments of ARG, ENV and LABEL into names and values, with where they stand.

Source of the rules: moby/buildkit, frontend/dockerfile/parser/line_parsers.go (parseWords,
parseNameVal, parseNameOrNameVal) and instructions/parse.go (parseKvps, parseArg).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hardener.dockerfile.lex import WHITE_SPACE
from hardener.errors import HardenError

# splits the legacy form; narrower than WHITE_SPACE, as in BuildKit
_BLANKS = re.compile(r"[\t\v\f\r ]+")


class AssignmentError(HardenError):
    """Arguments of ARG, ENV or LABEL that BuildKit refuses. The message quotes no value."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One name with its value, as written: quotes, escapes and variables are left in.

    Attributes:
        name: the name.
        value: the value; None for an ARG without default.
        name_span: (start, end) of the name in the text, in characters.
        value_span: (start, end) of the value, None where there is none.
        legacy: whether it is `ENV NAME value`, without an equals sign.
    """

    name: str
    value: str | None
    name_span: tuple[int, int]
    value_span: tuple[int, int] | None
    legacy: bool = False


def parse_assignments(
    text: str, *, instruction: str = "ENV", escape: str = "\\"
) -> tuple[Assignment, ...]:
    """The names and values of an ARG, ENV or LABEL.

    `text` is one logical line without the keyword and without flags; white space around it is
    skipped. The values are words for `hardener.dockerfile.expand.expand`.

    Raises:
        AssignmentError: no argument, a blank name, an ENV or LABEL with a name only, or a word
            without an equals sign behind one that has it.
    """
    start = len(text) - len(text.lstrip(WHITE_SPACE))
    end = len(text.rstrip(WHITE_SPACE))
    words = list(_words(text, start, end, escape))
    if not words:
        raise AssignmentError(f"{instruction} requires at least one argument")
    if instruction != "ARG" and "=" not in text[slice(*words[0])]:
        return (_legacy(text, start, end, instruction),)
    return tuple(_assignment(text, *word, instruction) for word in words)


def _legacy(text: str, start: int, end: int, instruction: str) -> Assignment:
    blanks = _BLANKS.search(text, start, end)
    if blanks is None:
        raise AssignmentError(f"{instruction} must have two arguments, a name and a value")
    name, value = (start, blanks.start()), (blanks.end(), end)
    return Assignment(text[slice(*name)], text[slice(*value)], name, value, legacy=True)


def _assignment(text: str, start: int, end: int, instruction: str) -> Assignment:
    equals = text.find("=", start, end)
    if equals < 0 and instruction != "ARG":
        raise AssignmentError(
            f"{instruction} has a word without '=' at character {start + 1}; "
            "each must be of the form name=value"
        )
    if equals == start:
        raise AssignmentError(f"{instruction} has a blank name at character {start + 1}")
    if equals < 0:
        return Assignment(text[start:end], None, (start, end), None)
    return Assignment(
        text[start:equals], text[equals + 1 : end], (start, equals), (equals + 1, end)
    )


@cache
def _word(escape: str) -> re.Pattern[str]:
    """A word: characters, escaped ones and quoted stretches, the last of which may be open."""
    e = re.escape(escape)
    return re.compile(
        rf"""(?:[^{WHITE_SPACE}'"{e}]|{e}.|'[^']*(?:'|\Z)|"(?:[^"{e}]|{e}.)*(?:"|(?={e}?\Z)))+""",
        re.DOTALL,
    )


def _words(text: str, start: int, end: int, escape: str) -> Iterator[tuple[int, int]]:
    """Where the words of a line stand; an escape character at its very end is in none."""
    at = start
    while at < end:
        if text[at] in WHITE_SPACE:
            at += 1
        elif word := _word(escape).match(text, at, end):
            at = word.end()
            yield word.start(), at
        else:
            at += 1
