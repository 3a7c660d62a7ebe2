"""Reads a word of a Dockerfile into its text and its substitutions, as BuildKit's lexer does.

Source of the rules: moby/buildkit, frontend/dockerfile/shell/lex.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple, TypeAlias

from hardener.errors import HardenError

# unicode.IsSpace of Go, where str.isspace would add U+001C to U+001F
WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# `${X/…/…}` and `${X//…/…}`, which alone have two operands
REPLACING: Final = frozenset(["/", "//"])
OPERATORS: Final = frozenset(["", *"-+?#%", ":-", ":+", ":?"]) | REPLACING

_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_HEREDOC_SPACES = re.compile(r"[ \t\r\n]*")


class ExpansionError(HardenError):
    """A word that BuildKit refuses to expand. The message quotes nothing but a variable's name."""


class Text(NamedTuple):
    """Literal text; `splits` where white space in it separates words."""

    text: str
    splits: bool


class Open(NamedTuple):
    """The start of a substitution, up to and including its operator."""

    start: int
    name: str
    operator: str
    quoted: bool
    braces: bool


class Slash(NamedTuple):
    """The slash between the pattern and the replacement of the substitution just open."""

    at: int


class Close(NamedTuple):
    """The end of the substitution opened last; `end` is the offset behind it."""

    end: int


Event: TypeAlias = Text | Open | Slash | Close


class _Level(NamedTuple):
    """Where a scan stands: what ends the operand, and how quotes and escapes are taken."""

    stop: str
    quoted: bool
    keep_escapes: bool
    ordinary: re.Pattern[str]


@cache
def _level(
    stop: str, escape: str, *, quotes: bool, quoted: bool = False, keep_escapes: bool
) -> _Level:
    special = "$" + escape + ('"' if quoted else "<" + stop + "'\"" * quotes)
    return _Level(stop, quoted, keep_escapes, re.compile(f"[^{re.escape(special)}]+"))


def scan(
    word: str,
    escape: str,
    *,
    quotes: bool = True,
    keep_quotes: bool = False,
    keep_escapes: bool = False,
) -> Iterator[Event]:
    """What stands in a word, in order; each Open has its Close."""
    if not word.isascii():
        word = _NOT_UTF8.sub("\ufffd", word)
    level = _level("", escape, quotes=quotes, keep_escapes=keep_escapes)
    outer: list[_Level] = []
    # Go's text/scanner, which BuildKit reads the word with, drops a byte order mark
    at = 1 if word.startswith("\ufeff") else 0
    while at < len(word):
        if run := level.ordinary.match(word, at):
            yield Text(run[0], not level.quoted)
            at = run.end()
        elif word[at] == "$":
            opened, at = _opening(word, at, level.quoted)
            if opened is None:
                yield Text("$", not level.quoted)
                continue
            yield opened
            if opened.operator:
                outer.append(level)
                stop = "/" if opened.operator in REPLACING else "}"
                keep = opened.operator[-1] in "#%/"
                level = _level(stop, escape, quotes=quotes, keep_escapes=keep)
            else:
                yield Close(at)
        elif word[at] == escape:
            escaped = word[at + 1 : at + 2]
            if level.keep_escapes:
                yield Text(escape, False)
            if level.quoted and escaped not in ('"', "$", escape, ""):
                yield Text(escape, False)
                at += 1
            else:
                yield Text(escaped, False)
                at += 2
        elif word[at] == level.stop:
            at += 1
            if level.stop == "/":
                yield Slash(at - 1)
                level = _level("}", escape, quotes=quotes, keep_escapes=True)
            else:
                yield Close(at)
                level = outer.pop()
        elif word[at] == "<":
            spaces = _HEREDOC_SPACES.match(word, at + 2) if word.startswith("<<", at) else None
            yield Text("<<" + spaces[0] if spaces else "<", False)
            at = spaces.end() if spaces else at + 1
        elif word[at] == "'":
            close = word.find("'", at + 1)
            if close < 0:
                raise ExpansionError("a single quote in the word is never closed")
            yield Text(word[at : close + 1] if keep_quotes else word[at + 1 : close], False)
            at = close + 1
        else:
            yield Text('"' if keep_quotes else "", False)
            stop, quoted, keep, _ = level
            level = _level(stop, escape, quotes=quotes, quoted=not quoted, keep_escapes=keep)
            at += 1
    if level.quoted:
        raise ExpansionError("a double quote in the word is never closed")
    if outer:
        raise ExpansionError("a '${' in the word is never closed")


def _opening(word: str, dollar: int, quoted: bool) -> tuple[Open | None, int]:
    """What a dollar opens, if anything, and the offset behind name and operator."""
    if not word.startswith("{", dollar + 1):
        end = _name_end(word, dollar + 1)
        name = word[dollar + 1 : end]
        return (Open(dollar, name, "", quoted, braces=False) if name else None), end
    first = dollar + 2
    if word[first : first + 1] in ("", *"{}:"):
        raise ExpansionError(f"bad substitution at character {dollar + 1} of the word")
    end = _name_end(word, first)
    name, operator = word[first:end], word[end : end + 1]
    if operator == ":" or word.startswith("//", end):
        operator = word[end : end + 2]
    opened = Open(dollar, name, "" if operator == "}" else operator, quoted, braces=True)
    if not operator or operator[0] not in "}:-+?#%/":
        raise unsupported(opened)
    return opened, end + len(operator)


def _name_end(word: str, start: int) -> int:
    """Where the name of a variable or special parameter that starts at `start` ends."""
    if (name := _NAME.match(word, start)) and word[name.end() : name.end() + 1].isascii():
        return name.end()
    first = word[start : start + 1]
    end = start
    if first.isdecimal():
        while word[end : end + 1].isdecimal():
            end += 1
    elif first and first in "@*#?-$!":
        end += 1
    else:
        while (character := word[end : end + 1]) == "_" or (
            character.isalpha() or character.isdecimal()
        ):
            end += 1
    return end


def unsupported(opened: Open) -> ExpansionError:
    """The error for a substitution whose operator is none of OPERATORS."""
    return ExpansionError(
        f"the substitution at character {opened.start + 1} of the word has an operator that "
        "Dockerfiles don't know"
    )
