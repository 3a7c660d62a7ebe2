"""Shell code that stands in another file: what the shell gets, and where each character stands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from hardener.dockerfile.nodes import Span
from hardener.dockerfile.shell import Word
from hardener.project.callers.callerfile import CallerFile
from hardener.project.callers.model import Value
from hardener.project.callers.tree import ScalarNode
from hardener.project.callers.values import literal, templates, unknown

_FILL = "_"
# what means something to a shell in double quotes, but for a variable
_ODD = frozenset('"\\`\n')


@dataclass(frozen=True, slots=True)
class Hole:
    """A range of a snippet's code that another program replaces before the shell gets it.

    `text` is what stands there in the file, `name` what it is called.
    """

    start: int
    end: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Variables:
    """What a caller sets: for good, or as long as the environment doesn't."""

    known: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


NO_VARIABLES = Variables()


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of shell code in a caller.

    Attributes:
        code: what the shell gets; each hole is filled with as many `_`.
        offsets: where each character of `code`, and its end, stands in the caller.
        exact: whether `offsets` say more than where the piece begins.
        holes: in order.
        rewritten: ranges that stand in the caller in another way, `$(X)` for `${X}`; their text is
            what stands there.
    """

    code: str
    offsets: Sequence[int]
    exact: bool = True
    holes: tuple[Hole, ...] = ()
    rewritten: tuple[Hole, ...] = ()

    def span(self, start: int, end: int) -> Span | None:
        """Where `code[start:end]` stands in the caller, None if that isn't known."""
        if not self.exact or start >= end:
            return None
        # the next character tells where an escape ends
        return Span(self.offsets[start], self.offsets[end])

    def with_holes(self, opening: str, closing: str) -> Snippet:
        """The snippet with a hole for each expression between `opening` and `closing`."""
        return self.filled(
            [
                Hole(start, end, name, self.code[start:end])
                for start, end, name in templates(self.code, opening, closing)
            ]
        )

    def filled(self, holes: Sequence[Hole]) -> Snippet:
        """The snippet with further holes, which don't overlap one another."""
        if not holes:
            return self
        pieces: list[str] = []
        position = 0
        for hole in holes:
            pieces += (self.code[position : hole.start], _FILL * (hole.end - hole.start))
            position = hole.end
        pieces.append(self.code[position:])
        every = sorted((*self.holes, *holes), key=lambda hole: hole.start)
        return replace(self, code="".join(pieces), holes=tuple(every))

    def holes_in(self, word: Word) -> tuple[str, ...]:
        """What of a word another program replaces."""
        return tuple(
            hole.name for hole in self.holes if hole.start < word.end and word.start < hole.end
        )

    @property
    def shown(self) -> str:
        """The code, with what stands in the caller in place of holes."""
        return self._shown(0, len(self.code), ())

    def written(self, word: Word) -> str:
        """The text of a word as it stands in the caller."""
        return self._shown(word.start, word.end, word.cuts)

    def _shown(self, start: int, end: int, cuts: Sequence[tuple[int, int]]) -> str:
        pieces: list[str] = []
        position = start
        for from_, to, text in sorted(
            [
                (hole.start, hole.end, hole.text)
                for hole in (*self.holes, *self.rewritten)
                if start <= hole.start and hole.end <= end
            ]
            + [(cut[0], cut[1], "") for cut in cuts]
        ):
            pieces += (self.code[position:from_], text)
            position = max(position, to)
        return "".join([*pieces, self.code[position:end]])

    def value(self, word: Word, variables: Variables = NO_VARIABLES) -> Value:
        """What is known of a word, given the variables that the caller sets."""
        holes = self.holes_in(word)
        written = self.written(word)
        if holes:
            return unknown(written, *dict.fromkeys((*holes, *word.variables)))
        if word.value is not None:
            return literal(word.value)
        known = word.expand(variables.known.get)
        if known is not None:
            return Value(written, known, known, word.variables)
        with_defaults = frozenset(
            part.name for part in word.expansions if part.name and part.operator == ":-"
        )

        def by_default(name: str) -> str | None:
            unset = "" if name in with_defaults else None
            return variables.known.get(name, variables.defaults.get(name, unset))

        return Value(written, None, word.expand(by_default), word.variables)


def of_range(text: str, start: int, end: int) -> Snippet:
    """The code that stands in a caller as it is, from `start` to `end`."""
    return Snippet(text[start:end], range(start, end + 1))


def prefixed(prefix: str, snippet: Snippet) -> Snippet:
    """The code with words in front of it that don't stand in the caller."""
    size = len(prefix)
    holes, rewritten = (
        tuple(Hole(one.start + size, one.end + size, one.name, one.text) for one in several)
        for several in (snippet.holes, snippet.rewritten)
    )
    offsets = [snippet.offsets[0]] * size + list(snippet.offsets)
    return Snippet(prefix + snippet.code, offsets, snippet.exact, holes, rewritten)


def joined(parts: Sequence[Snippet]) -> Snippet:
    """Pieces of code that one shell is given, one line after another."""
    if len(parts) == 1:
        return parts[0]
    code: list[str] = []
    offsets: list[int] = []
    for part in parts:
        code.append(part.code)
        offsets += part.offsets
    return Snippet("\n".join(code), offsets, all(part.exact for part in parts))


def quoted(program: str, arguments: Sequence[Snippet]) -> Snippet:
    """The command that runs `program` with these arguments, of which no shell makes anything else;
    a variable in them is replaced all the same. It stands in the caller in many pieces."""
    first = arguments[0].offsets[0] if arguments else 0
    code, offsets = program, [first] * len(program)
    holes: list[Hole] = []
    for argument in arguments:
        start = len(code) + 2
        if not _ODD.isdisjoint(argument.code):
            text = argument.code
            holes.append(Hole(start, start + len(text), text, text))
        code += f' "{argument.code}"'
        offsets += (argument.offsets[0], argument.offsets[0], *argument.offsets)
    return Snippet(code, [*offsets, offsets[-1]], exact=False).filled(holes)


def of_scalar(file: CallerFile, node: ScalarNode) -> Snippet:
    """The code in a scalar of YAML or JSON."""
    raw = file.text[node.start : node.end]
    if node.style == "plain" and raw == node.text:
        return of_range(file.text, node.start, node.end)
    if node.style in ("single", "double", "json") and raw[1:-1] == node.text:
        return of_range(file.text, node.start + 1, node.end - 1)
    offsets = None
    if node.style == "literal":
        offsets = _of_block(raw, node)
    elif node.style in ("double", "json"):
        offsets = _of_escapes(raw, node)
    elif node.style in ("plain", "folded"):
        offsets = _of_folded(raw, node)
    if offsets is None:
        return Snippet(node.text, [node.start] * (len(node.text) + 1), exact=False)
    return Snippet(node.text, offsets)


def _of_block(raw: str, node: ScalarNode) -> list[int] | None:
    """Where the characters of a block scalar stand: each line without its indentation."""
    offsets: list[int] = []
    at = raw.find("\n") + 1
    lines = node.text.split("\n")
    closed = not lines[-1]
    for line in lines[:-1] if closed else lines:
        end = raw.find("\n", at)
        end = len(raw) if end < 0 else end
        content = raw[at:end].removesuffix("\r")
        if not content.endswith(line):
            return None
        first = node.start + at + len(content) - len(line)
        offsets += (*range(first, first + len(line)), node.start + end)
        at = end + 1
    if closed:
        offsets.append(node.start + min(at, len(raw)))
    return offsets if len(offsets) == len(node.text) + 1 else None


def _of_folded(raw: str, node: ScalarNode) -> list[int] | None:
    """Where the characters of a scalar stand whose line ends became single spaces; None where one
    became anything else.

    Source: YAML 1.2.2, 6.5 (line folding) and 8.1.3 (folded style).
    """
    at = raw.find("\n") + 1 if node.style == "folded" else 0
    text = node.text.rstrip("\n")
    offsets: list[int] = []
    for char in text:
        blanks = _BLANKS.match(raw, at)
        ends = 0 if blanks is None else blanks[0].count("\n")
        if blanks is not None and not offsets:
            at = blanks.end()
        elif blanks is not None and ends:
            if ends > 1 or char != " ":
                return None
            offsets.append(node.start + at)
            at = blanks.end()
            continue
        if raw[at : at + 1] != char:
            return None
        offsets.append(node.start + at)
        at += 1
    return [*offsets, *[node.start + at] * (len(node.text) - len(text) + 1)]


def _of_escapes(raw: str, node: ScalarNode) -> list[int] | None:
    """Where the characters of a quoted scalar stand whose escapes are of one character each."""
    offsets: list[int] = []
    at, body = 1, len(raw) - 1
    while at < body:
        offsets.append(node.start + at)
        if raw[at] == "\\":
            if raw[at + 1 : at + 2] not in _SHORT_ESCAPES:
                return None
            at += 1
        at += 1
    offsets.append(node.start + body)
    return offsets if len(offsets) == len(node.text) + 1 else None


_BLANKS = re.compile(r"[ \t\r\n]+")
_SHORT_ESCAPES = frozenset('"\\/bfnrt')
