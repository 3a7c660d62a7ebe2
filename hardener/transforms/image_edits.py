"""Where the tag or digest of an image can be written so that it holds for this image alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from typing import NamedTuple

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse, base_origin
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.origin import Traced

# one variable, and nothing behind it
_ENDS_IN_ONE_VARIABLE = re.compile(r"[^$]*\$(?:\{[^${}]*\}|\w+)[\"']?")

# of a digest, as many hexadecimal digits as tell it apart when people read it
_DIGITS_SHOWN = 12


def shown_digest(digest: str) -> str:
    """The beginning of a digest, for a message."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}:{encoded[:_DIGITS_SHOWN]}…"


def tag_edit(use: ImageUse, tag: str) -> Edit | None:
    """Put the tag behind the name, or in the place of the one that is there."""
    reference = use.reference
    if not isinstance(use.origin, Traced) or reference is None:
        return None
    if reference.tag_span is None:
        behind = use.origin.offsets[reference.name_end - 1] + 1
        return Edit(behind, behind, f":{tag}")
    place = use.origin.file_range(*reference.tag_span)
    return None if place is None else Edit(*place, tag)


def digest_edit(use: ImageUse, tag: str | None, digest: str) -> Edit | None:
    """Name the image by tag and digest, or by the digest alone where `tag` is None.

    None where that would pin more than this value: a build that is called with another value for
    a variable must lose the digest with it, since engines go by the digest and not by the tag.
    So the digest stands where the variable's value ends. There the tag stays as it is, if it
    isn't in one piece.
    """
    reference = use.reference
    if not isinstance(use.origin, Traced) or reference is None or not _digest_goes_with_value(use):
        return None
    text, name_end = use.origin.text, reference.name_end
    last = use.origin.offsets[len(text) - 1] + 1
    if tag is None:
        place = use.origin.file_range(name_end, len(text)) if name_end < len(text) else (last, last)
        if place is not None:
            return Edit(*place, f"@{digest}")
    elif reference.tag_span is None:
        behind = use.origin.offsets[name_end - 1] + 1
        place = use.origin.file_range(name_end, len(text)) if name_end < len(text) else None
        return Edit(*(place or (behind, behind)), f":{tag}@{digest}")
    else:
        place = use.origin.file_range(reference.tag_span[0], len(text))
        if place is not None:
            return Edit(*place, f"{tag}@{digest}")
    old = reference.digest_span
    place = None if old is None else use.origin.file_range(*old)
    if old is None:
        return Edit(last, last, f"@{digest}")
    return None if place is None else Edit(*place, digest)


def _digest_goes_with_value(use: ImageUse) -> bool:
    """Whether the end of the word is replaced by whoever replaces a part of it."""
    if "$" not in use.written:
        return True
    assert isinstance(use.origin, Traced)
    return len(use.origin.through) <= 1 and bool(_ENDS_IN_ONE_VARIABLE.fullmatch(use.written))


class ArgumentUsers:
    """The images and stages of a file that depend on the ARGs before its first FROM.

    Args:
        dockerfile: the file.
        wishes: all that is to be done to it: who wants the same change is no obstacle.
    """

    def __init__(self, dockerfile: Dockerfile, wishes: Iterable[tuple[ImageUse, Edit]]) -> None:
        self._preamble = dockerfile.preamble
        self._agreeing: dict[Edit, set[int]] = {}
        for use, edit in wishes:
            self._agreeing.setdefault(edit, set()).add(use.stage.index)
        self._told: dict[tuple[Edit, tuple[str, ...]], str | None] = {}
        self._users: dict[str, list[_User]] = {}
        if self._preamble:
            for stage in dockerfile.stages:
                self._add(dockerfile, stage)

    def obstacle(self, use: ImageUse, edit: Edit) -> str | None:
        """Why the ARG that an image comes from can't be changed, as a clause.

        None where the edit is of no ARG, or nothing else depends on it.
        """
        preamble = self._preamble
        if not preamble or not preamble[0].span.start <= edit.start <= preamble[-1].span.end:
            return None
        names = use.origin.through if isinstance(use.origin, Traced) else ()
        if (edit, names) not in self._told:
            self._told[edit, names] = self._first(names, self._agreeing.get(edit, set()))
        return self._told[edit, names]

    def _first(self, names: Iterable[str], agreeing: Set[int]) -> str | None:
        others = [
            next((user for user in self._users.get(name, ()) if user.stage not in agreeing), None)
            for name in names
        ]
        found = [(user.line, user.why) for user in others if user is not None]
        return min(found)[1] if found else None

    def _add(self, dockerfile: Dockerfile, stage: Stage) -> None:
        base = base_origin(dockerfile, stage)
        line = stage.start.first_line
        for name in set(base.through if isinstance(base, Traced) else base.names):
            why = f"line {line} uses {name} for another image"
            self._users.setdefault(name, []).append(_User(line, stage.index, why))
        for instruction in stage.instructions:
            if instruction.name == "ARG":
                line = instruction.first_line
                why = f"line {line} uses the argument inside the stage too"
                for name in _bare_names(instruction):
                    self._users.setdefault(name, []).append(_User(line, None, why))


class _User(NamedTuple):
    """What depends on an argument, with the stage whose base it is; the first one is told."""

    line: int
    stage: int | None
    why: str


def _bare_names(instruction: Instruction) -> list[str]:
    """The names of an ARG that take their default from before the first FROM."""
    return [word.value for word in instruction.words() if "=" not in word.value]
