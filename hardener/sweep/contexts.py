"""Hardens the ignore files of the contexts that the Dockerfiles of a sweep are built with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path

from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, read_dockerfile
from hardener.pipeline import harden_context
from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.discovery import discover
from hardener.project.locate import ignore_path
from hardener.sweep.pool import Workers
from hardener.sweep.task import BuiltWith, Outcome, Task, display_name, failure_of, outcome_of
from hardener.transforms import Placed, Surroundings


def sweep_contexts(outcomes: Sequence[Outcome], task: Task, workers: Workers) -> Iterator[Outcome]:
    """Harden the ignore files, each for all Dockerfiles of the repository that share its context,
    so that what one of them copies isn't kept out for another."""
    if not task.looks_around:
        return
    sharing: dict[BuiltWith, dict[Path, Placed]] = {}
    everything: list[Placed] = []
    for outcome in outcomes:
        if outcome.hardened is None:
            continue
        placed = Placed(outcome.path, outcome.name, outcome.hardened.table.text)
        everything.append(placed)
        if isinstance(outcome.built_with, HardenError):
            yield failure_of(outcome.path, outcome.built_with, task)
            continue
        for built_with in outcome.built_with:
            sharing.setdefault(built_with, {})[placed.path] = placed
    if not sharing:
        return
    folders = {built_with.folder for built_with in sharing}
    # where it isn't known which Dockerfile is built with a context, it may be any of them
    open_to_all = dict.fromkeys(
        build.context for build in task.callers.unplaced if build.context in folders
    )
    known = {outcome.path for outcome in outcomes}
    for placed, found in _others(known, folders, task, workers, every=bool(open_to_all)):
        everything.append(placed)
        for built_with in found:
            if built_with in sharing:
                sharing[built_with][placed.path] = placed
    for folder in open_to_all:
        assert folder is not None
        for placed in everything:
            built_with = BuiltWith(folder, ignore_path(placed.path, folder))
            if built_with in sharing:
                sharing[built_with].setdefault(placed.path, placed)
    shared = [(built_with, tuple(sharing[built_with].values())) for built_with in sorted(sharing)]
    yield from workers.map(_harden, shared)


def _others(
    known: Set[Path], folders: Set[Path], task: Task, workers: Workers, *, every: bool
) -> Iterator[tuple[Placed, tuple[BuiltWith, ...]]]:
    """The Dockerfiles of the repository that aren't known yet, as far as they may be built with
    one of these folders, or all of them; one that can't be read can't be built either."""

    def may_use(path: Path) -> bool:
        named = task.callers.usage_of(path).contexts
        return not folders.isdisjoint(named or path.parents)

    found = discover((task.root,), root=task.root, exclude=task.settings.exclude).files
    paths = [path for path in found if path not in known and (every or may_use(path))]
    yield from (other for other in workers.map(_placed, paths) if other is not None)


def _placed(path: Path, task: Task) -> tuple[Placed, tuple[BuiltWith, ...]] | None:
    try:
        text = read_dockerfile(path)
        dockerfile = parse(text)
    except HardenError:
        return None
    placed = Placed(path, display_name(path, task.root), text)
    try:
        return placed, task.built_with(dockerfile, path)
    except HardenError:
        return placed, ()


def _harden(shared: tuple[BuiltWith, tuple[Placed, ...]], task: Task) -> Outcome:
    built_with, dockerfiles = shared
    folder, ignore = built_with.folder, built_with.ignore
    try:
        context = BuildContext(folder, read_ignore_file(dockerfiles[0].path, folder))
        text = decode(ignore.read_bytes()) if ignore.is_file() else None
        unseen = task.callers.elsewhere(folder)
        surroundings = Surroundings(context, dockerfiles, ignore, text, task.settings, unseen)
        hardened = harden_context(surroundings, task.chosen)
    except OSError as error:
        problem = HardenError(f"can't be read: {error.strerror or error}")
        return failure_of(ignore, problem, task)
    except HardenError as error:
        return failure_of(ignore, error, task)
    return outcome_of(ignore, hardened, task, surrounding=True, new=text is None)
