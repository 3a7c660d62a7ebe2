"""Reads the configuration of known servers for what they write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.analysis import Analysis
from hardener.analysis.knowledge import table
from hardener.analysis.paths import below, is_below, joined, name_of, parent
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Start
from hardener.analysis.steps import Copied

_DIRECTIVE = re.compile(r"^[ \t]*([a-z_]+)[ \t]+([^;#\n]+);", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A path that a configuration names: `folder` for a folder, else a file."""

    directive: str
    path: str
    folder: bool
    where: str


def unseen_configuration(analysis: Analysis, model: StageModel, start: Start) -> str | None:
    """The main configuration of a server that the file replaces and that isn't at hand."""
    for _, path in _replaced(analysis, model, start):
        origin = analysis.origin(model, path)
        if origin is None or analysis.text(origin) is None:
            return path
    return None


def settings_of(analysis: Analysis, model: StageModel, start: Start) -> Iterator[Setting]:
    """What the configurations that are at hand say is written."""
    for recipe, path in _replaced(analysis, model, start):
        origin = analysis.origin(model, path)
        text = None if origin is None else analysis.text(origin)
        for directive, value in _DIRECTIVE.findall(text or ""):
            entry = table("recipes")[recipe]
            words = [word.strip("\"'") for word in value.split()]
            is_file = directive in entry.get("files_in", ())
            if not words or not (is_file or directive in entry.get("folders_in", ())):
                continue
            if words[0] in ("off", "stderr") or words[0].startswith(("/dev/", "syslog:")):
                continue
            at = joined(parent(path), words[0])
            if at is not None:
                yield Setting(directive, at, not is_file, origin.path or path if origin else path)


def _may_bring(analysis: Analysis, copy: Copied, main: str) -> bool:
    """Whether a COPY of folders, or of that file into its folder, may put `main` there."""
    if copy.target is None or copy.target == "/" or not is_below(main, copy.target):
        return False
    names = {name_of(source.rstrip("/")) for source in copy.sources if source}
    if copy.target == parent(main) and name_of(main) in names:
        return True
    if not copy.from_context or analysis.context is None:
        return any("." not in name.lstrip(".") for name in names)
    return any(
        analysis.context.entry(f"{found}/{below(main, copy.target)}") is not None
        for source in copy.sources
        if source
        for found in analysis.context.sources(source)
    )


def _replaced(analysis: Analysis, model: StageModel, start: Start) -> Iterator[tuple[str, str]]:
    """The main configurations of the servers started that a COPY or a RUN of the file puts
    there."""
    for program in start.programs:
        if program.recipe is None:
            continue
        mains = list(table("recipes")[program.recipe].get("main", ()))
        named = program.call.option("-c")
        if named is not None and mains and (path := joined(program.call.folder, named)):
            mains = [path]
        for main in mains:
            for copy in model.copies:
                if copy.target is None:
                    continue
                if copy.target == main or _may_bring(analysis, copy, main):
                    yield program.recipe, main
