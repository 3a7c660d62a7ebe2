"""Copies dependency manifests in front of the sources, where the file fetches behind them."""

from __future__ import annotations

import re

from hardener.stages.candidate import Candidate
from hardener.stages.model import Earlier

_LOCAL = re.compile(r"=>[ \t]*\.{1,2}/")
_MOST_BYTES = 1024 * 1024


def go_modules_first(candidate: Candidate) -> Earlier | None:
    """`go mod download` and the two files that it reads, in front of the COPY of everything, so
    that the modules are fetched again only when these files change.

    The command reads nothing else, unless a module is replaced by a folder or a workspace is used.
    Source: The Go Modules Reference (go mod download); Docker docs, "Build cache", order of layers.
    """
    context = candidate.context
    if context is None or any(context.kind(name) != "file" for name in ("go.mod", "go.sum")):
        return None
    if context.kind("go.work") is not None:
        return None
    manifest = (context.head("go.mod", _MOST_BYTES) or b"").decode("utf-8", "replace")
    if _LOCAL.search(manifest):
        return None
    instructions = candidate.stage.instructions
    for copy in candidate.copies:
        at = instructions.index(copy.instruction)
        everything = copy.sources == (".",) and copy.from_context and not copy.instruction.flags
        if not everything or copy.instruction.name != "COPY" or at + 1 >= len(instructions):
            continue
        following = instructions[at + 1]
        if following.name != "RUN" or following.flags or following.json is not None:
            return None
        same_folder = candidate.step(following).folder == copy.target
        if following.value.split() == ["go", "mod", "download"] and same_folder:
            return Earlier(copy.instruction, "COPY go.mod go.sum ./", following)
        return None
    return None
