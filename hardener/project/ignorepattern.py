"""Turns one pattern of a .dockerignore file into a comparison with paths."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from hardener.project.globs import DOUBLE_STAR, STAR, Segment, path_regex
from hardener.project.goregexp import GoRegexp, GoSyntaxError, NotKnownHereError

# no character that Go's regular expressions would take for something else
_PLAIN = re.compile(r"[^\\\[\]{}|^\n\ufffd]*")
_ESCAPED_IN_GO = frozenset(".+()$")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ATOMS = {"*": STAR, "?": "[^/]"}

Match = Callable[[str], object]
"""Takes a path, returns something true if it matches."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How one pattern is compared with a path.

    Attributes:
        kind: the whole path, its beginning, its end, or a regular expression; `odd` for what only
            Go's own regular expressions say.
        text: what it is compared with, or the expression.
        matches: the comparison.
    """

    kind: Literal["exact", "prefix", "suffix", "regex", "odd"]
    text: str
    matches: Match


def compile_pattern(pattern: str, refusal: Callable[[ValueError], Exception]) -> Comparison:
    """How Docker compares a cleaned pattern (without its `!`) with a path.

    Comparing raises `refusal(problem)` for a pattern that Go's regular expressions refuse; Docker
    finds out no earlier.

    Source: moby/patternmatcher, Pattern.match.
    """
    kind, expression = _compiled(pattern)
    if kind == "exact":
        return Comparison("exact", pattern, pattern.__eq__)
    if kind == "prefix":
        beginning = pattern[:-2]
        return Comparison("prefix", beginning, lambda path: path.startswith(beginning))
    if kind == "suffix":
        end = pattern[2:]
        return Comparison(
            "suffix", end, lambda path: path.endswith(end) or (end[:1] == "/" and path == end[1:])
        )
    odd = _odd_matcher(expression, refusal)
    segments = _plain_segments(pattern)
    if segments is None:
        return Comparison("odd", expression, odd)
    regex = path_regex(segments)
    return Comparison("regex", regex, _regex_matcher(regex, odd))


def any_of(comparisons: Sequence[Comparison]) -> Match:
    """One comparison for many: true of a path that one of them matches."""
    if any(comparison.kind == "odd" for comparison in comparisons):
        # one after the other, as comparing with one of them may raise
        return lambda path: any(comparison.matches(path) for comparison in comparisons)
    texts = {
        kind: tuple(comparison.text for comparison in comparisons if comparison.kind == kind)
        for kind in ("exact", "prefix", "suffix", "regex")
    }
    suffixes, prefixes = texts["suffix"], texts["prefix"]
    exact = frozenset(texts["exact"]) | {end[1:] for end in suffixes if end.startswith("/")}
    if not texts["regex"]:
        return lambda path: path in exact or path.startswith(prefixes) or path.endswith(suffixes)
    fullmatch = re.compile("|".join(texts["regex"]), re.DOTALL).fullmatch
    slowly = [comparison.matches for comparison in comparisons]
    return lambda path: (
        path in exact
        or path.startswith(prefixes)
        or path.endswith(suffixes)
        or (fullmatch(path) if "\n" not in path else any(matches(path) for matches in slowly))
    )


def _regex_matcher(regex: str, odd: Match) -> Match:
    compiled: list[Match] = []

    def matches(path: str) -> object:
        # `any_of` mostly answers for all, and compiling each is what takes the time
        if not compiled:
            compiled.append(re.compile(regex, re.DOTALL).fullmatch)
        # Go's `.` stops at a line break
        return compiled[0](path) if "\n" not in path else odd(path)

    return matches


def _odd_matcher(expression: str, refusal: Callable[[ValueError], Exception]) -> Match:
    compiled: list[GoRegexp] = []

    def matches(path: str) -> bool:
        # Docker too compiles a pattern when it first compares it, and only then fails
        if not compiled:
            try:
                compiled.append(GoRegexp(expression))
            except (GoSyntaxError, NotKnownHereError) as error:
                raise refusal(error) from error
        return compiled[0].search(as_go_reads(path))

    return matches


def as_go_reads(text: str) -> str:
    """Go sees every byte that isn't UTF-8 as the same replacement character."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _compiled(pattern: str) -> tuple[str, str]:
    """How the pattern is compared (exact, prefix, suffix, regexp) and Go's regular expression.

    Source: moby/patternmatcher, Pattern.compile.
    """
    text = pattern.removeprefix("\ufeff")
    kind = "exact"
    parts = ["^"]
    at = 0
    while at < len(text):
        char = text[at]
        at += 1
        if char == "*" and text.startswith("*", at):
            begins = at == 1
            at += 2 if text.startswith("/", at + 1) else 1
            if at < len(text):
                parts.append("(.*/)?")
                kind = "regexp"
            elif kind == "exact":
                kind = "prefix"
            else:
                parts.append(".*")
                kind = "regexp"
            if begins:
                kind = "suffix"
        elif char in "*?":
            parts.append("[^/]*" if char == "*" else "[^/]")
            kind = "regexp"
        elif char in _ESCAPED_IN_GO:
            parts.append("\\" + char)
        elif char == "\\":
            # at the very end it protects the closing `$`, in Docker too
            parts.append("\\" + text[at : at + 1])
            kind = "regexp" if at < len(text) else kind
            at += 1
        else:
            parts.append(char)
            if char in "[]":
                kind = "regexp"
    return kind, "".join(parts) + "$"


def _plain_segments(pattern: str) -> list[Segment] | None:
    """The pattern's segments, if it has only wildcards, each `**` a segment of its own, and no
    character that Go's regular expressions would take for something else."""
    if not _PLAIN.fullmatch(pattern):
        return None
    segments: list[Segment] = []
    for text in pattern.split("/"):
        if text.strip("*"):
            if "**" in text:
                return None
            segments.append([_ATOMS.get(char) or re.escape(char) for char in text])
        else:
            segments.extend([DOUBLE_STAR] * (len(text) // 2))
            if len(text) % 2:
                segments.append([STAR])
    return segments
