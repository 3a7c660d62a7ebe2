"""The shell code that is read, and where each of its characters stands in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hardener.dockerfile.shell.model import Expansion, Word
from hardener.dockerfile.shell.view import HereDocument


@dataclass(frozen=True, slots=True)
class Source:
    """`code` is what the shell gets, `text` what stands in the file from `origin` on.

    `offsets` has the place in the file of each character of `code`, and of its end.
    """

    code: str
    offsets: Sequence[int]
    text: str
    origin: int

    @classmethod
    def of(cls, text: str, origin: int, cuts: Sequence[tuple[int, int]]) -> Source:
        """`text`, which stands in the file at `origin`, without the ranges `cuts` of the file."""
        if not cuts:
            return cls(text, range(origin, origin + len(text) + 1), text, origin)
        pieces: list[str] = []
        offsets: list[int] = []
        position = origin
        end = origin + len(text)
        for start, behind in (*cuts, (end, end)):
            pieces.append(text[position - origin : start - origin])
            offsets += range(position, start)
            position = max(position, behind)
        return cls("".join(pieces), [*offsets, end], text, origin)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `code[start:end]` stands in the file, from its first to its last character."""
        if start < end:
            return self.offsets[start], self.offsets[end - 1] + 1
        at = self.offsets[start - 1] + 1 if start else self.offsets[0]
        return at, at

    def raw(self, start: int, end: int) -> str:
        """What stands in the file from `start` to `end`."""
        return self.text[start - self.origin : end - self.origin]

    def plain_word(self, start: int, end: int) -> Word:
        """The word at `code[start:end]`, which has no quotes."""
        first, behind = self.offsets[start], self.offsets[end - 1] + 1
        if behind - first != end - start:
            return self.word(start, end, ((start, end),))
        text = self.code[start:end]
        return Word(first, behind, text, text)

    def word(
        self,
        start: int,
        end: int,
        kept: Sequence[tuple[int, int]],
        pattern: bool = False,
        expansions: tuple[Expansion, ...] = (),
    ) -> Word:
        """The word at `code[start:end]`, of whose characters `kept` are left without quotes."""
        first, behind = self.span(start, end)
        raw = self.raw(first, behind)
        text = "".join([self.code[a:b] for a, b in kept])
        cuts = () if len(text) == len(raw) else tuple(self._cuts(first, behind, kept))
        return Word(first, behind, raw, text, pattern, cuts, expansions)

    def _cuts(
        self, position: int, end: int, kept: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, int]]:
        """What of the file lies between `position` and `end` and isn't kept."""
        for piece in kept:
            for start, behind in self._runs(*piece):
                if position < start:
                    yield position, start
                position = behind
        if position < end:
            yield position, end

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The ranges of the file that `code[start:end]` stands in."""
        offsets = self.offsets
        while start < end:
            behind = end
            if offsets[end - 1] - offsets[start] != end - 1 - start:
                behind = start + 1
                while behind < end and offsets[behind] == offsets[behind - 1] + 1:
                    behind += 1
            yield offsets[start], offsets[behind - 1] + 1
            start = behind


@dataclass(slots=True)
class Reading:
    """What is read of one script: its source, its here-documents and its first problem.

    `documents` are by the place of their `<<`; `taken` are those that belong to a command.
    `line_ends` are line ends that tree-sitter took no notice of.
    """

    source: Source
    documents: Mapping[int, HereDocument]
    taken: set[int] = field(default_factory=set)
    line_ends: list[int] = field(default_factory=list)
    problem: tuple[int, str] | None = None

    def complain(self, position: int, problem: str) -> None:
        """Note what isn't understood at `position` of the code; the first complaint stays."""
        if self.problem is None:
            self.problem = position, problem
