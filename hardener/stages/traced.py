"""Traces what the container starts back to what the build makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hardener.analysis.paths import joined, name_of, parent
from hardener.dockerfile.scope import DEFAULT_PATH
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal


@dataclass(frozen=True, slots=True)
class Traced:
    """The program that the container starts.

    Attributes:
        place: where the container starts it from.
        built: the output of the build that it is; `place` may be a copy of it, or a link to it.
    """

    place: str
    built: str


def program_of(candidate: Candidate, outputs: Sequence[str]) -> Traced | Refusal:
    """The output of the build that ENTRYPOINT, CMD or their scripts start."""
    programs = [
        item for item in candidate.start.programs if item.kind in ("own", "recipe", "server")
    ]
    if not programs:
        met = candidate.container.sign("foreign", "daemons", "root")
        return Refusal("untraced_start", met or "no program that is known")
    names = list(dict.fromkeys(str(item.call.words[0]) for item in programs))
    if len(names) > 1:
        return Refusal("several_services", " and ".join(names[:3]))
    written = str(programs[0].call.words[0])
    copies = _copied_on(candidate, outputs)
    for place in candidate.found_at(written):
        if place in copies:
            return Traced(_within_reach(candidate, written, place), copies[place])
    return Refusal("untraced_start", written)


def _within_reach(candidate: Candidate, written: str, place: str) -> str:
    """Where the program has to stand: a folder of PATH that the builder's image alone has isn't
    looked into in another image."""
    if "/" in written:
        return place
    folder = parent(place)
    value = next(
        (
            step.instruction.value
            for step in reversed(candidate.model.own_steps)
            if step.instruction.name == "ENV" and "PATH" in step.instruction.value
        ),
        "",
    )
    return (
        place
        if folder in DEFAULT_PATH.split(":") or folder in value
        else (f"/usr/local/bin/{name_of(place)}")
    )


def _copied_on(candidate: Candidate, outputs: Sequence[str]) -> dict[str, str]:
    """Where RUNs copy, move or link outputs to, with the output."""
    known = {path: path for path in outputs}
    for run, call in candidate.calls("cp", "mv", "install", "ln"):
        operands = call.operands("-m", "-o", "-g", "-t")
        target = call.option("-t", "--target-directory")
        sources = operands if target else operands[:-1]
        target = target or (operands[-1] if len(operands) > 1 else None)
        if target is None:
            continue
        for source in sources:
            at, to = joined(call.folder, source), joined(call.folder, target)
            if at in known and to is not None:
                known[to] = known[at]
                known[f"{to}/{name_of(at)}"] = known[at]
        assert run is not None
    return known
