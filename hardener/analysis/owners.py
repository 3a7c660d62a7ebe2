"""Who owns the folders that a file makes, and which of them are there to be written to.

Sources: mkdir(1), install(1), chown(1), chmod(1); the Filesystem Hierarchy Standard 3.0 for what
the folders of /var, /srv and /run are for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.calls import Call
from hardener.analysis.knowledge import names, table
from hardener.analysis.paths import is_below, joined, name_of
from hardener.analysis.stage import StageModel
from hardener.dockerfile.nodes import Instruction


@dataclass(frozen=True, slots=True)
class MadeFolder:
    """A folder that a RUN makes."""

    path: str
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Given:
    """A path that a RUN gives to an owner, opens or closes; `whole` with all that is in it.

    `place` counts what chown and chmod do in the file.
    """

    path: str
    owner: str
    whole: bool
    instruction: Instruction
    place: int


def made_folders(model: StageModel) -> Iterator[MadeFolder]:
    """The folders that mkdir and install -d make, in order."""
    for run in model.runs("mkdir", "install"):
        for call in run.calls:
            for path in _folders_of(call):
                yield MadeFolder(path, run.instruction)


def _folders_of(call: Call) -> Iterator[str]:
    if call.name == "mkdir":
        operands = call.operands("-m", "--mode")
    elif call.name == "install" and call.has("-d", "--directory"):
        operands = call.operands("-m", "--mode", "-o", "--owner", "-g", "--group")
    else:
        return
    for operand in operands:
        path = joined(call.folder, operand)
        if path is not None:
            yield path


def given(model: StageModel) -> tuple[Given, ...]:
    """What chown and chmod hand over, in order; the owner of what all may write is `*`."""
    return tuple(
        Given(path, owner, call.has("-R", "--recursive"), instruction, place)
        for place, (instruction, call, what, path) in enumerate(_handled(model))
        for owner in [what if call.name == "chown" else "*"]
        if call.name == "chown" or _opens(what)
    )


def closed(model: StageModel) -> tuple[Given, ...]:
    """What chmod keeps others than the owner from reading or running, in order."""
    return tuple(
        Given(path, "", call.has("-R", "--recursive"), instruction, place)
        for place, (instruction, call, what, path) in enumerate(_handled(model))
        if call.name == "chmod" and closes(what)
    )


def _handled(model: StageModel) -> Iterator[tuple[Instruction, Call, str, str]]:
    """Every path that chown and chmod are given, with its first operand: owner or mode."""
    for run in model.runs("chown", "chmod"):
        for call in run.calls:
            operands = call.operands("--reference")
            if call.name not in ("chown", "chmod") or len(operands) < 2:
                continue
            for target in operands[1:]:
                path = joined(call.folder, target.rstrip("*"))
                if path is not None:
                    yield run.instruction, call, operands[0], path


def closes(mode: str) -> bool:
    """Whether a mode keeps others than the owner from reading, or from running what it runs."""
    if mode.isdecimal() and len(mode) in (3, 4):
        owner, others = int(mode[-3]), int(mode[-1])
        return bool(owner & 5 & ~others)
    return any(
        part[:1] in "go" and ("-" in part or part.endswith("=")) and not part.endswith(("-w", "-"))
        for part in mode.split(",")
    )


def _opens(mode: str) -> bool:
    """Whether a mode lets everybody write."""
    if mode.isdecimal():
        return mode[-1] in "2367"
    return any(
        part[:1] in "ao+" and "+" in part and "w" in part.partition("+")[2]
        for part in mode.split(",")
    )


def is_for_data(path: str) -> bool:
    """Whether a folder, by its name or place, is there for a program to write to."""
    folders = table("folders")
    if any(is_below(path, top) and path != top for top in folders["data"]["below"]):
        return not any(is_below(path, top) for top in folders["data"]["but"])
    return name_of(path).lower().lstrip(".") in names("folders", "data.names")


def is_of_system(path: str) -> bool:
    """Whether a folder is the system's, so that it may not be handed to an application."""
    return path in names("folders", "system.exactly") or any(
        is_below(path, top) for top in names("folders", "system.below")
    )


def is_open(path: str) -> bool:
    """Whether everybody may write to the folder in any image."""
    return any(is_below(path, top) for top in names("folders", "open.below"))


def in_root_home(path: str) -> bool:
    """Whether only root gets there: /root has mode 0700 in the images of all distributions."""
    return is_below(path, "/root")
