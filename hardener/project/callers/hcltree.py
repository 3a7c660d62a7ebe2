"""Reads the part of HCL that bake files are mostly made of: blocks, literals, templates.

An expression that is no literal, list, object or name of a variable becomes a scalar with the tag
EXPRESSION, whose text is the expression. Source: hashicorp/hcl hclsyntax/spec.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hardener.errors import HardenError
from hardener.project.callers.tree import Entry, MappingNode, Node, ScalarNode, SequenceNode

EXPRESSION = "!expression"
MAX_DEPTH = 100

_SPACE = re.compile(r"(?:[ \t\r\ufeff]+|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*+")
_COMMENT = re.compile(r"(?:\#|//)[^\n]*")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_NUMBER = re.compile(r"-?[0-9][\w.]*")
_PLAIN = re.compile(r'[^"\\$%\n]+')
_HEREDOC = re.compile(r"<<-?([A-Za-z_][\w-]*)\r?\n")
_WORDS = frozenset({"true", "false", "null"})
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_ENDS = frozenset("\n,)]}#")


def read_hcl(text: str) -> MappingNode:
    """The body of an HCL file: attributes by name, and blocks by type and then by label.

    A block of several labels stands below each; blocks of one type and label are put together.
    Offsets are of characters in `text`.

    Raises:
        HardenError: with the line: no HCL, or nested deeper than MAX_DEPTH.
    """
    reader = _Reader(text)
    entries, at = reader.body(0, 0)
    if at != len(text):
        raise reader.wrong(at, "a closing brace too many")
    return MappingNode(entries, 0, len(text))


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def wrong(self, at: int, problem: str) -> HardenError:
        return HardenError(problem, line=self._text.count("\n", 0, at) + 1)

    def _check_depth(self, at: int, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self.wrong(at, f"nested deeper than {MAX_DEPTH} levels")

    def _char(self, at: int) -> str:
        return self._text[at : at + 1]

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _lines(self, at: int) -> int:
        """Skips blanks, comments and line ends."""
        while True:
            at = self._space(at)
            comment = _COMMENT.match(self._text, at)
            if comment is not None:
                at = comment.end()
            elif self._char(at) == "\n":
                at += 1
            else:
                return at

    def body(self, at: int, depth: int) -> tuple[tuple[Entry, ...], int]:
        """The attributes and blocks from `at` to a closing brace or the end."""
        self._check_depth(at, depth)
        entries: list[Entry] = []
        at = self._lines(at)
        while at < len(self._text) and self._char(at) != "}":
            key, at = self._name(at)
            at = self._space(at)
            if self._char(at) == "=" and self._char(at + 1) != "=":
                value, at = self._value(self._space(at + 1), depth)
            else:
                value, at = self._block(at, depth)
            entries.append(Entry(key, value))
            at = self._lines(at)
        return _together(entries), at

    def _name(self, at: int) -> tuple[ScalarNode, int]:
        if self._char(at) == '"':
            return self._string(at)
        name = _NAME.match(self._text, at)
        if name is None:
            raise self.wrong(at, "a name is missing")
        return ScalarNode(name[0], at, name.end(), "hcl"), name.end()

    def _block(self, at: int, depth: int) -> tuple[MappingNode, int]:
        self._check_depth(at, depth)
        if self._char(at) != "{":
            label, end = self._name(at)
            inner, behind = self._block(self._space(end), depth + 1)
            return MappingNode((Entry(label, inner),), at, behind), behind
        entries, end = self.body(at + 1, depth + 1)
        if self._char(end) != "}":
            raise self.wrong(at, "a block isn't closed")
        return MappingNode(entries, at, end + 1), end + 1

    def _value(self, at: int, depth: int) -> tuple[Node, int]:
        """The expression that begins at `at`."""
        self._check_depth(at, depth)
        node, end = self._literal(at, depth)
        behind = self._space(end)
        rest = self._char(behind)
        if node is not None and (
            rest == "" or rest in _ENDS or self._text.startswith("//", behind)
        ):
            return node, end
        end = self._expression_end(at)
        return ScalarNode(self._text[at:end].strip(), at, end, "hcl", EXPRESSION), end

    def _literal(self, at: int, depth: int) -> tuple[Node | None, int]:
        first = self._char(at)
        if first == '"':
            return self._string(at)
        if first == "[":
            return self._list(at, depth)
        if first == "{":
            return self._object(at, depth)
        heredoc = _HEREDOC.match(self._text, at)
        if heredoc is not None:
            return self._heredoc(at, heredoc)
        found = _NAME.match(self._text, at) or _NUMBER.match(self._text, at)
        if found is None:
            return None, at
        name = found[0]
        if name[0].isdecimal() or name[0] == "-" or name in _WORDS:
            return ScalarNode(name, at, found.end(), "plain"), found.end()
        return ScalarNode(f"${{{name}}}", at, found.end(), "hcl"), found.end()

    def _string(self, start: int) -> tuple[ScalarNode, int]:
        pieces: list[str] = []
        at = start + 1
        while True:
            plain = _PLAIN.match(self._text, at)
            if plain is not None:
                pieces.append(plain[0])
                at = plain.end()
            char = self._char(at)
            if char == '"':
                return ScalarNode("".join(pieces), start, at + 1, "hcl"), at + 1
            if char in ("", "\n"):
                raise self.wrong(start, "a string isn't closed")
            if char == "\\":
                pieces.append(_ESCAPES.get(self._char(at + 1), self._text[at : at + 2]))
                at += 2
            elif self._char(at + 1) == "{":
                end = self._template_end(at + 2)
                pieces.append(self._text[at:end])
                at = end
            else:
                pieces.append(char)
                at += 1

    def _template_end(self, at: int) -> int:
        """The offset behind the brace that closes a template, from behind its opening."""
        depth, quoted = 1, False
        for index in range(at, len(self._text)):
            char = self._text[index]
            if char == '"' and self._text[index - 1] != "\\":
                quoted = not quoted
            elif not quoted:
                depth += (char == "{") - (char == "}")
                if not depth:
                    return index + 1
        raise self.wrong(at, "a template isn't closed")

    def _heredoc(self, start: int, opening: re.Match[str]) -> tuple[ScalarNode, int]:
        closing = re.compile(rf"^[ \t]*{opening[1]}[ \t\r]*$", re.MULTILINE)
        end = closing.search(self._text, opening.end())
        if end is None:
            raise self.wrong(start, "a heredoc isn't closed")
        return ScalarNode(
            self._text[opening.end() : end.start()], start, end.end(), "hcl"
        ), end.end()

    def _list(self, start: int, depth: int) -> tuple[SequenceNode, int]:
        found: list[Node] = []
        at = self._lines(start + 1)
        while self._char(at) != "]":
            node, at = self._value(at, depth + 1)
            found.append(node)
            at = self._separator(at, start, "]", (",",))
        return SequenceNode(tuple(found), start, at + 1), at + 1

    def _object(self, start: int, depth: int) -> tuple[MappingNode, int]:
        entries: list[Entry] = []
        at = self._lines(start + 1)
        while self._char(at) != "}":
            key, at = self._name(at)
            at = self._space(at)
            if self._char(at) not in ("=", ":"):
                raise self.wrong(at, "an equals sign is missing")
            node, at = self._value(self._space(at + 1), depth + 1)
            entries.append(Entry(key, node))
            at = self._separator(at, start, "}", (",", "\n"))
        return MappingNode(tuple(entries), start, at + 1), at + 1

    def _separator(self, at: int, start: int, closing: str, allowed: Iterable[str]) -> int:
        """Where the next item or the closing bracket begins, behind one that ends at `at`."""
        at = self._space(at)
        comment = _COMMENT.match(self._text, at)
        at = comment.end() if comment else at
        ended = self._char(at) in tuple(allowed)
        behind = self._lines(at + 1 if self._char(at) == "," else at)
        if self._char(behind) == ",":
            ended, behind = True, self._lines(behind + 1)
        if self._char(behind) == "" or not (ended or self._char(behind) == closing):
            raise self.wrong(start, f"a {closing} is missing")
        return behind

    def _expression_end(self, start: int) -> int:
        """Where an expression ends that isn't read: at a line end, comma or bracket outside of its
        own brackets."""
        depth, at = 0, start
        while at < len(self._text):
            char = self._text[at]
            if char == '"':
                at = self._string(at)[1]
                continue
            if not depth and (char in ",\n#" or char in _CLOSING):
                break
            depth += (char in _OPENING) - (char in _CLOSING)
            at += 1
        if at == start:
            raise self.wrong(start, "a value is missing")
        return at


def _together(entries: list[Entry]) -> tuple[Entry, ...]:
    """The entries with the blocks of one type put together into one mapping."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.key.text, []).append(entry)
    return tuple(_one(group) for group in groups.values())


def _one(group: list[Entry]) -> Entry:
    blocks = [entry.value for entry in group if isinstance(entry.value, MappingNode)]
    if len(group) == 1 or len(blocks) < len(group):
        return group[-1]
    own = tuple(entry for block in blocks for entry in block.own)
    return Entry(group[0].key, MappingNode(own, blocks[0].start, blocks[-1].end))
