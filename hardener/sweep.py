"""Hardens many files, in turn or in a pool of processes; a bad one never stops the rest."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, encode, read_dockerfile
from hardener.images.pins import Pins
from hardener.images.registry.image import Image
from hardener.pipeline import Hardened, harden, harden_context, images_asked, wanted
from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.discovery import discover
from hardener.project.locate import ignore_path, locate_context
from hardener.settings import Settings
from hardener.transforms import Placed, Surroundings, Transform

# below this a pool of processes costs more than it saves
_FILES_FOR_A_POOL = 64
_FILES_A_TASK = 16

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Task:
    """What to harden and how: the same for all files of a run.

    Attributes:
        root: the folder that paths in the diff are relative to.
        settings: of the project.
        today: the day to measure ends of life against.
        diff: whether the diff is wanted.
        pins: what registries said of the images that `images_of` names.
        transforms: these instead of those that the settings choose.
    """

    root: Path
    settings: Settings
    today: datetime.date
    diff: bool
    pins: Pins = field(default_factory=dict)
    transforms: tuple[Transform, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `error` is set where it couldn't be hardened.

    `name` is the path as shown: relative to the task's root where it lies below it. `diff` is
    the printed diff, empty where nothing changed or none was asked for. `surrounding` is true of
    an ignore file, `new` of a file that isn't there yet.
    """

    path: Path
    name: str
    hardened: Hardened | None
    diff: str
    error: HardenError | None
    surrounding: bool = False
    new: bool = False


def sweep(files: Sequence[Path], task: Task, *, processes: int | None = None) -> Iterator[Outcome]:
    """Harden `files`, then the ignore files of their contexts, each in the order of their paths.

    Parameters:
        processes: how many to use; None for as many as there are CPUs for this process.
    """
    outcomes = []
    for outcome in _mapped(partial(harden_file, task=task), files, processes):
        outcomes.append(outcome)
        yield outcome
    yield from _sweep_contexts(outcomes, task)


def images_of(
    files: Sequence[Path], task: Task, *, processes: int | None = None
) -> dict[Image, bool]:
    """The images that are to be looked up before `files` are hardened, as `images_asked` has them.

    A file that can't be read has none; what is wrong with it is told when it is to be hardened.
    """
    found = _mapped(partial(_images_of_file, task=task), files, processes)
    images: dict[Image, bool] = {}
    for one in found:
        for image, for_platforms in one.items():
            images[image] = images.get(image, False) or for_platforms
    return images


def _images_of_file(path: Path, task: Task) -> dict[Image, bool]:
    try:
        text = read_dockerfile(path)
        return images_asked(text, task.settings, today=task.today, transforms=task.transforms)
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
            pins=task.pins,
            transforms=task.transforms,
        )
    except HardenError as error:
        return Outcome(path, name, None, "", HardenError(error.message, path=name, line=error.line))
    return Outcome(path, name, hardened, _printed(name, hardened, task), None)


def _sweep_contexts(outcomes: Sequence[Outcome], task: Task) -> Iterator[Outcome]:
    """Harden the ignore files of the contexts that the Dockerfiles of a sweep are built with.

    Every Dockerfile of the repository that shares such a context is looked at, so that what one
    of them copies isn't kept out for another.
    """
    chosen = wanted(task.settings) if task.transforms is None else task.transforms
    if not any(transform.look_around for transform in chosen):
        return
    contexts: dict[tuple[Path, Path], list[Placed]] = {}
    asked: set[tuple[Path, Path]] = set()
    named = {outcome.path for outcome in outcomes}
    for placed in (*_hardened_files(outcomes), *_other_files(outcomes, task)):
        try:
            context = locate_context(placed.dockerfile, placed.path, task.root)
        except HardenError as error:
            if placed.path in named:
                yield Outcome(placed.path, placed.name, None, "", error)
            continue
        key = context.folder, ignore_path(placed.path, context.folder)
        contexts.setdefault(key, []).append(placed)
        if placed.path in named:
            asked.add(key)
    for key in sorted(asked):
        yield _harden_context(*key, tuple(contexts[key]), task)


def _hardened_files(outcomes: Sequence[Outcome]) -> Iterator[Placed]:
    for outcome in outcomes:
        if outcome.hardened is not None:
            yield Placed(outcome.path, outcome.name, parse(outcome.hardened.table.text))


def _other_files(outcomes: Sequence[Outcome], task: Task) -> Iterator[Placed]:
    """The Dockerfiles of the repository that weren't asked for; one that can't be read can't be
    built either."""
    known = {outcome.path for outcome in outcomes}
    for path in discover((task.root,), root=task.root, exclude=task.settings.exclude).files:
        if path not in known:
            with suppress(HardenError):
                yield Placed(path, display_name(path, task.root), parse(read_dockerfile(path)))


def _harden_context(
    folder: Path, ignore: Path, dockerfiles: tuple[Placed, ...], task: Task
) -> Outcome:
    name = display_name(ignore, task.root)
    try:
        context = BuildContext(folder, read_ignore_file(dockerfiles[0].path, folder))
        text = decode(ignore.read_bytes()) if ignore.is_file() else None
        hardened = harden_context(Surroundings(context, dockerfiles, ignore, text, task.settings))
    except OSError as error:
        problem = HardenError(f"can't be read: {error.strerror or error}", path=name)
        return Outcome(ignore, name, None, "", problem)
    except HardenError as error:
        problem = HardenError(error.message, path=name, line=error.line)
        return Outcome(ignore, name, None, "", problem)
    new = text is None
    return Outcome(ignore, name, hardened, _printed(name, hardened, task, new), None, True, new)


def _printed(name: str, hardened: Hardened, task: Task, new: bool = False) -> str:
    if not task.diff or not hardened.changed:
        return ""
    from hardener.review.diff import unified_diff

    return str(unified_diff(name, hardened.table, new_file=new))


def hardened_bytes(hardened: Hardened) -> bytes:
    """What is to be written to the file."""
    return encode(hardened.table.text)


def display_name(path: Path, root: Path) -> str:
    """`path` relative to `root`, with forward slashes; as it is where it lies elsewhere."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
