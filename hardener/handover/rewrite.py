"""Rewrites one caller for all that is demanded of it, with the rewriter of its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hardener.dockerfile.edits import Edit, EditConflictError, PieceTable
from hardener.handover.actions import rewrite_actions
from hardener.handover.bake import rewrite_bake
from hardener.handover.command import rewrite_commands
from hardener.handover.compose import rewrite_compose
from hardener.handover.demand import Demand, RunDemand
from hardener.handover.form import Note, Rewriting
from hardener.project.callers.find import reader_of

_NO_RUN = "only compose files are changed for it"


@dataclass(frozen=True, slots=True)
class CallerText:
    """A caller, by its path relative to the root, and its text, UTF-8 decoded with
    surrogateescape."""

    place: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a caller becomes.

    Attributes:
        edits: offsets in its text.
        notes: what someone has to know of what is changed.
        refused: the builds and runs that are left as they are, with the reason.
    """

    edits: tuple[Edit, ...] = field(repr=False)
    notes: tuple[Note, ...]
    refused: tuple[tuple[Demand | RunDemand, str], ...]


def rewrite(
    caller: CallerText,
    demands: Sequence[Demand],
    runs: Sequence[RunDemand],
    base: frozenset[str] = frozenset(),
) -> Rewritten:
    """The edits to a caller by which its builds and runs hand over what is demanded.

    Parameters:
        base: the services of a compose file that the file below it gives a build of their own.
    """
    found = Rewriting()
    by_form: dict[str, list[Demand]] = {}
    for demand in demands:
        if demand.met:
            continue
        if "command" in demand.build.unclear:
            found.refuse(demand, _without_values(demand.build.unclear["command"]))
        else:
            by_form.setdefault(demand.build.form, []).append(demand)
    own = [run for run in runs if run.run.form == "compose"]
    for run in runs:
        if run.missing and run.run.form != "compose":
            found.refuse(run, _NO_RUN)
    parts = [found]
    if own or "compose" in by_form:
        parts.append(rewrite_compose(caller.text, by_form.pop("compose", []), own, base))
    if "workflow" in by_form:
        parts.append(rewrite_actions(caller.text, by_form.pop("workflow")))
    commands = [*by_form.pop("command", ()), *by_form.pop("groovy", ())]
    if commands:
        reader = reader_of(caller.place)
        parts.append(rewrite_commands(caller.text, commands, reader))
    if "bake" in by_form:
        parts.append(rewrite_bake(caller.text, by_form.pop("bake"), caller.place))
    for several in by_form.values():
        for demand in several:
            found.refuse(demand, "a build of this form is left to a person")
    edits = tuple(dict.fromkeys(edit for part in parts for edit in part.edits))
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    refused = tuple(one for part in parts for one in part.refused)
    try:
        PieceTable.of(caller.text).apply(edits, "")
    except EditConflictError:
        left = {id(one) for one, _ in refused}
        why = "what is demanded of its builds can't be put together"
        everything: tuple[Demand | RunDemand, ...] = (*demands, *runs)
        more = tuple((one, why) for one in everything if id(one) not in left)
        return Rewritten((), (), (*refused, *more))
    return Rewritten(edits, notes, refused)


def _without_values(reason: str) -> str:
    """A reason that a reader gave, without what it may quote of the file: that may be a secret."""
    told = reason.partition(":")[0]
    return "it isn't wholly understood" if not {"=", '"'}.isdisjoint(told) else told
