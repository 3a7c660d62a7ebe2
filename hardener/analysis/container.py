"""The container that a stage of a Dockerfile is for: what it runs, as whom, and what it writes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.analysis import Analysis
from hardener.analysis.choice import Chosen, choose
from hardener.analysis.evidence import Evidence, evidence_of
from hardener.analysis.family import family_of
from hardener.analysis.grants import Grants, grants_for
from hardener.analysis.signs import Kind
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Start, start_of
from hardener.dockerfile.nodes import Instruction, Stage
from hardener.images.facts import Family
from hardener.project.callers.model import Usage


@dataclass(frozen=True)
class Container:
    """What is known of the container that a stage is for; each part is looked for when asked for.

    Attributes:
        analysis: of the file.
        model: of the stage.
        new: number of user and group for a user that has to be made.
        usage: how callers build and run the stage.
    """

    analysis: Analysis
    model: StageModel
    new: tuple[int, int]
    usage: Usage

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.model.stage

    @property
    def windows(self) -> bool:
        """Whether it is one of Windows."""
        return self.family == "windows"

    @cached_property
    def start(self) -> Start:
        """What it runs."""
        return start_of(self.analysis, self.model, self.usage)

    @cached_property
    def family(self) -> Family | None:
        """How accounts are made in it."""
        return family_of(self.model)

    @cached_property
    def evidence(self) -> Evidence:
        """What the sources of its programs tell."""
        return evidence_of(self.analysis, self.model, self.start.programs)

    @cached_property
    def chosen(self) -> Chosen:
        """The user that it should run as."""
        return choose(self.analysis, self.model, self.start, self.new)

    @cached_property
    def grants(self) -> Grants:
        """What has to belong to that user."""
        return grants_for(
            self.analysis, self.model, self.start, self.evidence, self.chosen, self.usage
        )

    def sign(self, *kinds: Kind) -> str | None:
        """The first sign of these kinds, with the place where it was met."""
        if self.windows:
            # its programs are read as those of Linux, whose names mean other things there
            return None
        return next((sign.met for sign in self.start.signs if sign.kind in kinds), None)

    @property
    def anchor(self) -> Instruction:
        """What the finding is told at: what sets the user, else what starts the container."""
        for candidate in (
            self.model.end.user.set_by,
            self.model.entrypoint.instruction if self.model.entrypoint else None,
            self.model.command.instruction if self.model.command else None,
        ):
            if candidate is not None and candidate in self.stage.instructions:
                return candidate
        return self.stage.start

    @property
    def image(self) -> str:
        """The base image as it is known."""
        if self.model.reference is None:
            return self.model.base.image.value
        name, tag = self.model.reference
        return f"{name}:{tag}" if tag else name
