"""`harden [PATHS]`: flags to settings, run, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click

from hardener.cli import flags
from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, encode, write_whole
from hardener.images.pins import Answers, Wanted
from hardener.images.registry.image import Image
from hardener.pipeline import harden, images_asked
from hardener.project.discovery import discover, repository_root
from hardener.review.terminal import Reporter
from hardener.settings import Settings, load_settings
from hardener.sweep import Outcome, Task, hardened_bytes, images_of, sweep, task_for, today
from hardener.transforms import all_transforms
from hardener.transforms.named_images import images_held

NOTHING_TO_CHANGE = 0
WOULD_CHANGE = 1
FAILED = 2


@click.command("harden")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@flags.diff
@flags.write
@flags.check
@click.option(
    "--verify",
    is_flag=True,
    help="With --write: build and run before and after, write only what is the same.",
)
@click.option("--build-network", metavar="MODE", help="With --verify: the builds' network.")
@flags.safe
@flags.only
@flags.skip
@flags.exclude
@flags.offline
@flags.source_policy
@flags.jobs
@click.option("-q", "--quiet", is_flag=True, help="Errors only, beside the diff.")
@click.pass_context
def run(
    ctx: click.Context,
    paths: tuple[Path, ...],
    diff: bool,
    write: bool,
    check: bool,
    verify: bool,
    build_network: str | None,
    safe: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    exclude: tuple[str, ...],
    offline: bool,
    source_policy: Path | None,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Harden the Dockerfiles at and below PATHS (the current folder if none is given).

    A path named outright is always taken; - reads one Dockerfile from standard input and writes
    it, hardened, to standard output.

    Exit code: 0 nothing to change, or written; 1 changes would be made; 2 an error.
    """
    mode = mode_of(diff=diff, write=write, check=check, source_policy=source_policy)
    if verify and not write:
        raise click.UsageError("--verify goes with --write; alone, it is the command harden verify")
    root = root_of(paths)
    settings = load_settings(root).overridden(
        safe=safe, only=only, skip=skip, exclude=exclude, offline=offline
    )
    _require_known(settings)
    reporter = Reporter(quiet=quiet)
    if Path("-") in paths:
        if len(paths) > 1 or write or source_policy:
            raise click.UsageError("- stands alone, and not with --write or --source-policy")
        ctx.exit(_standard_input(settings, reporter, diff=diff, check=check))
    task = task_for(root, settings, diff=mode.diff)
    prove = partial(_prover, reporter=reporter, build_network=build_network) if verify else None
    ctx.exit(harden_files(paths or (Path(),), task, mode, jobs, reporter, look_up, prove))


@dataclass(frozen=True, slots=True)
class Mode:
    """What is done with what was found: printed, written, and its policy written to a file."""

    diff: bool
    write: bool
    source_policy: Path | None


def mode_of(*, diff: bool, write: bool, check: bool, source_policy: Path | None) -> Mode:
    """What the flags ask for; a diff if they ask for nothing else.

    Raises:
        click.UsageError: they contradict each other.
    """
    if check and (diff or write):
        raise click.UsageError("--check goes with neither --diff nor --write")
    return Mode(not check and (diff or not write), write, source_policy)


def root_of(paths: tuple[Path, ...]) -> Path:
    """The repository that holds all paths; the current folder where there is none."""
    # a file counts where it was named, not where a symbolic link leads
    real = [
        os.path.realpath(path if path.is_dir() else path.parent)
        for path in paths
        if path != Path("-")
    ]
    here = os.path.realpath(".")
    common = Path(os.path.commonpath(real)) if real else Path(here)
    root = repository_root(common)
    if (root / ".git").exists() or not common.is_relative_to(here):
        return root
    return Path(here)


def _require_known(settings: Settings) -> None:
    names = {transform.name for transform in all_transforms()}
    for name in (*settings.only, *settings.skip):
        if name not in names:
            raise HardenError(f"no transform is named {name}; `harden rules` lists them")


LookUp = Callable[[Mapping[Image, Wanted], Settings, Reporter], Answers]
# given the task of a run, says of each outcome whether it may be written
Prove = Callable[[Task], AbstractContextManager[Callable[[Outcome], bool]]]


@contextmanager
def _prover(
    task: Task, reporter: Reporter, build_network: str | None
) -> Iterator[Callable[[Outcome], bool]]:
    from hardener.cli.proved import Prover

    with Prover(task, reporter, build_network=build_network) as prover:
        yield prover.passes


@contextmanager
def _unproved(task: Task) -> Iterator[Callable[[Outcome], bool]]:
    yield lambda outcome: True


def harden_files(
    paths: tuple[Path, ...],
    task: Task,
    mode: Mode,
    jobs: int | None,
    reporter: Reporter,
    look_up: LookUp,
    prove: Prove | None = None,
) -> int:
    """Do the task to the files at and below `paths` and tell of it; answers the exit code.

    Parameters:
        jobs: how many processes to use; None for as many as there are CPUs.
        look_up: asks the registries about the images of the run; not called offline.
        prove: says what may be written; None for everything.
    """
    settings, root = task.settings, task.root
    found = discover(paths, root=root, exclude=settings.exclude)
    for problem in found.problems:
        reporter.error(problem)
    failed = bool(found.problems)
    left = False
    total = 0
    held: set[Image] = set()
    if not settings.offline:
        wanted = images_of(found.files, task, processes=jobs)
        answers = look_up(wanted, settings, reporter)
        task = replace(task, pins=answers.pins)
        held |= answers.held(wanted)
    swept = sweep(found.files, task, processes=jobs)
    with (prove or _unproved)(task) as may_be_written:
        for outcome in reporter.progress(swept, len(found.files)):
            if outcome.error is not None:
                reporter.error(outcome.error)
            if outcome.hardened is None:
                failed = True
                continue
            # an ignore file or a caller counts where it changes; that one is missing is nothing to
            # tell
            total += not outcome.surrounding or outcome.hardened.changed
            reporter.file(outcome.name, outcome.hardened)
            if mode.source_policy is not None and not outcome.surrounding:
                held |= images_held(parse(outcome.hardened.table.text))
            failed = failed or outcome.hardened.failed
            if not outcome.hardened.changed:
                continue
            if mode.diff:
                _print_bytes(outcome.diff)
            if not mode.write or not may_be_written(outcome):
                left = True
            elif not _written(outcome, root, reporter):
                failed = True
    if mode.source_policy is not None:
        _write_policy(mode.source_policy, held)
    reporter.summary(total, written=mode.write)
    if failed:
        return FAILED
    return WOULD_CHANGE if left else NOTHING_TO_CHANGE


def look_up(images: Mapping[Image, Wanted], settings: Settings, reporter: Reporter) -> Answers:
    """What the registries say of these images; what they don't is told."""
    if not images:
        return Answers({})
    # imported late: most of it isn't wanted where nothing is asked
    from hardener.lookup import look_up as ask

    with reporter.looking_up(len(images)) as progress:
        answers = ask(images, settings, os.environ, progress=progress)
    for problem in answers.problems:
        reporter.warning(problem)
    return answers


def _write_policy(path: Path, images: Iterable[Image]) -> None:
    from hardener.images.source_policy import source_policy

    try:
        path.write_text(source_policy(images))
    except OSError as error:
        reason = error.strerror or str(error)
        raise HardenError(f"can't be written: {reason}", path=str(path)) from error


def _written(outcome: Outcome, root: Path, reporter: Reporter) -> bool:
    assert outcome.hardened is not None
    try:
        write_whole(
            outcome.path,
            hardened_bytes(outcome.hardened),
            None if outcome.new else encode(outcome.hardened.table.original),
            root,
        )
    except HardenError as error:
        reporter.error(HardenError(error.message, path=outcome.name))
        return False
    return True


def _standard_input(settings: Settings, reporter: Reporter, *, diff: bool, check: bool) -> int:
    from hardener.review.diff import unified_diff

    name = "Dockerfile"
    try:
        text = decode(sys.stdin.buffer.read())
        day = today()
        images = {} if settings.offline else images_asked(text, settings, today=day)
        pins = look_up(images, settings, reporter).pins
        hardened = harden(text, settings, today=day, pins=pins)
    except HardenError as error:
        reporter.error(HardenError(error.message, path="-", line=error.line))
        return FAILED
    reporter.file("-", hardened)
    if diff:
        _print_bytes(str(unified_diff(name, hardened.table)))
    elif not check:
        _print_bytes(hardened.table.text)
        return FAILED if hardened.failed else NOTHING_TO_CHANGE
    if hardened.failed:
        return FAILED
    return WOULD_CHANGE if hardened.changed else NOTHING_TO_CHANGE


def _print_bytes(text: str) -> None:
    """Write to standard output, undecodable bytes as they came."""
    sys.stdout.flush()
    sys.stdout.buffer.write(encode(text))
    sys.stdout.buffer.flush()
