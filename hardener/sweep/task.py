"""What a sweep is to do, and what became of one file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hardener.dockerfile.nodes import Dockerfile
from hardener.errors import HardenError
from hardener.files import encode
from hardener.images.pins import Pins
from hardener.pipeline import Hardened, wanted
from hardener.project.callers import Callers, find_callers
from hardener.project.context import BuildContext
from hardener.project.locate import contexts_of, ignore_path, locate_context
from hardener.settings import Settings
from hardener.transforms import Transform


@dataclass(frozen=True, slots=True)
class Task:
    """What to harden and how: the same for all files of a run.

    Attributes:
        root: the folder that paths in the diff are relative to.
        settings: of the project.
        today: the day to measure ends of life against.
        diff: whether the diff is wanted.
        callers: who builds and runs the images of the repository.
        pins: what registries said of the images that `images_of` names.
        transforms: these instead of those that the settings choose.
    """

    root: Path
    settings: Settings
    today: datetime.date
    diff: bool
    callers: Callers
    pins: Pins = field(default_factory=dict)
    transforms: tuple[Transform, ...] | None = None

    @property
    def chosen(self) -> Iterator[Transform]:
        """The transforms that are to run, in order."""
        return wanted(self.settings) if self.transforms is None else iter(self.transforms)

    @property
    def looks_around(self) -> bool:
        """Whether a transform is to look at build contexts."""
        return any(transform.look_around for transform in self.chosen)

    def context_of(self, dockerfile: Dockerfile, path: Path) -> BuildContext:
        """The build context of the Dockerfile at `path`.

        Raises:
            HardenError: its ignore file can't be read.
        """
        return locate_context(dockerfile, path, self.root, self.callers.usage_of(path))

    def built_with(self, dockerfile: Dockerfile, path: Path) -> tuple[BuiltWith, ...]:
        """All that the Dockerfile at `path` is built with.

        Raises:
            HardenError: an ignore file can't be read.
        """
        contexts = contexts_of(dockerfile, path, self.root, self.callers.usage_of(path))
        return tuple(BuiltWith(found.folder, ignore_path(path, found.folder)) for found in contexts)


@dataclass(frozen=True, slots=True, order=True)
class BuiltWith:
    """The folder of a context that a Dockerfile is built with, and the ignore file that holds for
    it, there or not."""

    folder: Path
    ignore: Path


def today() -> datetime.date:
    """The day to measure ends of life against."""
    return datetime.datetime.now(datetime.UTC).date()


def task_for(
    root: Path,
    settings: Settings,
    *,
    diff: bool,
    day: datetime.date | None = None,
    transforms: tuple[Transform, ...] | None = None,
) -> Task:
    """The task for the repository at `root`, whose callers are read.

    Parameters:
        day: the one to measure ends of life against; by default this one.
    """
    callers = find_callers(root, exclude=settings.exclude)
    return Task(root, settings, day or today(), diff, callers, transforms=transforms)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `error` is set where it couldn't be hardened.

    `name` is the path as shown: relative to the task's root where it lies below it. `diff` is
    the printed diff, empty where nothing changed or none was asked for. `surrounding` is true of
    a file that stands around Dockerfiles (an ignore file, a caller), `new` of a file that isn't
    there yet. `built_with` says of a hardened Dockerfile what it is built with, or why that can't
    be told; it is empty where no transform looks at contexts.
    """

    path: Path
    name: str
    hardened: Hardened | None
    diff: str
    error: HardenError | None
    surrounding: bool = False
    new: bool = False
    built_with: tuple[BuiltWith, ...] | HardenError = ()


def outcome_of(
    path: Path, hardened: Hardened, task: Task, *, surrounding: bool = False, new: bool = False
) -> Outcome:
    """The outcome of a file that could be read, with its diff where the task wants that."""
    name = display_name(path, task.root)
    diff = ""
    if task.diff and hardened.changed:
        # imported late: not all runs print a diff
        from hardener.review.diff import unified_diff

        diff = str(unified_diff(name, hardened.table, new_file=new))
    return Outcome(path, name, hardened, diff, None, surrounding, new)


def failure_of(path: Path, error: HardenError, task: Task, *, surrounding: bool = False) -> Outcome:
    """The outcome of a file that couldn't be hardened."""
    name = display_name(path, task.root)
    shown = HardenError(error.message, path=name, line=error.line)
    return Outcome(path, name, None, "", shown, surrounding)


def hardened_bytes(hardened: Hardened) -> bytes:
    """What is to be written to the file."""
    return encode(hardened.table.text)


def display_name(path: Path, root: Path) -> str:
    """`path` relative to `root`, with forward slashes; as it is where it lies elsewhere."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()
