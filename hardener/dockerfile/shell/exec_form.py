"""Reads the exec form of CMD, ENTRYPOINT, RUN and HEALTHCHECK as a command, with offsets."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from hardener.dockerfile.shell.model import Command, Word
from hardener.dockerfile.shell.source import Source

_ITEM = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# escapes that stand for the character behind the backslash, so that cutting it out is exact
_ESCAPE = re.compile(r'\\(?:(["\\/])|.)', re.DOTALL)


def read_exec_form(
    text: str, *, origin: int = 0, cuts: Sequence[tuple[int, int]] = ()
) -> Command | None:
    """Read a JSON array of strings, such as `["sh", "-c", "npm start"]`, as one command.

    Args:
        text, origin, cuts: as for `read_script`.

    Returns:
        The command, whose words can be unwrapped like those of a script; None where `text` isn't
        an array of strings. A word with an escape such as `\\n` has no `cuts`: its text isn't in
        the file.
    """
    source = Source.of(text, origin, cuts)
    try:
        items = json.loads(source.code)
    except (ValueError, RecursionError):
        return None
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return None
    words = [
        _word(source, found.start(), found.end(), item)
        for found, item in zip(_ITEM.finditer(source.code), items, strict=True)
    ]
    start, end = source.span(0, len(source.code))
    return Command(
        start=start,
        end=end,
        connector="",
        within=(),
        part="",
        stage=0,
        piped=False,
        negated=False,
        background=False,
        conditional=False,
        redirects=(),
        words=tuple(words),
        assignments=(),
    )


def _word(source: Source, start: int, end: int, text: str) -> Word:
    kept: list[tuple[int, int]] = []
    position = start + 1
    for escape in _ESCAPE.finditer(source.code, start + 1, end - 1):
        if escape[1] is None:
            first, behind = source.span(start, end)
            return Word(first, behind, source.raw(first, behind), text)
        kept.append((position, escape.start()))
        position = escape.start() + 1
    kept.append((position, end - 1))
    return source.word(start, end, kept)
