"""Go's filepath.Clean and filepath.Match, by which Docker reads the paths in its files."""

import posixpath
import re

from hardener.project.globs import STAR, segment_regex


class BadPatternError(ValueError):
    """Go's filepath.Match refuses the pattern; the text says why."""


def clean(path: str) -> str:
    """The shortest path that means the same, as Go's path/filepath.Clean makes it."""
    if path.startswith("/"):
        # POSIX, and posixpath with it, keeps two leading slashes
        return posixpath.normpath("/" + path.lstrip("/"))
    return posixpath.normpath(path)


def compile_match(pattern: str) -> re.Pattern[str]:
    """A regular expression whose `fullmatch` says what Go's filepath.Match does.

    A star stands for any run of characters but `/`, and as in Go each but the last takes the first
    place where what follows it fits. A class in brackets may match a `/`.

    Raises BadPatternError. Source: Go's path/filepath/match.go.
    """
    atoms: list[str] = []
    while pattern:
        star, chunk, pattern = _next_chunk(pattern)
        if star:
            atoms.append(STAR)
        atoms.extend(_atoms(chunk))
    return re.compile(segment_regex(atoms), re.DOTALL)


def refuse_bad_pattern(pattern: str) -> None:
    """Raises BadPatternError where Go's filepath.Match(pattern, ".") returns an error.

    That is how Docker looks for mistakes in a pattern, and it doesn't see all of them: what comes
    behind a star is read only if what stands before it matches the `.`.
    """
    name = "."
    while pattern:
        star, chunk, pattern = _next_chunk(pattern)
        if not chunk:
            return
        regex = re.compile("".join(_atoms(chunk)), re.DOTALL)
        starts = range(len(name) + 1) if star else range(1)
        ends = [found.end() for start in starts if (found := regex.match(name, start))]
        fitting = [end for end in ends if pattern or end == len(name)]
        if not fitting:
            return
        name = name[fitting[0] :]


def _next_chunk(pattern: str) -> tuple[bool, str, str]:
    """Splits off what stands before the next star: whether stars lead it, it, and the rest."""
    rest = pattern.lstrip("*")
    star = len(rest) < len(pattern)
    in_brackets = False
    at = 0
    while at < len(rest) and (rest[at] != "*" or in_brackets):
        if rest[at] == "\\":
            at += 1
        elif rest[at] in "[]":
            in_brackets = rest[at] == "["
        at += 1
    return star, rest[:at], rest[at:]


def _atoms(chunk: str) -> list[str]:
    atoms: list[str] = []
    at = 0
    while at < len(chunk):
        char = chunk[at]
        if char == "[":
            atom, at = _char_class(chunk, at + 1)
            atoms.append(atom)
            continue
        if char == "\\":
            at += 1
            if at == len(chunk):
                raise BadPatternError("a backslash at its end")
        atoms.append("[^/]" if char == "?" else re.escape(chunk[at]))
        at += 1
    return atoms


def has_wildcard(path: str) -> bool:
    """Whether a COPY source is a pattern: it has a `*`, `?` or `[` that no backslash protects.

    Source: tonistiigi/fsutil copy/copy.go (containsWildcards).
    """
    return re.search(r"[*?\[]", re.sub(r"\\.", "", path, flags=re.DOTALL)) is not None


def _char_class(pattern: str, at: int) -> tuple[str, int]:
    """Reads from behind the `[`; returns the atom and the offset behind the `]`."""
    negated = pattern.startswith("^", at)
    if negated:
        at += 1
    parts: list[str] = []
    first = True
    while first or not pattern.startswith("]", at):
        first = False
        low, at = _class_char(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_char(pattern, at + 1)
        if low <= high:
            parts.append(f"{re.escape(low)}-{re.escape(high)}")
    if not parts:
        return ("." if negated else "(?!)"), at + 1
    return f"[{'^' if negated else ''}{''.join(parts)}]", at + 1


def _class_char(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith(("-", "]"), at):
        raise BadPatternError(f"a bare '{pattern[at]}' in brackets")
    if pattern.startswith("\\", at):
        at += 1
    # Go wants something behind each character of a class: at least the bracket that closes it
    if at + 1 >= len(pattern):
        raise BadPatternError("an opening '[' without a closing ']'")
    return pattern[at], at + 1
