"""Says whether git would ignore a path, by the patterns of one .gitignore file."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hardener.project.globs import DOUBLE_STAR, STAR, Segment, path_regex, segment_regex

_PLAIN = re.compile(r"[^*?\[\\]+")

_POSIX_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


@dataclass(frozen=True, slots=True)
class GitPattern:
    """One pattern of a .gitignore file.

    Attributes:
        ignores: False for a pattern that begins with `!`.
        folders_only: the pattern ends with `/`.
        whole_path: it is compared with the path from the file's folder, not with the last name.
        regex: what it is compared with.
    """

    ignores: bool
    folders_only: bool
    whole_path: bool
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class GitIgnore:
    """The patterns of one .gitignore file, in the file's order."""

    patterns: tuple[GitPattern, ...]

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """True if the path is ignored, False if a `!` pattern takes it back, None if no pattern
        speaks of it.

        `path` is relative to the folder of the .gitignore file, with `/` between names. Only the
        path itself is judged: git never looks into an ignored folder, so the caller asks for each
        folder on the way down.

        Source: git's Documentation/gitignore.txt and dir.c (last_matching_pattern_from_list).
        """
        path = _one_character_a_byte(path)
        name = path.rpartition("/")[2]
        for pattern in reversed(self.patterns):
            if pattern.folders_only and not folder:
                continue
            if pattern.regex.fullmatch(path if pattern.whole_path else name):
                return pattern.ignores
        return None


def parse_gitignore(content: bytes) -> GitIgnore:
    """Reads the bytes of a .gitignore file; a pattern git can't use is left out, as git does."""
    text = content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return _parse(line.removesuffix("\r") for line in text.split("\n"))


def parse_lines(lines: Iterable[str]) -> GitIgnore:
    """Reads patterns given one by one, without line endings."""
    return _parse(_one_character_a_byte(line) for line in lines)


def _parse(lines: Iterable[str]) -> GitIgnore:
    return GitIgnore(tuple(found for line in lines if (found := _pattern(line)) is not None))


def _one_character_a_byte(text: str) -> str:
    """git compares bytes: `?` is half of an `é`."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def _pattern(line: str) -> GitPattern | None:
    """Source: git's dir.c (parse_path_pattern, trim_trailing_spaces)."""
    if line.startswith("#"):
        return None
    line = _without_trailing_spaces(line)
    ignores = not line.startswith("!")
    if not ignores:
        line = line[1:]
    folders_only = line.endswith("/")
    if folders_only:
        line = line[:-1]
    if not line:
        return None
    whole_path = "/" in line
    regex = _path(line.removeprefix("/")) if whole_path else _name(line)
    if regex is None:
        return None
    return GitPattern(ignores, folders_only, whole_path, re.compile(regex, re.DOTALL))


def _without_trailing_spaces(line: str) -> str:
    end = index = 0
    while index < len(line):
        if line[index] == "\\":
            index += 2
            end = min(index, len(line))
        elif line[index] == " ":
            index += 1
        else:
            index += 1
            end = index
    return line[:end]


def _name(pattern: str) -> str | None:
    atoms = _atoms(pattern)
    return None if atoms is None else segment_regex(atoms)


def _path(pattern: str) -> str | None:
    # git compares the plain beginning by itself, so that `a**/b` is `a` and then `**/b`
    plain = _PLAIN.match(pattern)
    beginning = plain[0] if plain else ""
    segments: list[Segment] = []
    for text in _segments(pattern[len(beginning) :]):
        if len(text) > 1 and not text.strip("*"):
            if not segments or segments[-1] is not DOUBLE_STAR:
                segments.append(DOUBLE_STAR)
            continue
        atoms = _atoms(text)
        if atoms is None:
            return None
        segments.append(atoms)
    return re.escape(beginning) + path_regex(segments)


def _segments(pattern: str) -> list[str]:
    """Splits at every `/` that isn't inside brackets."""
    segments = []
    start = index = 0
    while index < len(pattern):
        if pattern[index] == "/":
            segments.append(pattern[start:index])
            start = index + 1
        elif pattern[index] == "\\" and pattern[index + 1 : index + 2] != "/":
            index += 1
        elif pattern[index] == "[":
            index = max(_bracket_end(pattern, index) - 1, index)
        index += 1
    segments.append(pattern[start:])
    return segments


def _bracket_end(pattern: str, start: int) -> int:
    """Offset behind the bracket expression that begins at `start`; -1 if it is never closed."""
    index = start + 1
    if pattern[index : index + 1] in ("!", "^"):
        index += 1
    first = True
    while index < len(pattern):
        if pattern[index] == "]" and not first:
            return index + 1
        if pattern[index] == "\\":
            index += 1
        elif pattern.startswith("[:", index) and (closed := pattern.find(":]", index + 2)) > 0:
            index = closed + 1
        first = False
        index += 1
    return -1


def _atoms(pattern: str) -> list[str] | None:
    """Source: git's wildmatch.c. None for a pattern that matches nothing."""
    atoms: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*":
            if not atoms or atoms[-1] != STAR:
                atoms.append(STAR)
        elif char == "?":
            atoms.append("[^/]")
        elif char == "[":
            end = _bracket_end(pattern, index - 1)
            atom = None if end < 0 else _bracket(pattern[index : end - 1])
            if atom is None:
                return None
            atoms.append(atom)
            index = end
        elif char == "\\":
            if index == len(pattern):
                return None
            atoms.append(re.escape(pattern[index]))
            index += 1
        else:
            atoms.append(re.escape(char))
    return atoms


def _bracket(body: str) -> str | None:
    """One-character regular expression for what stands between `[` and `]`."""
    negated = body[:1] in ("!", "^")
    if negated:
        body = body[1:]
    parts: list[str] = []
    index = 0
    previous: str | None = None
    while index < len(body):
        if body.startswith("[:", index) and (closed := body.find(":]", index + 2)) > 0:
            named = _POSIX_CLASSES.get(body[index + 2 : closed])
            if named is None:
                return None
            parts.append(named)
            index, previous = closed + 2, None
            continue
        if body[index] == "-" and previous is not None and index + 1 < len(body):
            index += 1
            if body[index] == "\\":
                index += 1
            if previous <= body[index]:
                parts.append(f"{re.escape(previous)}-{re.escape(body[index])}")
            index, previous = index + 1, None
            continue
        if body[index] == "\\":
            index += 1
        previous = body[index]
        parts.append(re.escape(previous))
        index += 1
    inside = "".join(parts)
    if negated:
        return f"[^/{inside}]"
    return f"(?!/)[{inside}]" if inside else "(?!)"
