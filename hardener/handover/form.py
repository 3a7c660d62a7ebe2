"""What rewriting the callers of one form answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from hardener.dockerfile.edits import Edit
from hardener.handover.demand import Demand, RunDemand
from hardener.handover.sources import Source
from hardener.project.callers.handover import Handover


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell about a build or run: where it stands, from line 1, and one line."""

    line: int
    text: str


@dataclass(slots=True)
class Rewriting:
    """The edits to one caller, as they are found.

    Attributes:
        notes: what someone has to know of what is changed.
        refused: the demands that can't be met without guessing, with the reason.
    """

    edits: list[Edit] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refused: list[tuple[Demand | RunDemand, str]] = field(default_factory=list)

    def refuse(self, demand: Demand | RunDemand, reason: str) -> None:
        self.refused.append((demand, reason))

    def note_leaks(self, demand: Demand, name: str, source: Source) -> None:
        """Tells of a secret that git keeps."""
        if source.leaked:
            self.notes.append(
                Note(
                    demand.build.line,
                    f"{name} was written down here, and git keeps it: rotate it, "
                    f"and set {source.env} where this is built",
                )
            )

    def note_agent(self, demand: Demand, handover: Handover) -> None:
        """Tells of a key that has to be in an ssh agent from now on."""
        self.notes.append(
            Note(
                demand.build.line,
                f"{handover.arg} is no longer passed; the build takes the key from the ssh "
                "agent: add it there with ssh-add",
            )
        )
