"""Hardens many files, in turn or in a pool of processes; a bad one never stops the rest.

The Dockerfiles come first, then what stands around them: the ignore files of their contexts, and
the callers that build and run them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import read_dockerfile
from hardener.images.pins import Wanted
from hardener.images.registry.image import Image
from hardener.pipeline import harden, images_asked
from hardener.sweep.contexts import sweep_contexts
from hardener.sweep.pool import Workers
from hardener.sweep.task import (
    BuiltWith,
    Outcome,
    Task,
    display_name,
    failure_of,
    hardened_bytes,
    outcome_of,
    task_for,
    today,
)

__all__ = [
    "Outcome",
    "Task",
    "display_name",
    "harden_file",
    "hardened_bytes",
    "images_of",
    "sweep",
    "task_for",
    "today",
]


def sweep(files: Sequence[Path], task: Task, *, processes: int | None = None) -> Iterator[Outcome]:
    """Harden `files`, then the ignore files of their contexts, then their callers, each in the
    order of their paths.

    Parameters:
        processes: how many to use; None for as many as there are CPUs for this process.
    """
    outcomes = []
    with Workers(task, processes) as workers:
        for outcome in workers.map(harden_file, files):
            outcomes.append(outcome)
            yield outcome
        yield from sweep_contexts(outcomes, task, workers)
    if any(outcome.hardened is not None and outcome.hardened.demanded for outcome in outcomes):
        # imported late: few runs have something to change there
        from hardener.sweep.callers import sweep_callers

        yield from sweep_callers(outcomes, task)


def harden_file(path: Path, task: Task) -> Outcome:
    """Harden the file at `path`; what is wrong with it stands in the outcome."""
    try:
        hardened = harden(
            read_dockerfile(path),
            task.settings,
            today=task.today,
            locate=lambda dockerfile: task.context_of(dockerfile, path),
            pins=task.pins,
            usage=task.callers.usage_of(path),
            transforms=task.transforms,
        )
    except HardenError as error:
        return failure_of(path, error, task)
    outcome = outcome_of(path, hardened, task)
    if not task.looks_around:
        return outcome
    built_with: tuple[BuiltWith, ...] | HardenError
    try:
        built_with = task.built_with(parse(hardened.table.text), path)
    except HardenError as error:
        built_with = error
    return replace(outcome, built_with=built_with)


def images_of(
    files: Sequence[Path], task: Task, *, processes: int | None = None
) -> dict[Image, Wanted]:
    """The images that are to be looked up before `files` are hardened, as `images_asked` has them.

    A file that can't be read has none; what is wrong with it is told when it is to be hardened.
    """
    images: dict[Image, Wanted] = {}
    with Workers(task, processes) as workers:
        for one in workers.map(_images_of_file, files):
            for image, wanted in one.items():
                images[image] = images.get(image, Wanted()) | wanted
    return images


def _images_of_file(path: Path, task: Task) -> dict[Image, Wanted]:
    try:
        return images_asked(
            read_dockerfile(path),
            task.settings,
            today=task.today,
            locate=lambda dockerfile: task.context_of(dockerfile, path),
            usage=task.callers.usage_of(path),
            transforms=task.transforms,
        )
    except HardenError:
        return {}
