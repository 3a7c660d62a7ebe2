"""BuildKit's own parser, through the `dockerfile` package, as the judge of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dockerfile


class RejectedError(Exception):
    """BuildKit's parser takes no such file."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What BuildKit sees of one instruction: its name and 1-based first and last line."""

    name: str
    first_line: int
    last_line: int


_CHECK_DIRECTIVE = re.compile(r"^\ufeff?\s*#\s*check\s*=", re.IGNORECASE | re.MULTILINE)


def can_judge(text: str) -> bool:
    """Whether the binding can be asked: it crashes on lone surrogates, stops at NUL, refuses lines
    over 65,535 bytes, and is older than the check directive, behind which escape still holds."""
    if _CHECK_DIRECTIVE.search(text):
        return False
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return False
    return all(len(line.encode()) < 65_535 for line in text.split("\n"))


def instructions(text: str) -> list[Seen]:
    """The instructions as BuildKit's parser finds them.

    Raises:
        RejectedError: it finds the text no Dockerfile.
    """
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError as error:
        raise RejectedError(str(error)) from error
    return [
        Seen((command.cmd or "").upper(), command.start_line, command.end_line)
        for command in commands
    ]
