"""Edits to a text, kept as a piece table from which the changed lines are read off."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hardener.errors import HardenError


class EditConflictError(HardenError):
    """Two edits of one set want to change the same characters."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters from `start` to `end` of the current text by `text`.

    `start == end` inserts; edits that insert at the same place keep their order.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A slice of the original that stands in the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Removed:
    """A slice of the original that `by` took out; it has no length in the text."""

    start: int
    end: int
    by: str


@dataclass(frozen=True, slots=True)
class Inserted:
    """Characters that `by` put in."""

    text: str
    by: str


Piece = Kept | Removed | Inserted


@dataclass(frozen=True, slots=True)
class LineChange:
    """Lines of the original that became other lines.

    `old` and `new` are half-open, 0-based ranges of lines; either may be empty. `by` names who
    changed them, sorted.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PieceTable:
    """A text as slices of its original and insertions."""

    original: str
    pieces: tuple[Piece, ...]

    @classmethod
    def of(cls, original: str) -> PieceTable:
        """The table of an unchanged text."""
        return cls(original, (Kept(0, len(original)),) if original else ())

    @property
    def text(self) -> str:
        """The text as it stands now."""
        return "".join(self._characters(piece) for piece in self.pieces)

    def _characters(self, piece: Piece) -> str:
        if isinstance(piece, Kept):
            return self.original[piece.start : piece.end]
        return piece.text if isinstance(piece, Inserted) else ""

    def original_offsets(self, offsets: Iterable[int]) -> list[int]:
        """Where in the original the characters at these offsets of the text stand.

        For one that was inserted: where the next character of the original stands.
        """
        kept, starts, ends, position = [], [], [], 0
        for piece in self.pieces:
            start, position = position, position + len(self._characters(piece))
            if isinstance(piece, Kept):
                kept.append(piece)
                starts.append(start)
                ends.append(position)
        found = []
        for offset in offsets:
            index = bisect_right(ends, offset)
            inside = index < len(kept)
            behind = max(0, offset - starts[index]) if inside else 0
            found.append(kept[index].start + behind if inside else len(self.original))
        return found

    def apply(self, edits: Iterable[Edit], by: str) -> PieceTable:
        """The table after `edits`, whose offsets are those of the current text.

        The same edit given twice counts once. Characters that an edit leaves as they are stay
        slices of the original.

        Raises:
            EditConflictError: two different edits overlap, or replace the same place.
        """
        current = self.text
        wanted = _in_order(edits, len(current))
        pieces: list[Piece] = []
        source = _PieceReader(self)
        for edit in (_tightened(edit, current) for edit in wanted):
            pieces.extend(source.take(edit.start))
            pieces.extend(
                Removed(piece.start, piece.end, by) if isinstance(piece, Kept) else piece
                for piece in source.take(edit.end)
                if not isinstance(piece, Inserted)
            )
            if edit.text:
                pieces.append(Inserted(edit.text, by))
        pieces.extend(source.take(len(current)))
        pieces.extend(source.rest())
        return PieceTable(self.original, tuple(pieces))

    def line_changes(self) -> tuple[LineChange, ...]:
        """Which lines changed, in order; a line counts with its line ending."""
        old, new = _Lines(self.original), _Lines(self.text)
        authors = _Authors(self)
        changes: list[LineChange] = []
        old_next = new_next = 0
        for old_line, new_line in [*self._untouched(old, new), (len(old), len(new))]:
            if old_line > old_next or new_line > new_next:
                front, back = _common_ends(
                    old.between(old_next, old_line), new.between(new_next, new_line)
                )
                before = (old_next + front, old_line - back)
                after = (new_next + front, new_line - back)
                if before[0] < before[1] or after[0] < after[1]:
                    by = authors.of(old.extent(*before), new.extent(*after))
                    changes.append(LineChange(before, after, by))
            old_next, new_next = old_line + 1, new_line + 1
        return tuple(changes)

    def _untouched(self, old: _Lines, new: _Lines) -> Iterator[tuple[int, int]]:
        """Pairs (old line, new line) of the lines that no edit touched."""
        position = 0
        for piece in self.pieces:
            if isinstance(piece, Kept):
                shift = position - piece.start
                for line in range(
                    bisect_left(old.starts, piece.start), bisect_left(old.starts, piece.end)
                ):
                    start, end = old.extent(line, line + 1)
                    at = start + shift
                    whole = end <= piece.end
                    begins = at == 0 or new.text[at - 1] == "\n"
                    ends = old.text[end - 1] == "\n" or end + shift == len(new.text)
                    if whole and begins and ends:
                        yield line, bisect_left(new.starts, at)
            position += len(self._characters(piece))


class _Lines:
    """The lines of a text by number, counted from 0, line endings included."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        position = 0
        while position < len(text):
            self.starts.append(position)
            found = text.find("\n", position)
            position = len(text) if found < 0 else found + 1

    def __len__(self) -> int:
        return len(self.starts)

    def extent(self, first: int, behind: int) -> tuple[int, int]:
        """The offsets at which line `first` and line `behind` begin."""
        starts, length = self.starts, len(self.text)
        return (
            starts[first] if first < len(starts) else length,
            starts[behind] if behind < len(starts) else length,
        )

    def between(self, first: int, behind: int) -> list[str]:
        return [self.text[slice(*self.extent(n, n + 1))] for n in range(first, behind)]


class _Authors:
    """Who removed and who inserted what, to be asked by offsets."""

    def __init__(self, table: PieceTable) -> None:
        self._removed: list[tuple[int, int, str]] = []
        self._inserted: list[tuple[int, int, str]] = []
        position = 0
        for piece in table.pieces:
            if isinstance(piece, Kept):
                position += piece.end - piece.start
            elif isinstance(piece, Removed):
                self._removed.append((piece.start, piece.end, piece.by))
            else:
                self._inserted.append((position, position + len(piece.text), piece.by))
                position += len(piece.text)

    def of(self, old: tuple[int, int], new: tuple[int, int]) -> tuple[str, ...]:
        """The names, sorted, of those who changed something in either range."""
        return tuple(
            sorted({*_overlapping(self._removed, *old), *_overlapping(self._inserted, *new)})
        )


def _overlapping(ranges: Sequence[tuple[int, int, str]], start: int, end: int) -> Iterator[str]:
    """The names on the ranges, which are sorted and apart, that overlap `start` to `end`."""
    index = bisect_left(ranges, start, key=lambda item: item[1])
    while index < len(ranges) and ranges[index][0] < end:
        if ranges[index][1] > start:
            yield ranges[index][2]
        index += 1


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many items at the front, and of the others at the back, are equal."""
    shorter = min(len(old), len(new))
    front = 0
    while front < shorter and old[front] == new[front]:
        front += 1
    back = 0
    while back < shorter - front and old[-1 - back] == new[-1 - back]:
        back += 1
    return front, back


class _PieceReader:
    """Hands out the pieces of a table up to given offsets of its text, splitting them."""

    def __init__(self, table: PieceTable) -> None:
        self._pending = list(reversed(table.pieces))
        self._position = 0

    def take(self, end: int) -> Iterator[Piece]:
        """The pieces from where the last call stopped up to offset `end`."""
        while self._pending and self._position < end:
            piece = self._pending.pop()
            room = end - self._position
            if isinstance(piece, Removed):
                yield piece
                continue
            if isinstance(piece, Kept):
                length = piece.end - piece.start
                if length > room:
                    self._pending.append(Kept(piece.start + room, piece.end))
                    piece = Kept(piece.start, piece.start + room)
            else:
                length = len(piece.text)
                if length > room:
                    self._pending.append(Inserted(piece.text[room:], piece.by))
                    piece = Inserted(piece.text[:room], piece.by)
            self._position += min(length, room)
            yield piece

    def rest(self) -> Iterator[Piece]:
        """What is left, in order."""
        while self._pending:
            yield self._pending.pop()


def _in_order(edits: Iterable[Edit], length: int) -> list[Edit]:
    ordered = sorted(dict.fromkeys(edits), key=lambda edit: (edit.start, edit.end))
    reached = 0
    for edit in ordered:
        if edit.start < reached or edit.end < edit.start or edit.end > length:
            raise EditConflictError(f"two edits overlap at character {edit.start}")
        reached = edit.end
    return ordered


def _tightened(edit: Edit, current: str) -> Edit:
    """The edit without the characters it replaces by themselves."""
    front, back = _common_ends(current[edit.start : edit.end], edit.text)
    text = edit.text[front : len(edit.text) - back]
    return Edit(edit.start + front, edit.end - back, text)
