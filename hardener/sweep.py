"""Hardens many files, in turn or in a pool of processes; a bad one never stops the rest."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardener.errors import HardenError
from hardener.files import encode, read_dockerfile
from hardener.pipeline import Hardened, harden
from hardener.project.locate import locate_context
from hardener.settings import Settings

# below this a pool of processes costs more than it saves
_FILES_FOR_A_POOL = 64
_FILES_A_TASK = 16


@dataclass(frozen=True, slots=True)
class Task:
    """What to harden and how: the same for all files of a run.

    `root` is the folder that paths in the diff are relative to.
    """

    root: Path
    settings: Settings
    today: datetime.date
    diff: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `error` is set where it couldn't be hardened.

    `name` is the path as shown: relative to the task's root where it lies below it. `diff` is
    the printed diff, empty where nothing changed or none was asked for.
    """

    path: Path
    name: str
    hardened: Hardened | None
    diff: str
    error: HardenError | None


def sweep(files: Sequence[Path], task: Task, *, processes: int | None = None) -> Iterator[Outcome]:
    """Harden `files`, yielding the outcomes in the order of the files.

    Parameters:
        processes: how many to use; None for as many as there are CPUs for this process.
    """
    wanted = processes or len(os.sched_getaffinity(0))
    if wanted < 2 or len(files) < _FILES_FOR_A_POOL:
        for path in files:
            yield harden_file(path, task)
        return
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context

    with ProcessPoolExecutor(wanted, mp_context=get_context("fork")) as pool:
        yield from pool.map(partial(harden_file, task=task), files, chunksize=_FILES_A_TASK)


def harden_file(path: Path, task: Task) -> Outcome:
    """Harden the file at `path`; what is wrong with it stands in the outcome."""
    name = display_name(path, task.root)
    try:
        text = read_dockerfile(path)
        hardened = harden(
            text,
            task.settings,
            today=task.today,
            locate=lambda dockerfile: locate_context(dockerfile, path, task.root),
        )
    except HardenError as error:
        return Outcome(path, name, None, "", HardenError(error.message, path=name, line=error.line))
    diff = ""
    if task.diff and hardened.changed:
        from hardener.review.diff import unified_diff

        diff = str(unified_diff(name, hardened.table))
    return Outcome(path, name, hardened, diff, None)


def hardened_bytes(hardened: Hardened) -> bytes:
    """What is to be written to the file."""
    return encode(hardened.table.text)


def display_name(path: Path, root: Path) -> str:
    """`path` relative to `root`, with forward slashes; as it is where it lies elsewhere."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
