"""Reads JSON, also with comments and trailing commas, into a tree with offsets."""

from __future__ import annotations

import json
import re

from hardener.errors import HardenError
from hardener.project.callers.tree import Entry, MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 200

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]+|//[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*+")
_LITERAL = re.compile(r"[-+.\w]+")
_STRINGS = json.JSONDecoder(strict=False)


def read_json(text: str) -> Node:
    """The value that a JSON file holds.

    Comments (`//`, `/* */`) and a comma behind the last item are taken, as in the JSON of
    devcontainers and editors. Offsets are of characters in `text`.

    Raises:
        HardenError: with the line: no JSON, or nested deeper than MAX_DEPTH.
    """
    reader = _Reader(text)
    node, at = reader.value(reader.skip(0), 0)
    if reader.skip(at) != len(text):
        raise reader.wrong(reader.skip(at), "something follows the value")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def skip(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def wrong(self, at: int, problem: str) -> HardenError:
        return HardenError(problem, line=self._text.count("\n", 0, at) + 1)

    def value(self, at: int, depth: int) -> tuple[Node, int]:
        """The value that begins at `at`, and the offset behind it."""
        if depth > MAX_DEPTH:
            raise self.wrong(at, f"nested deeper than {MAX_DEPTH} levels")
        first = self._text[at : at + 1]
        if first == "{":
            return self._mapping(at, depth)
        if first == "[":
            return self._sequence(at, depth)
        if first == '"':
            return self._string(at)
        literal = _LITERAL.match(self._text, at)
        if literal is None:
            raise self.wrong(at, "a value is missing")
        return ScalarNode(literal[0], at, literal.end(), "plain"), literal.end()

    def _string(self, at: int) -> tuple[ScalarNode, int]:
        try:
            text, end = _STRINGS.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            raise self.wrong(at, "a string isn't closed, or holds a wrong escape") from error
        return ScalarNode(text, at, end, "json"), end

    def _mapping(self, start: int, depth: int) -> tuple[MappingNode, int]:
        entries: list[Entry] = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "}":
            if self._text[at : at + 1] != '"':
                raise self.wrong(at, "a key in double quotes is missing")
            key, at = self._string(at)
            at = self.skip(at)
            if self._text[at : at + 1] != ":":
                raise self.wrong(at, "a colon is missing")
            value, at = self.value(self.skip(at + 1), depth + 1)
            entries.append(Entry(key, value))
            at = self._next(at, "}")
        return MappingNode(tuple(entries), start, at + 1), at + 1

    def _sequence(self, start: int, depth: int) -> tuple[SequenceNode, int]:
        found: list[Node] = []
        at = self.skip(start + 1)
        while self._text[at : at + 1] != "]":
            value, at = self.value(at, depth + 1)
            found.append(value)
            at = self._next(at, "]")
        return SequenceNode(tuple(found), start, at + 1), at + 1

    def _next(self, at: int, closing: str) -> int:
        """Where the next item or the closing bracket begins, behind a value that ends at `at`."""
        at = self.skip(at)
        if self._text[at : at + 1] == ",":
            return self.skip(at + 1)
        if self._text[at : at + 1] != closing:
            raise self.wrong(at, f"a comma or {closing} is missing")
        return at
