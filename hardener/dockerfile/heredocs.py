"""Which here-documents a logical line opens.

Source of the rules: moby/buildkit, frontend/dockerfile/parser/parser.go (heredocsFromLine).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.expand import ExpansionError, split_words

_OPENING = re.compile(r"(\d*)<<(-?)([^<]+)\Z")


@dataclass(frozen=True, slots=True)
class Opening:
    """`3<<-EOF` and the like: what the terminator is and how the body is to be taken."""

    name: str
    file_descriptor: int
    expand: bool
    chomp: bool


def heredocs_of(line: str) -> Iterator[Opening]:
    """The here-documents that a logical line opens, in order.

    BuildKit always takes the backslash for the escape character here, whatever the directive
    says, and reads nothing where the line's quotes or variables are malformed.
    """
    try:
        words = split_words(line, raw=True)
    except ExpansionError:
        return
    for word in words:
        found = _OPENING.match(word)
        if not found:
            continue
        descriptor, dash, delimiter = found.groups()
        try:
            plain = split_words(delimiter)
        except ExpansionError as error:
            raise DockerfileError(f"heredoc: {error.message}") from error
        if len(plain) == 1:
            yield Opening(
                plain[0],
                int(descriptor or 0),
                expand=_quotes(plain) == _quotes(split_words(delimiter, raw=True)),
                chomp=bool(dash),
            )


def _quotes(words: Iterable[str]) -> int:
    """How many quote characters there are: BuildKit's test for a quoted delimiter."""
    return sum(word.count("'") + word.count('"') for word in words)
