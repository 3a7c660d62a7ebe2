"""The final stage of a program that isn't compiled: the builder over again, without its compilers.

Every instruction of the builder has its counterpart there, in the same order: the instruction
itself, the packages that stay, or the folders that were filled by what was installed. So whatever
the container finds in the image of before it finds there too, but for what only a build needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined, name_of
from hardener.analysis.steps import Copied, Ran
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.distribution import (
    Sorted,
    Wanted,
    add_to,
    compilers_of,
    is_of_the_distribution,
    sort_packages,
)
from hardener.stages.effects import effect_of
from hardener.stages.model import Artifact, Base, Needs, Refusal, Repeated
from hardener.templating import lines_of

_AS_IT_IS = frozenset({"ENV", "WORKDIR", "USER", "SHELL"})
_MAKES = frozenset({"mkdir", "touch", "ln", "chmod", "chown", "chgrp"})
_OWNS = frozenset({"chown", "chgrp"})
_NOWHERE = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr"})
_WORD = re.compile(r"[\w.-]+")


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
class _Found:
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


def again(
    candidate: Candidate,
    build: Instruction,
    reader: Reader,
    interpreter: str,
    may_go: Callable[[str], bool],
) -> Needs | Refusal:
    """The final stage as the builder over again.

    Parameters:
        build: the last instruction that only the builder has.
        reader: tells what the ecosystem's installers install.
        interpreter: the image's name in data/packages.toml, of which the libraries are there.
        may_go: whether the program does without a file of the context, by its name: a list of
            what to install.
    """
    if not _brings_all(candidate):
        return Refusal("unseen_sources")
    instructions = candidate.stage.instructions
    at = instructions.index(build) + 1
    head, tail = instructions[:at], instructions[at:]
    found = _read_runs(candidate, head, reader)
    if isinstance(found, Refusal):
        return found
    packages = sort_packages(candidate, found.wanted, interpreter)
    if isinstance(packages, Refusal):
        return packages
    refusal = _check_beside(candidate, found) or _check_again(candidate, head, found)
    if refusal is not None:
        return refusal
    left_out = _left_out(candidate, head, tail, found, may_go)
    owners = _owners(candidate, head, found)
    if isinstance(owners, Refusal):
        return owners
    artifacts = tuple(
        Artifact(folder, folder, folder=True, owner=owner) for folder, owner in owners.items()
    )
    lines = _head(candidate, (head, tail), found, packages, artifacts, left_out)
    return Needs(
        "the program",
        base_of(candidate),
        artifacts,
        tuple(item for item in packages.keeps if item.why),
        head=lines,
        left=packages.builds or _removed(candidate),
    )


def _brings_all(candidate: Candidate) -> bool:
    """Whether the context at hand has what the COPYs of the stage name."""
    context = candidate.context
    return context is not None and all(
        source is not None and ("://" in source or bool(context.sources(source)))
        for copy in candidate.model.copies
        if copy.from_context
        for source in copy.sources
    )


def _removed(candidate: Candidate) -> tuple[str, ...]:
    """The compilers that a RUN installs and a later one removes."""
    return tuple(dict.fromkeys(name for run in candidate.runs for name in compilers_of(run)))


def base_of(candidate: Candidate) -> Base:
    """The builder's own base image, as FROM writes it."""
    facts = candidate.model.facts
    return Base(
        candidate.stage.image.value,
        candidate.family or "shadow",
        facts.user if facts is not None else None,
    )


def _read_runs(
    candidate: Candidate, head: Sequence[Instruction], reader: Reader
) -> _Found | Refusal:
    found = _Found()
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


def _note(candidate: Candidate, run: Ran, installs: Installs, found: _Found) -> Refusal | None:
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


def _check_beside(candidate: Candidate, found: _Found) -> Refusal | None:
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


def _paths(call: Call, found: _Found) -> list[str] | None:
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


def _check_again(
    candidate: Candidate, head: Sequence[Instruction], found: _Found
) -> Refusal | None:
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


def _copies(candidate: Candidate, head: Sequence[Instruction]) -> list[Copied]:
    return [copy for copy in candidate.copies if copy.instruction in head]


def _left_out(
    candidate: Candidate,
    head: Sequence[Instruction],
    tail: Sequence[Instruction],
    found: _Found,
    may_go: Callable[[str], bool],
) -> frozenset[int]:
    """The COPYs that only bring lists of what to install, which nothing else names."""
    texts = [item.value for item in tail]
    texts += [
        item.value
        for item in head
        if item.name in ("CMD", "ENTRYPOINT") or "again" in found.roles.get(id(item), ())
    ]
    named = {word for text in texts for word in _WORD.findall(text)}
    context = candidate.context
    left = set()
    for copy in _copies(candidate, head):
        files: list[str] = []
        if context is None or not copy.from_context or copy.inline or None in copy.sources:
            continue
        for source in copy.sources:
            for path in context.sources(source or ""):
                if context.kind(path) == "folder":
                    files += [entry.path for entry in context.files_below(path)]
                else:
                    files.append(path)
        if files and all(may_go(path) and name_of(path) not in named for path in files):
            left.add(id(copy.instruction))
    return frozenset(left)


def _owners(
    candidate: Candidate, head: Sequence[Instruction], found: _Found
) -> dict[str, str | None] | Refusal:
    """Whose the folders are that are copied."""
    owners = dict(found.folders)
    copies = _copies(candidate, head)
    for copy in copies:
        if copy.target is None:
            return Refusal("unexpandable", copy.instruction.value)
        if copy.owner is not None and any(is_below(copy.target, item) for item in found.folders):
            return Refusal("unknown_owner", copy.target)
    for tree, user in found.trees.items():
        inside = [copy for copy in copies if copy.target and is_below(copy.target, tree)]
        if tree == "/" or len({user, *(copy.owner for copy in inside)}) > 1:
            return Refusal("unknown_owner", tree)
        owners[tree] = user
    # a folder in another comes with it
    return {
        folder: owner
        for folder, owner in owners.items()
        if not any(other != folder and is_below(folder, other) for other in owners)
    }


def _head(
    candidate: Candidate,
    parts: tuple[Sequence[Instruction], Sequence[Instruction]],
    found: _Found,
    packages: Sorted,
    artifacts: Sequence[Artifact],
    left_out: frozenset[int],
) -> tuple[Repeated, ...]:
    head, tail = parts
    packages_at = next((item for item in head if "packages" in _roles(found, item)), None)
    # behind every COPY that may bring files of the same folders
    folders_at = next((item for item in reversed(head) if "installs" in _roles(found, item)), None)
    names = _arguments_needed(head, tail, found)
    copies = {id(copy.instruction): copy for copy in _copies(candidate, head)}
    lines: list[Repeated] = []
    for item in head:
        if item.name in _AS_IT_IS or "again" in _roles(found, item):
            lines.append(Repeated(item))
        elif item.name == "ARG":
            if names is None or not names.isdisjoint(_WORD.findall(item.value.replace("=", " "))):
                lines.append(Repeated(item))
        elif item.name in ("COPY", "ADD"):
            target = copies[id(item)].target or "/"
            in_tree = any(is_below(target, tree) for tree in found.trees)
            if not in_tree and id(item) not in left_out:
                lines.append(Repeated(item))
        elif item.name == "RUN":
            own: list[str] = []
            if item is packages_at:
                own += _package_lines(candidate, found.wanted, packages)
            beside = [" ".join(call.raw) for call in found.beside.get(id(item), ())]
            own += [f"RUN {' && '.join(beside)}"] if beside else []
            if item is folders_at:
                own += [_copy_line(artifact) for artifact in artifacts]
            if own:
                lines.append(Repeated(item, tuple(own)))
    return tuple(lines)


def _roles(found: _Found, item: Instruction) -> frozenset[str]:
    return found.roles.get(id(item), frozenset())


def _arguments_needed(
    head: Sequence[Instruction], tail: Sequence[Instruction], found: _Found
) -> set[str] | None:
    """The words in which an ARG that the final stage needs may be named; None for all of them:
    a RUN has every ARG in its environment."""
    again_or_tail = [*tail, *(item for item in head if "again" in _roles(found, item))]
    if any(item.name == "RUN" for item in again_or_tail):
        return None
    texts = [
        item.value + " ".join(flag.value or "" for flag in item.flags)
        for item in (*tail, *head)
        if item.name != "RUN" and (item.name != "ARG" or item in tail)
    ]
    return {name for text in texts if "$" in text for name in _WORD.findall(text.replace("-", " "))}


def _package_lines(candidate: Candidate, wanted: Wanted, packages: Sorted) -> list[str]:
    names = [item.name for item in packages.keeps]
    if not names and not wanted.upgrades:
        return []
    return lines_of(
        "stages/again-packages.j2",
        family=candidate.family,
        packages=sorted(names),
        recommends=wanted.recommends and any(not item.why for item in packages.keeps),
        upgrades=wanted.upgrades,
    )


def _copy_line(artifact: Artifact) -> str:
    owner = f" --chown={artifact.owner}" if artifact.owner is not None else ""
    return f"COPY --from={{builder}}{owner} {artifact.source} {artifact.target}"
