"""The final stage of a program that isn't compiled: the builder over again, without its compilers.

Every instruction of the builder has its counterpart there, in the same order: the instruction
itself, the packages that stay, or the folders that were filled by what was installed. So whatever
the container finds in the image of before it finds there too, but for what only a build needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hardener.analysis.paths import is_below, name_of
from hardener.analysis.steps import Copied
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.distribution import (
    Sorted,
    Wanted,
    compilers_of,
    sort_packages,
)
from hardener.stages.model import Artifact, Base, Needs, Refusal, Repeated
from hardener.stages.steps import Found, Reader, check_again, check_beside, read_runs
from hardener.templating import lines_of

_AS_IT_IS = frozenset({"ENV", "WORKDIR", "USER", "SHELL"})


_WORD = re.compile(r"[\w.-]+")


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
    found = read_runs(candidate, head, reader)
    if isinstance(found, Refusal):
        return found
    packages = sort_packages(candidate, found.wanted, interpreter)
    if isinstance(packages, Refusal):
        return packages
    refusal = check_beside(candidate, found) or check_again(candidate, head, found)
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


def _copies(candidate: Candidate, head: Sequence[Instruction]) -> list[Copied]:
    return [copy for copy in candidate.copies if copy.instruction in head]


def _left_out(
    candidate: Candidate,
    head: Sequence[Instruction],
    tail: Sequence[Instruction],
    found: Found,
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
    candidate: Candidate, head: Sequence[Instruction], found: Found
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
    found: Found,
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


def _roles(found: Found, item: Instruction) -> frozenset[str]:
    return found.roles.get(id(item), frozenset())


def _arguments_needed(
    head: Sequence[Instruction], tail: Sequence[Instruction], found: Found
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
