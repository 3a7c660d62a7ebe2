"""Writes the lines that make a user, give it what it writes, and switch to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hardener.analysis.choice import Chosen
from hardener.analysis.grants import Grants, existing
from hardener.analysis.paths import parent
from hardener.analysis.stage import StageModel
from hardener.analysis.style import (
    SETTING,
    Style,
    before,
    behind,
    closing_place,
    is_spaced,
    style_of,
)
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Instruction
from hardener.images.facts import Family
from hardener.templating import lines_of


@dataclass(frozen=True, slots=True)
class Handover:
    """The lines for one stage.

    Attributes:
        model: the stage.
        chosen: the user.
        grants: what it gets.
        family: how it is made, where it has to be.
    """

    model: StageModel
    chosen: Chosen
    grants: Grants
    family: Family | None

    def edits(self) -> Iterator[Edit]:
        """The edits of the file."""
        dockerfile, stage = self.model.dockerfile, self.model.stage
        style = style_of(dockerfile)
        for copy, _ in self.grants.copies.values():
            at = copy.instruction.keyword.end
            yield Edit(at, at, f" --chown={self.chosen.text}")
        early = self._early_volume()
        later = self.grants
        if early is not None:
            volumes = {volume.path for volume in self.model.volumes}
            first, later = _split(self.grants, volumes)
            commands = self._own_commands(first)
            if commands:
                yield before(dockerfile, early, style.run(commands))
        commands = [*self._account_commands(), *self._own_commands(later)]
        gap = style.newline if commands and is_spaced(dockerfile, stage) else ""
        block = style.run(commands) + gap if commands else ""
        comment = self._comment(style)
        leftover = self._leftover(bool(commands))
        if leftover is not None:
            yield before(dockerfile, leftover, block + comment)
            place = leftover.value_span
            yield Edit(place.start, place.end, self.chosen.text)
            return
        lines = block + comment + style.instruction("USER", self.chosen.text)
        target, _ = closing_place(stage)
        if target is None:
            yield behind(dockerfile, stage, lines, style.newline)
        else:
            yield before(dockerfile, target, lines, style.newline, alone=bool(gap))

    def _comment(self, style: Style) -> str:
        if not self.chosen.numeric:
            return ""
        lines = lines_of("user/comment.j2", name=self.chosen.name)
        return "".join(line + style.newline for line in lines)

    def _account_commands(self) -> list[str]:
        chosen = self.chosen
        if chosen.source != "new":
            return []
        usual = chosen.home == f"/home/{chosen.name}"
        return lines_of(
            f"user/{self.family}.j2",
            name=chosen.name,
            uid=chosen.uid,
            gid=chosen.gid,
            home=chosen.home,
            usual_home=usual,
        )

    def _own_commands(self, grants: Grants) -> list[str]:
        there = {*existing(self.model), *grants.there}
        folders = grants.folders
        covered = {path for path, (_, whole) in folders.items() if whole}
        own = [path for path, (_, whole) in folders.items() if not whole]
        files = [path for path in grants.files if parent(path) not in covered]
        return lines_of(
            "user/own.j2",
            owner=self.chosen.text,
            make=sorted(path for path in folders if path not in there),
            touch=sorted(path for path in files if path not in there),
            own=sorted([*own, *files]),
            own_whole=sorted(covered),
        )

    def _early_volume(self) -> Instruction | None:
        """A VOLUME of the stage in front of the place where USER goes.

        What a RUN changes behind it is lost with builders other than BuildKit.
        """
        target, last = closing_place(self.model.stage)
        place = last.span.end if target is None else target.span.start
        granted = set(self.grants.paths)
        for volume in self.model.volumes:
            instruction = volume.instruction
            own = instruction in self.model.stage.instructions
            if instruction is None or not own or volume.path not in granted:
                continue
            if instruction.span.start < place:
                return instruction
        return None

    def _leftover(self, with_run: bool) -> Instruction | None:
        """A USER of the stage that turns back to root and that nothing behind it needs."""
        user = self.model.end.user.set_by
        if user is None or user not in self.model.stage.instructions:
            return None
        allowed = SETTING if with_run else SETTING | {"COPY", "ADD", "WORKDIR"}
        for instruction in self.model.stage.instructions:
            if instruction.span.start > user.span.start and instruction.name not in allowed:
                return None
        return user


def _split(grants: Grants, paths: set[str]) -> tuple[Grants, Grants]:
    """The grants for these paths, and the others."""
    first = {path: item for path, item in grants.folders.items() if path in paths}
    rest = {path: item for path, item in grants.folders.items() if path not in paths}
    return replace(grants, folders=first, files={}), replace(grants, folders=rest)
