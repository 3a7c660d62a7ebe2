"""Where lines begin and end in a caller's text, how they are indented, and what ends them."""

from __future__ import annotations

from collections.abc import Sequence

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span

_BLANK = " \t"


def line_start(text: str, at: int) -> int:
    """The offset at which the line of a character begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """The offset at which the line of a character ends, before what ends it."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" and text[end : end + 1] else end


def behind_line(text: str, at: int) -> int:
    """The offset behind the line of a character and what ends it."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def newline(text: str, at: int) -> str:
    """What ends the line of a character; of the last one, the line before."""
    end = text.find("\n", at)
    if end < 0:
        end = text.rfind("\n", 0, at)
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def column(text: str, at: int) -> int:
    """How many characters stand before one in its line."""
    return at - line_start(text, at)


def begins_line(text: str, at: int) -> bool:
    """Whether nothing but blanks stands before a character in its line."""
    return not text[line_start(text, at) : at].strip(_BLANK)


def ends_line(text: str, at: int, comments: Sequence[str] = ()) -> bool:
    """Whether nothing but blanks, or a comment that one of `comments` opens, stands from `at` to
    the end of the line."""
    rest = text[at : line_end(text, at)].strip(_BLANK)
    return not rest or rest.startswith(tuple(comments))


def whole_lines(text: str, start: int, end: int) -> Edit:
    """Takes out the lines that a range stands in; with the last line of a text that doesn't end
    its lines goes what ended the line before."""
    first, behind = line_start(text, start), behind_line(text, max(start, end - 1))
    if behind == len(text) and first and not text.endswith("\n"):
        first = line_end(text, first - 1)
    return Edit(first, behind, "")


def lines_behind(text: str, at: int, lines: Sequence[str]) -> Edit:
    """Puts lines, given without what ends them, behind the line of a character."""
    place, end = behind_line(text, at), newline(text, at)
    if text[place - 1 : place] == "\n":
        return Edit(place, place, "".join(line + end for line in lines))
    return Edit(place, place, "".join(end + line for line in lines))


def without_items(
    text: str,
    items: Sequence[Span],
    gone: Sequence[int],
    *,
    comments: Sequence[str] = (),
    loose: bool = False,
) -> list[Edit]:
    """Takes items out of a list that is written with commas, whole lines where they have them.

    Parameters:
        items: the list's items in order; some of them stay.
        gone: the indices of those to take out.
        comments: what opens a comment that ends with its line.
        loose: whether line ends part the items too, and a comma may follow the last.
    """
    edits: list[Edit] = []
    kept = [index for index in range(len(items)) if index not in gone]
    last = kept[-1]
    for index in gone:
        item = items[index]
        comma = _comma(text, item.end)
        alone = begins_line(text, item.start) and ends_line(
            text, item.end if comma is None else comma + 1, comments
        )
        if alone:
            edits.append(whole_lines(text, item.start, item.end))
        elif index < last:
            edits.append(Edit(item.start, items[index + 1].start, ""))
        else:
            edits.append(Edit(items[index - 1].end, item.end, ""))
            continue
    if last < len(items) - 1 and not loose:
        # the comma behind the item that is the last from now on
        comma = _comma(text, items[last].end)
        trailing = _comma(text, items[-1].end)
        covered = any(comma is not None and edit.start <= comma < edit.end for edit in edits)
        if comma is not None and trailing is None and not covered:
            edits.append(Edit(comma, comma + 1, ""))
    return edits


def _comma(text: str, at: int) -> int | None:
    """The offset of the comma that follows, with nothing but blanks before it."""
    while text[at : at + 1] in (" ", "\t", "\r", "\n") and at < len(text):
        at += 1
    return at if text[at : at + 1] == "," else None
