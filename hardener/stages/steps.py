"""What the RUNs of a builder do: install, work in what is copied, or what can be done again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.distribution import Wanted, add_to, is_of_the_distribution
from hardener.stages.effects import effect_of
from hardener.stages.model import Refusal

_MAKES = frozenset({"mkdir", "touch", "ln", "chmod", "chown", "chgrp"})
_OWNS = frozenset({"chown", "chgrp"})
_NOWHERE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})


@dataclass(frozen=True, slots=True)
class Installs:
    """What one program that a RUN starts installs for the container.

    Attributes:
        folders: absolute folders of the image that it fills.
        tree: the folder of sources that it writes in as well; None where it leaves them alone.
    """

    folders: tuple[str, ...] = ()
    tree: str | None = None


Reader = Callable[[Candidate, Ran, Call], "Installs | Refusal | None"]
"""What a program installs; None where it is no installer."""


@dataclass(slots=True)
class Found:
    """What was met in the builder.

    Attributes:
        wanted: the packages of the distribution.
        folders: those that installers fill, with the user that owns them; None for root.
        trees: the folders of sources that are written in, with that user.
        roles: what becomes of each RUN, by the instruction's identity: `packages`, `installs`,
            `again`, or nothing.
        beside: what a RUN does besides an installation, by its identity.
    """

    wanted: Wanted = field(default_factory=Wanted)
    folders: dict[str, str | None] = field(default_factory=dict)
    trees: dict[str, str | None] = field(default_factory=dict)
    roles: dict[int, frozenset[str]] = field(default_factory=dict)
    beside: dict[int, list[Call]] = field(default_factory=dict)

    @property
    def moved(self) -> tuple[str, ...]:
        """All folders that the final stage takes from the builder."""
        return (*self.folders, *self.trees)

    def is_moved(self, path: str) -> bool:
        """Whether a path stands in one of them."""
        return any(is_below(path, folder) for folder in self.moved)


def read_runs(candidate: Candidate, head: Sequence[Instruction], reader: Reader) -> Found | Refusal:
    """Read the RUNs of the builder, `head`; a refusal where one does what isn't known."""
    found = Found()
    for run in candidate.runs:
        if run.instruction not in head:
            continue
        if not run.code.complete:
            return _unknown_step(run, "code that can't be read")
        roles = set()
        others = []
        for call in run.calls:
            if is_of_the_distribution(call):
                roles.add("packages")
                met = add_to(found.wanted, call)
                if met is not None:
                    return _unknown_step(run, met)
                continue
            installs = reader(candidate, run, call)
            if isinstance(installs, Refusal):
                return installs
            if installs is not None:
                roles.add("installs")
                refusal = _note(candidate, run, installs, found)
                if refusal is not None:
                    return refusal
                continue
            effect = effect_of(call)
            if effect in ("files", "fetch", "accounts") or _writes(call):
                others.append(call)
            elif effect != "harmless" and call.name != "ldconfig":
                return _unknown_step(run, " ".join(call.raw[:4]))
        if roles:
            found.beside[id(run.instruction)] = others
        elif others:
            roles.add("again")
        found.roles[id(run.instruction)] = frozenset(roles)
    return found


def _note(candidate: Candidate, run: Ran, installs: Installs, found: Found) -> Refusal | None:
    user = candidate.step(run.instruction).user
    owner = None if user.set_by is None or user.name in ("root", "0") else user.text or user.written
    for kind, folders in (
        (found.folders, installs.folders),
        (found.trees, (installs.tree,) if installs.tree else ()),
    ):
        for folder in folders:
            if kind.setdefault(folder, owner) != owner:
                return Refusal("unknown_owner", folder)
    return None


def check_beside(candidate: Candidate, found: Found) -> Refusal | None:
    """Whether what RUNs do besides installing is in the folders that are copied, or can be done
    over in the final stage: what is cleaned up need not be, accounts and folders are made again."""
    for run in candidate.runs:
        kept = []
        for call in found.beside.get(id(run.instruction), ()):
            if call.name in ("rm", "rmdir"):
                continue
            paths = _paths(call, found)
            if paths and all(found.is_moved(path) for path in paths):
                if call.name in _OWNS:
                    return Refusal("unknown_owner", paths[0])
                continue
            again = effect_of(call) == "accounts" or call.name in _MAKES
            plain = not (call.conditional or call.behind or call.writes)
            same = call.folder == candidate.step(run.instruction).folder
            if not (again and plain and same) or any("$" in word for word in call.raw):
                return _unknown_step(run, " ".join(call.raw[:4]))
            kept.append(call)
        if kept:
            found.beside[id(run.instruction)] = kept
        else:
            found.beside.pop(id(run.instruction), None)
    return None


def _paths(call: Call, found: Found) -> list[str] | None:
    """The files and folders that a program makes or changes; None where they can't be told."""
    if effect_of(call) == "fetch":
        told = call.option("-O", "-o", "--output", "--output-document")
        words = [told] if told else []
    else:
        words = call.operands("-m", "--mode", "-o", "-g", "-t")
        if call.name in ("chmod", *_OWNS):
            words = words[1:]
    words += [word for word in call.writes if word]
    places = [joined(call.folder, word) for word in words]
    paths = [path for path in places if path is not None]
    if call.name in ("cp", "ln", "install") and paths and found.is_moved(paths[-1]):
        # what is copied or linked from elsewhere isn't asked for again
        paths = paths[-1:]
    return None if None in places else paths


def _writes(call: Call) -> bool:
    return any(path not in _NOWHERE for path in call.writes)


def _unknown_step(run: Ran, met: str) -> Refusal:
    return Refusal("unknown_step", f"{met} (line {run.instruction.first_line})")


def check_again(candidate: Candidate, head: Sequence[Instruction], found: Found) -> Refusal | None:
    """Whether a RUN that is repeated would do its work twice, or on what isn't there yet; one
    that works in the folders that are copied isn't repeated."""
    for run in candidate.runs:
        if "again" not in found.roles.get(id(run.instruction), ()) or run.instruction not in head:
            continue
        told = [_paths(call, found) for call in run.calls if _leaves_files(call)]
        paths = [path for paths in told for path in paths or ()]
        inside = [path for path in paths if found.is_moved(path)]
        if not inside:
            continue
        if any(call.name in _OWNS for call in run.calls):
            return Refusal("unknown_owner", inside[0])
        accounts = any(effect_of(call) == "accounts" for call in run.calls)
        if accounts or None in told or len(inside) < len(paths):
            return _unknown_step(run, inside[0])
        found.roles[id(run.instruction)] = frozenset()
    return None


def _leaves_files(call: Call) -> bool:
    return effect_of(call) in ("files", "fetch") or _writes(call)
