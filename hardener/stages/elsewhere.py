"""What the RUNs of a builder make outside of the folders that the final stage takes over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined
from hardener.analysis.steps import Copied
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of
from hardener.stages.model import Artifact, Refusal
from hardener.stages.reads import Tree

# nothing of these is looked for when the container runs
_PASSING = (
    "/tmp", "/var/tmp", "/var/lib/apt", "/var/cache", "/etc/apt", "/root/.npm", "/root/.cache",
    "/root/.config", "/usr/local/share/.cache", "/usr/share/keyrings", "/dev", "/usr/share/doc",
    "/usr/share/man", "/var/log", "/root/.yarn", "/home/node/.npm", "/root/.node-gyp", "/root/.ssh",
    "/root/.gnupg", "/usr/share/locale",
)  # fmt: skip
_MODES = frozenset({"chmod", "chown", "chgrp", "sed"})
_MOST_FILES = 6
_LAST = frozenset({"cp", "mv", "ln", "install"})


def made_elsewhere(
    candidate: Candidate,
    kept: Sequence[str],
    *,
    but: Sequence[Instruction] = (),
    repositories: bool = False,
) -> Refusal | None:
    """What a RUN of the builder leaves outside of the folders `kept`, or may leave there, and the
    final stage doesn't make again; `but` are RUNs that it repeats.

    With `repositories` those that packages come from count as well.
    """
    for run in candidate.runs:
        if run.instruction in (*candidate.setup, *candidate.tail, *but):
            continue
        where = f"line {run.instruction.first_line}"
        if not run.code.complete:
            return Refusal("unknown_step", where)
        for call in run.calls:
            effect = effect_of(call)
            if effect == "unknown":
                return Refusal("unknown_step", f"{call.raw[0] if call.raw else where} ({where})")
            for path in (*_places(call, effect), *call.writes):
                if path is None:
                    return Refusal("unknown_step", f"{' '.join(call.raw)} ({where})")
                if not _is_expected(path, kept) or (repositories and is_below(path, "/etc/apt")):
                    return Refusal("written_by_build", f"{path} ({where})")
    return None


def copied_elsewhere(
    candidate: Candidate, tree: Tree, kept: Sequence[str]
) -> tuple[Artifact, ...] | Refusal:
    """The files that the builder's COPYs put outside of the folders `kept`."""
    found = []
    for copy in candidate.copies:
        target = copy.target
        if copy.instruction in candidate.tail or _is_within(target, kept):
            continue
        if target is None or not copy.from_context or copy.inline or _is_fetched(copy):
            where = f"line {copy.instruction.first_line}"
            return Refusal("written_by_build", f"{target or 'a file'} ({where})")
        places = [place for place in tree.files if is_below(place, target)]
        places = [place for place in places if not _is_within(place, kept)]
        if len(places) > _MOST_FILES:
            return Refusal("no_folder", target)
        found += [Artifact(place, place, "copied before the build") for place in places]
    return tuple(found)


def _is_within(path: str | None, kept: Sequence[str]) -> bool:
    return path is not None and any(is_below(path, folder) for folder in kept)


def _is_fetched(copy: Copied) -> bool:
    return any("://" in (source or "") for source in copy.sources)


def _is_expected(path: str, kept: Sequence[str]) -> bool:
    if any(is_below(path, folder) for folder in (*kept, *_PASSING)):
        return True
    # a folder made on the way to one of them
    return any(is_below(folder, path) for folder in kept)


def _places(call: Call, effect: str) -> Iterator[str | None]:
    """The paths that a program makes or changes; None for one that isn't known."""
    name = call.name or ""
    if effect == "fetch":
        yield from _fetched(call)
        return
    if effect != "files":
        return
    if name in _LAST:
        yield target_of(call)
        return
    if None in call.args and name not in ("rm", "rmdir"):
        yield None
        return
    words = call.operands("-m", "-o", "-g", "-t", "--mode", "--owner", "-C", "-f", "-d", "-e")
    folder = call.option("-C") if name == "tar" else call.option("-d") if name == "unzip" else None
    if name in ("tar", "unzip", "patch", "gunzip", "unxz"):
        yield joined(call.folder, folder or ".")
        return
    if name in ("rm", "rmdir"):
        words = [word for word in words if word.startswith("/")]
    elif name in _MODES:
        words = words[1:]
    for word in words:
        yield joined(call.folder, word)


def target_of(call: Call) -> str | None:
    """Where `cp`, `mv`, `ln` or `install` puts what it is given; its sources may be unknown."""
    target = call.option("-t", "--target-directory") or (call.args[-1] if call.args else None)
    return None if target is None else joined(call.folder, target)


def _fetched(call: Call) -> Iterator[str | None]:
    if call.name in ("curl", "wget"):
        target = call.option("-o", "--output") if call.name == "curl" else call.option("-O")
        if target is not None and target != "-":
            yield joined(call.folder, target)
        elif (call.name == "wget" and target is None) or call.has("-O", "--remote-name"):
            yield joined(call.folder, ".")
    elif call.args[:1] in (("clone",), ("checkout",), ("co",)):
        words = call.operands("-b", "--branch", "--depth")
        yield joined(call.folder, words[-1] if len(words) > 2 else ".")
