"""Expands the variables in a word of a Dockerfile as BuildKit does, and finds where they stand.

Source of the rules: moby/buildkit, frontend/dockerfile/shell/lex.go, held against a real engine
by tests/dockerfile/test_expand_engine.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias

from hardener.dockerfile import wildcard
from hardener.dockerfile.lex import (
    OPERATORS,
    REPLACING,
    WHITE_SPACE,
    Close,
    Event,
    ExpansionError,
    Open,
    Slash,
    Text,
    scan,
    unsupported,
)

__all__ = [
    "LONGEST_VALUE",
    "UNKNOWN",
    "Expansion",
    "ExpansionError",
    "Substitution",
    "Unknown",
    "Value",
    "expand",
    "find_substitutions",
    "split_words",
]

# A longer value counts as unknown, so that `ENV A=$A$A` line after line takes no memory.
LONGEST_VALUE: Final = 2048

_NONE: frozenset[str] = frozenset()
# no word without one of these comes to anything but itself
_SPECIAL = re.compile(r"""[^\x00-\x7f]|[$'"`\\<]""")
_SPACES = re.compile(f"[{WHITE_SPACE}]+")


class Unknown(Enum):
    """The type of UNKNOWN, the value of a variable that may be anything, or unset."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

Value: TypeAlias = str | Unknown | None
"""A variable's value; None where it is certainly unset."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a word comes to.

    Attributes:
        value: the text, quotes and escapes taken out; None where it depends on something unknown.
        used: the names looked up that are set or unknown, whether they made a difference or not.
        unset: the names looked up that are unset.
        unknown: those of `used` whose value is unknown.
    """

    value: str | None
    used: frozenset[str]
    unset: frozenset[str]
    unknown: frozenset[str]
    _pieces: tuple[Text, ...] = field(repr=False)

    @property
    def words(self) -> tuple[str, ...] | None:
        """`value` split at white space that is neither quoted nor escaped, as EXPOSE does."""
        return None if self.value is None else tuple(_split(self._pieces))


@dataclass(frozen=True, slots=True)
class Substitution:
    """One `$NAME` or `${NAME…}` in a word. Offsets are in characters of that word.

    Attributes:
        start, end: from the dollar to behind the last character.
        name: the variable.
        operator: what follows the name: `-`, `:-`, `+`, `:+`, `?`, `:?`, `#`, `##`, `%`, `%%`,
            `/` or `//`; empty for a plain `$NAME` or `${NAME}`.
        operand: (start, end) of what follows the operator, the pattern for `/`; None without one.
        replacement: (start, end) of what stands behind the second slash of `/` and `//`.
        quoted: whether the dollar stands between double quotes.
        depth: how many substitutions it stands inside of.
    """

    start: int
    end: int
    name: str
    operator: str
    operand: tuple[int, int] | None
    replacement: tuple[int, int] | None
    quoted: bool
    depth: int


def expand(
    word: str, variables: Mapping[str, Value], *, escape: str = "\\", quotes: bool = True
) -> Expansion:
    """The value of a word, provided that the build gets past it.

    `variables` holds what is set; a name that is missing or None is unset, one that is UNKNOWN
    may be anything. A value of more than LONGEST_VALUE characters counts as unknown. With
    `quotes` false quotes are ordinary characters, as in the body of a here-document. Bytes that
    are not UTF-8 become U+FFFD, as they do in BuildKit.

    Raises:
        ExpansionError: an unclosed quote or brace, a bad substitution, an unsupported operator,
            or `${NAME:?…}` of a variable that is known to be missing.
    """
    if not _SPECIAL.search(word):
        return Expansion(word, _NONE, _NONE, _NONE, (Text(word, True),))
    lookup = _Lookup(word, variables)
    pieces = lookup.read(scan(word, escape, quotes=quotes))
    return Expansion(
        None if pieces is None else "".join(piece.text for piece in pieces),
        frozenset(lookup.used),
        frozenset(lookup.unset),
        frozenset(lookup.unknown),
        tuple(pieces or ()),
    )


def split_words(text: str, *, raw: bool = False, escape: str = "\\") -> tuple[str, ...]:
    """The words of a line as BuildKit reads them to look for here-documents.

    No variable is set, and a substitution stays in the word in BuildKit's spelling of it. `raw`
    keeps quotes and escapes. Spaces behind an unquoted `<<` belong to the word.

    Raises:
        ExpansionError: as `expand` does.
    """
    events = scan(text, escape, keep_quotes=raw, keep_escapes=raw)
    return tuple(_split(_spelled_out(events)))


def find_substitutions(
    word: str, *, escape: str = "\\", quotes: bool = True
) -> tuple[Substitution, ...]:
    """Every substitution of a word, those inside others too, by where they start.

    Raises:
        ExpansionError: as `expand` does, but for `${NAME:?…}`.
    """
    found: list[Substitution | None] = []
    unclosed: list[tuple[int, Open, int | None]] = []
    for event in scan(word, escape, quotes=quotes):
        if isinstance(event, Open):
            unclosed.append((len(found), event, None))
            found.append(None)
        elif isinstance(event, Slash):
            index, opened, _ = unclosed.pop()
            unclosed.append((index, opened, event.at))
        elif isinstance(event, Close):
            index, opened, slash = unclosed.pop()
            found[index] = _located(word, opened, slash, event.end, len(unclosed))
    return tuple(substitution for substitution in found if substitution)


def _located(word: str, opened: Open, slash: int | None, end: int, depth: int) -> Substitution:
    operator = opened.operator
    if operator not in OPERATORS:
        raise unsupported(opened)
    operand = replacement = None
    if operator:
        begin = opened.start + 2 + len(opened.name) + len(operator)
        if operator in ("#", "%") and word[begin] == operator:
            operator, begin = operator * 2, begin + 1
        operand = (begin, end - 1 if slash is None else slash)
        replacement = None if slash is None else (slash + 1, end - 1)
    return Substitution(
        opened.start, end, opened.name, operator, operand, replacement, opened.quoted, depth
    )


def _spelled_out(events: Iterable[Event]) -> Iterator[Text]:
    """The text of a scanned line with its substitutions written out again."""
    closers: list[str] = []
    splits = True
    for event in events:
        if isinstance(event, Text):
            yield event._replace(splits=splits) if closers else event
        elif isinstance(event, Open):
            if not closers:
                splits = not event.quoted
            # the single slash is BuildKit's
            operator = "/" if event.operator == "//" else event.operator
            closers.append("}" if event.braces else "")
            yield Text(f"${'{' * event.braces}{event.name}{operator}", splits)
        else:
            yield Text("/" if isinstance(event, Slash) else closers.pop(), splits)


class _Sum:
    """Text that is put together piece by piece; unknown once a piece is, or it grows too long."""

    __slots__ = ("pieces", "room")

    def __init__(self, room: int) -> None:
        self.pieces: list[Text] | None = []
        self.room = room

    def add(self, piece: Text | None) -> None:
        if self.pieces is None:
            return
        if piece is None or len(piece.text) > self.room:
            self.pieces = None
            return
        self.room -= len(piece.text)
        self.pieces.append(piece)

    @property
    def text(self) -> str | None:
        return None if self.pieces is None else "".join(piece.text for piece in self.pieces)


class _Lookup:
    """Substitutes the variables of a scanned word."""

    def __init__(self, word: str, variables: Mapping[str, Value]) -> None:
        self._variables = variables
        self._total = _Sum(max(LONGEST_VALUE, len(word)))
        self.used: set[str] = set()
        self.unset: set[str] = set()
        self.unknown: set[str] = set()

    def read(self, events: Iterator[Event]) -> list[Text] | None:
        """The pieces that the word comes to, None where it depends on something unknown."""
        opened: list[Open] = []
        # above the word's own sum there is one for each open operand and each replacement
        sums = [self._total]
        for event in events:
            if isinstance(event, Text):
                sums[-1].add(event)
            elif isinstance(event, Open):
                opened.append(event)
                sums.append(_Sum(LONGEST_VALUE))
            elif isinstance(event, Slash):
                sums.append(_Sum(LONGEST_VALUE))
            else:
                begun = opened.pop()
                replacement = sums.pop().text if begun.operator in REPLACING else ""
                value = self._substitute(begun, sums.pop().text, replacement)
                fits = value is not None and len(value) <= LONGEST_VALUE
                sums[-1].add(Text(value or "", not begun.quoted) if fits else None)
        return self._total.pieces

    def _substitute(self, opened: Open, operand: str | None, replacement: str | None) -> str | None:
        """What one substitution comes to; None where it is unknown, as operands may be."""
        name, operator = opened.name, opened.operator
        if operator not in OPERATORS:
            raise unsupported(opened)
        value = self._value(name)
        kind = operator[-1:]
        if kind and kind in "-+?":
            missing = value is None or (value == "" and operator.startswith(":"))
            if isinstance(value, Unknown):
                return "" if kind == "+" and operand == "" else None
            if kind == "?" and missing:
                state = "unset" if value is None else "empty"
                raise ExpansionError(f"the word requires the variable {name}, which is {state}")
            if kind == "+":
                return "" if missing else operand
            return operand if kind == "-" and missing else value
        text: str | None = "" if value is None or isinstance(value, Unknown) else value
        if kind and text is not None:
            if operand is None or replacement is None:
                return None
            try:
                text = _matched(operator, operand, replacement, text)
            except wildcard.PatternError as error:
                raise ExpansionError(f"bad pattern for the variable {name}: {error}") from error
        return None if isinstance(value, Unknown) else text

    def _value(self, name: str) -> Value:
        value = self._variables.get(name)
        if value is None:
            self.unset.add(name)
            return None
        self.used.add(name)
        if isinstance(value, Unknown) or len(value) > LONGEST_VALUE:
            self.unknown.add(name)
            return UNKNOWN
        return value


def _matched(operator: str, pattern: str, replacement: str, value: str) -> str | None:
    if operator in REPLACING:
        return wildcard.replace(pattern, replacement, value, every=operator == "//")
    # BuildKit looks for the doubled operator in the operand, quotes and variables taken out
    kind = operator[-1]
    longest = pattern.startswith(kind)
    remove = wildcard.remove_prefix if kind == "#" else wildcard.remove_suffix
    return remove(pattern[longest:], value, longest=longest)


def _split(pieces: Iterable[Text]) -> Iterator[str]:
    """The words of a line: white space separates them where it may."""
    current: list[str] = []
    for text, splits in pieces:
        first, *rest = _SPACES.split(text) if splits else (text,)
        current.append(first)
        for start in rest:
            if word := "".join(current):
                yield word
            current = [start]
    if word := "".join(current):
        yield word
