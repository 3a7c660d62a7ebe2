"""Hardens many files, in turn or in a pool of processes; a bad one never stops the rest.

The Dockerfiles come first, then what stands around them: the ignore files of their contexts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from hardener.errors import HardenError
from hardener.files import read_dockerfile
from hardener.images.pins import Wanted
from hardener.images.registry.image import Image
from hardener.pipeline import harden, images_asked
from hardener.sweep.contexts import sweep_contexts
from hardener.sweep.task import (
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

# below this a pool of processes costs more than it saves
_FILES_FOR_A_POOL = 64
_FILES_A_TASK = 16

_T = TypeVar("_T")


def sweep(files: Sequence[Path], task: Task, *, processes: int | None = None) -> Iterator[Outcome]:
    """Harden `files`, then the ignore files of their contexts, each in the order of their paths.

    Parameters:
        processes: how many to use; None for as many as there are CPUs for this process.
    """
    outcomes = []
    for outcome in _mapped(partial(harden_file, task=task), files, processes):
        outcomes.append(outcome)
        yield outcome
    yield from sweep_contexts(outcomes, task)


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
    return outcome_of(path, hardened, task)


def images_of(
    files: Sequence[Path], task: Task, *, processes: int | None = None
) -> dict[Image, Wanted]:
    """The images that are to be looked up before `files` are hardened, as `images_asked` has them.

    A file that can't be read has none; what is wrong with it is told when it is to be hardened.
    """
    found = _mapped(partial(_images_of_file, task=task), files, processes)
    images: dict[Image, Wanted] = {}
    for one in found:
        for image, wanted in one.items():
            images[image] = images.get(image, Wanted()) | wanted
    return images


def _images_of_file(path: Path, task: Task) -> dict[Image, Wanted]:
    try:
        return images_asked(
            read_dockerfile(path),
            task.settings,
            today=task.today,
            usage=task.callers.usage_of(path),
            transforms=task.transforms,
        )
    except HardenError:
        return {}


def _mapped(
    function: Callable[[Path], _T], files: Sequence[Path], processes: int | None
) -> Iterator[_T]:
    """What `function` makes of each file, in their order."""
    number = processes or len(os.sched_getaffinity(0))
    if number < 2 or len(files) < _FILES_FOR_A_POOL:
        yield from map(function, files)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(number, mp_context=get_context("fork")) as pool:
        yield from pool.map(function, files, chunksize=_FILES_A_TASK)
