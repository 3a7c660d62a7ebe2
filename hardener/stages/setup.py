"""The RUNs in front of a build that prepare the container: its account, its folders."""

from __future__ import annotations

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of

_MAKES = frozenset({"mkdir", "chown", "chmod", "touch", "chgrp"})
_FOR_A_WHILE = ("/tmp", "/var/tmp", "/root", "/usr/src", "/go", "/var/lib/apt", "/var/cache")


def setup_of(candidate: Candidate, build: Instruction) -> tuple[Instruction, ...]:
    """The RUNs in front of `build` that the final stage has to have as well."""
    at = candidate.stage.instructions.index(build)
    head = {id(item) for item in candidate.stage.instructions[:at]}
    return tuple(
        run.instruction
        for run in candidate.runs
        if id(run.instruction) in head and _prepares(candidate, run)
    )


def _prepares(candidate: Candidate, run: Ran) -> bool:
    """Whether a RUN does no more than make accounts and folders, and one of them is for the
    container: the user it ends as, or a folder apart from the sources."""
    if not run.code.complete or not run.calls or run.instruction.flags:
        return False
    made = False
    for call in run.calls:
        effect = effect_of(call)
        if effect == "accounts":
            made = made or _is_the_containers(candidate, call)
        elif call.name in _MAKES:
            paths = _paths(call)
            if paths is None:
                return False
            if any(_is_of_the_build(candidate, path) for path in paths):
                return False
            made = True
        elif effect != "harmless":
            return False
    return made


def _is_the_containers(candidate: Candidate, call: Call) -> bool:
    name = candidate.model.end.user.name
    return name is not None and not name.isdecimal() and name in call.args


def _paths(call: Call) -> list[str] | None:
    """The operands of a command as paths; None where one isn't known."""
    words = call.operands("-m", "--mode")
    words = words[1:] if call.name in ("chown", "chmod", "chgrp") else words
    found = [joined(call.folder, word) for word in words]
    if None in found or None in call.args:
        return None
    return [path for path in found if path is not None]


def _is_of_the_build(candidate: Candidate, path: str) -> bool:
    folders = [copy.target for copy in candidate.model.copies if copy.target]
    folders += [step.folder for step in candidate.model.own_steps if step.folder]
    folders = [folder for folder in folders if folder != "/"]
    if any(is_below(path, folder) or is_below(folder, path) for folder in folders):
        return True
    return any(is_below(path, folder) for folder in _FOR_A_WHILE)
