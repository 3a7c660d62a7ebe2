"""Hardens the ignore files of the contexts that the Dockerfiles of a sweep are built with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, read_dockerfile
from hardener.pipeline import harden_context
from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.discovery import discover
from hardener.project.locate import ignore_path
from hardener.sweep.task import Outcome, Task, display_name, failure_of, outcome_of
from hardener.transforms import Placed, Surroundings


def sweep_contexts(outcomes: Sequence[Outcome], task: Task) -> Iterator[Outcome]:
    """Harden the ignore files, each for all Dockerfiles of the repository that share its context,
    so that what one of them copies isn't kept out for another."""
    if not any(transform.look_around for transform in task.chosen):
        return
    contexts: dict[tuple[Path, Path], list[Placed]] = {}
    asked: set[tuple[Path, Path]] = set()
    named = {outcome.path for outcome in outcomes}
    everything = (*_hardened_files(outcomes), *_other_files(named, task))
    for placed in everything:
        try:
            found = task.contexts_of(placed.dockerfile, placed.path)
        except HardenError as error:
            if placed.path in named:
                yield failure_of(placed.path, error, task)
            continue
        for context in found:
            key = context.folder, ignore_path(placed.path, context.folder)
            contexts.setdefault(key, []).append(placed)
            if placed.path in named:
                asked.add(key)
    _add_unplaced(contexts, everything, task)
    for key in sorted(asked):
        yield _harden(*key, tuple(contexts[key]), task)


def _add_unplaced(
    contexts: dict[tuple[Path, Path], list[Placed]], everything: Sequence[Placed], task: Task
) -> None:
    """Where it isn't known which Dockerfile is built with a context, it may be any of them."""
    for build in task.callers.unplaced:
        for placed in everything if build.context is not None else ():
            assert build.context is not None
            key = build.context, ignore_path(placed.path, build.context)
            sharing = contexts.get(key, [])
            if sharing and not any(placed is other for other in sharing):
                sharing.append(placed)


def _hardened_files(outcomes: Sequence[Outcome]) -> Iterator[Placed]:
    for outcome in outcomes:
        if outcome.hardened is not None:
            yield Placed(outcome.path, outcome.name, parse(outcome.hardened.table.text))


def _other_files(known: set[Path], task: Task) -> Iterator[Placed]:
    """The Dockerfiles of the repository that weren't asked for; one that can't be read can't be
    built either."""
    for path in discover((task.root,), root=task.root, exclude=task.settings.exclude).files:
        if path not in known:
            with suppress(HardenError):
                yield Placed(path, display_name(path, task.root), parse(read_dockerfile(path)))


def _harden(folder: Path, ignore: Path, dockerfiles: tuple[Placed, ...], task: Task) -> Outcome:
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
