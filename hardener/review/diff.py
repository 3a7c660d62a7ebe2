"""The unified diff, modelled and printed by unidiff, in git's conventions.

Context with a secret in it is left out where git can do without.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unidiff.constants import LINE_VALUE_NO_NEWLINE
from unidiff.patch import Hunk, Line, PatchedFile

from hardener.dockerfile.edits import LineChange, PieceTable
from hardener.secrets.redact import Redaction

CONTEXT_LINES = 3
DEV_NULL = "/dev/null"

# git, quote.c: the characters that C-style quoting has a letter for
_ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def unified_diff(path: str, table: PieceTable, *, new_file: bool = False) -> PatchedFile:
    """What became of one file, to be printed with `str()`; empty where nothing changed.

    Parameters:
        path: relative to the folder where the diff is to be applied, with forward slashes.
        table: the text with its edits.
        new_file: the file isn't there yet, so the diff is against /dev/null.
    """
    patched = PatchedFile(
        source=DEV_NULL if new_file else _file_name("a/", path), target=_file_name("b/", path)
    )
    old, new = _lines(table.original), _lines(table.text)
    redaction = Redaction.of(table.original)
    secret = [redaction.touches(line) for line in old] if redaction.values else [False] * len(old)
    for group in _grouped(table.line_changes(), secret):
        patched.append(_hunk(group, old, new, secret))
    return patched


def _file_name(prefix: str, path: str) -> str:
    """The name as git writes it: quoted where it is odd, a tab behind one that has a space."""
    raw = (prefix + path).encode("utf-8", "surrogateescape")
    if any(byte < 32 or byte > 126 or byte in (34, 92) for byte in raw):
        return '"' + "".join(map(_quoted, raw)) + '"'
    return prefix + path + ("\t" if " " in path else "")


def _quoted(byte: int) -> str:
    if byte in _ESCAPES:
        return "\\" + _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _grouped(changes: Sequence[LineChange], secret: Sequence[bool]) -> Iterator[list[LineChange]]:
    """The changes that share a hunk: those with at most twice the context between them, and no
    line with a secret that can be left out."""
    group: list[LineChange] = []
    for change in changes:
        if group:
            start, end = group[-1].old[1], change.old[0]
            # git wants a line of context behind a change
            if end - start > 2 * CONTEXT_LINES or any(secret[start + 1 : end]):
                yield group
                group = []
        group.append(change)
    if group:
        yield group


def _hunk(
    changes: Sequence[LineChange],
    old: Sequence[str],
    new: Sequence[str],
    secret: Sequence[bool],
) -> Hunk:
    first, last = changes[0], changes[-1]
    before = 0
    while before < min(CONTEXT_LINES, first.old[0]) and not secret[first.old[0] - before - 1]:
        before += 1
    after = min(1, len(old) - last.old[1])
    while after < min(CONTEXT_LINES, len(old) - last.old[1]) and not secret[last.old[1] + after]:
        after += 1
    old_start, old_length = first.old[0] - before, last.old[1] + after - first.old[0] + before
    new_start, new_length = first.new[0] - before, last.new[1] + after - first.new[0] + before
    # an empty range is named by the line before it
    hunk = Hunk(old_start + (old_length > 0), old_length, new_start + (new_length > 0), new_length)
    position = old_start
    for change in changes:
        _add(hunk, " ", old[position : change.old[0]])
        _add(hunk, "-", old[change.old[0] : change.old[1]])
        _add(hunk, "+", new[change.new[0] : change.new[1]])
        position = change.old[1]
    _add(hunk, " ", old[position : position + after])
    return hunk


def _add(hunk: Hunk, kind: str, lines: Sequence[str]) -> None:
    for line in lines:
        if line.endswith("\n"):
            hunk.append(Line(line, kind))
        else:
            hunk.append(Line(line + "\n", kind))
            hunk.append(Line(LINE_VALUE_NO_NEWLINE + "\n", "\\"))
