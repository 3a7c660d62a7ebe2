"""Builds regular expressions for shell-style patterns that match in time linear in the path."""

from collections.abc import Sequence
from typing import Final, TypeAlias

STAR: Final = "*"
"""Stands, in a list of atoms, for any run of characters of one path segment."""

DOUBLE_STAR: Final = None
"""Stands, in a list of segments, for any number of whole segments (a `**` between slashes)."""

Segment: TypeAlias = Sequence[str] | None


def segment_regex(atoms: Sequence[str]) -> str:
    """Regular expression for one path segment.

    Takes atoms that each match exactly one character, and STAR. Every star but the last is put in
    an atomic group with the atoms that follow it: taking the first place where those fit is never
    worse than a later one, so there is nothing to come back to.
    """
    chunks: list[list[str]] = [[]]
    for atom in atoms:
        if atom == STAR:
            chunks.append([])
        else:
            chunks[-1].append(atom)
    first, *rest = ("".join(chunk) for chunk in chunks)
    if not rest:
        return first
    middle = "".join(f"(?>[^/]*?{chunk})" for chunk in rest[:-1] if chunk)
    return f"{first}{middle}[^/]*{rest[-1]}"


def path_regex(segments: Sequence[Segment]) -> str:
    """Regular expression for a whole path, of segments joined by `/`.

    DOUBLE_STAR as a segment stands for any number of segments, none included; as the last one for
    whatever follows. Use it with `re.fullmatch` and `re.DOTALL`.
    """
    groups: list[list[str]] = [[]]
    for segment in segments[:-1]:
        if segment is DOUBLE_STAR:
            groups.append([])
        else:
            groups[-1].append(segment_regex(segment) + "/")
    last = segments[-1]
    head, *rest = ("".join(group) for group in groups)
    if last is DOUBLE_STAR:
        # what stands before a closing `**` may be found at its first place: anything may follow
        return head + "".join(f"(?>(?:[^/]*/)*?{group})" for group in rest if group) + ".*"
    if not rest:
        return head + segment_regex(last)
    middle = "".join(f"(?>(?:[^/]*/)*?{group})" for group in rest[:-1] if group)
    return f"{head}{middle}(?:.*/)?{rest[-1]}{segment_regex(last)}"
