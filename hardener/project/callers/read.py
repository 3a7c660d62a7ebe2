"""Reads callers that were found, each with the reader of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from hardener.errors import HardenError
from hardener.project.callers.bake import BakeFile, bake_findings, read_bake_file
from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout
from hardener.project.callers.compose import (
    ComposeFile,
    Open,
    compose_findings,
    included,
    read_compose_file,
)
from hardener.project.callers.envfile import read_env_file
from hardener.project.callers.find import merged_names
from hardener.project.callers.groovy import read_jenkinsfile
from hardener.project.callers.makefiles import read_makefile
from hardener.project.callers.model import Build, Callers, Run, Value
from hardener.project.callers.pipelines import read_pipeline
from hardener.project.callers.scripts import read_package_json, read_shell_script
from hardener.project.callers.skaffold import read_devcontainer, read_skaffold
from hardener.project.callers.workflows import read_workflow

MAX_SAID = 50_000

Reader: TypeAlias = Callable[[CallerFile, Checkout], Iterable[Found]]

_READERS: dict[str, Reader] = {
    "workflow": read_workflow,
    "makefile": read_makefile,
    "jenkinsfile": read_jenkinsfile,
    "script": read_shell_script,
    "package": read_package_json,
    "skaffold": read_skaffold,
    "devcontainer": read_devcontainer,
}


def read_callers(
    root: Path,
    files: Sequence[tuple[str, CallerFile]],
    open_file: Open,
    problems: list[HardenError],
) -> Callers:
    """What these files say, each given with the name of its reader.

    `open_file` is for the files that they include or extend; `problems` are those met so far, and
    those that it meets are added to them.
    """
    checkout = Checkout(root)
    found: list[Found] = []
    by_reader: dict[str, list[CallerFile]] = {}
    for reader, file in files:
        by_reader.setdefault(reader, []).append(file)
    for reader, several in by_reader.items():
        if reader == "compose":
            with_variables = _with_variables(several, by_reader.get("env", ()))
            found += _compose(with_variables, checkout, open_file)
        elif reader == "bake":
            found += _bake(several, checkout)
        elif reader != "env":
            for file in several:
                found += _within_bounds(file, _findings(reader, file, checkout))
    builds = [one for one in found if isinstance(one, Build)]
    runs = [one for one in found if isinstance(one, Run)]
    met = [one for one in found if isinstance(one, HardenError)]
    return Callers(
        root,
        tuple(sorted(builds, key=_order)),
        tuple(sorted(runs, key=_order)),
        tuple(sorted((*problems, *met), key=lambda one: (one.path or "", one.line or 0))),
    )


def _findings(reader: str, file: CallerFile, checkout: Checkout) -> Iterable[Found]:
    read = _READERS.get(reader)
    return read_pipeline(file, checkout, reader) if read is None else read(file, checkout)


def _within_bounds(file: CallerFile, found: Iterable[Found]) -> Iterator[Found]:
    """What is found in a file, up to MAX_SAID: with aliases a small file can say a lot."""
    said = 0
    try:
        for one in found:
            yield one
            said += 1 if isinstance(one, HardenError) else _said(one)
            if said > MAX_SAID:
                yield file.problem("says more than is read of one file; the rest isn't known")
                return
    except HardenError as error:
        yield file.problem(f"{error.message}; the rest isn't known")


def _said(found: Build | Run) -> int:
    """How much a build or run says: about one for each value, more for long ones."""
    size = 10
    for name in found.__slots__:
        part = getattr(found, name)
        if isinstance(part, Mapping):
            values = (one.written or "" for one in part.values() if isinstance(one, Value))
            size += len(part) + sum(map(len, values)) // 100
        elif isinstance(part, tuple):
            size += len(part) + sum(len(one) for one in part if isinstance(one, str)) // 100
    return size


def _order(found: Build | Run) -> tuple[tuple[str, ...], int]:
    return found.caller.parts, found.line


def _compose(files: Sequence[CallerFile], checkout: Checkout, open_file: Open) -> Iterator[Found]:
    read = {file.place: read_compose_file(file) for file in files}

    def opened(place: str) -> CallerFile | None:
        return read[place].file if place in read else open_file(place)

    pending = list(read.values())
    while pending:
        compose = pending.pop()
        for place in included(compose, checkout):
            file = None if place in read else open_file(place)
            if file is not None:
                read[place] = read_compose_file(file)
                pending.append(read[place])
    for compose in read.values():
        name = _name(compose.file)
        base = _beside(compose.file, merged_names().compose, read)
        base = None if base is compose else base
        override = name in merged_names().compose_overrides
        said = compose_findings(compose, base, checkout, opened, override=override)
        yield from _within_bounds(compose.file, said)


def _with_variables(
    files: Sequence[CallerFile], settings: Sequence[CallerFile]
) -> list[CallerFile]:
    """Compose files with the variables of the `.env` in their folder."""
    by_folder = {file.folder: read_env_file(file.text) for file in settings}
    return [replace(file, variables=by_folder.get(file.folder, {})) for file in files]


def _bake(files: Sequence[CallerFile], checkout: Checkout) -> Iterator[Found]:
    read = {file.place: read_bake_file(file) for file in files}
    for bake in read.values():
        below: list[BakeFile] = []
        if _name(bake.file) in merged_names().bake_overrides:
            named = (f"{bake.file.folder}/{name}".lstrip("/") for name in merged_names().bake)
            below = [read[place] for place in named if place in read]
        yield from _within_bounds(bake.file, bake_findings(bake, below, checkout))


def _beside(
    file: CallerFile, names: Sequence[str], read: dict[str, ComposeFile]
) -> ComposeFile | None:
    """The first of these that stands in the folder of a file."""
    places = (f"{file.folder}/{name}".lstrip("/") for name in names)
    return next((read[place] for place in places if place in read), None)


def _name(file: CallerFile) -> str:
    return file.place.rpartition("/")[2]
