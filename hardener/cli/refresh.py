"""`harden refresh [PATHS]`: moves what is pinned forward, or has another program do it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from hardener.cli import flags
from hardener.cli.run import harden_files, mode_of, root_of
from hardener.errors import HardenError
from hardener.images.pins import Answers, Wanted
from hardener.images.registry.image import Image
from hardener.images.versions import Step
from hardener.project.discovery import discover
from hardener.review.terminal import Reporter
from hardener.settings import Settings, load_settings
from hardener.sweep import task_for, today
from hardener.transforms.refresh_pins import REFRESH

WRITTEN = 0


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@flags.diff
@flags.write
@flags.check
@click.option("--minor", is_flag=True, help="Move to newer lines of the same major version too.")
@click.option("--major", is_flag=True, help="Move to newer major versions too.")
@flags.exclude
@flags.source_policy
@click.option("--renovate", is_flag=True, help="Write renovate.json instead: Renovate does it.")
@click.option("--dependabot", is_flag=True, help="Write .github/dependabot.yml instead.")
@flags.jobs
@click.option("-q", "--quiet", is_flag=True, help="Errors only, beside the diff.")
@click.pass_context
def refresh(
    ctx: click.Context,
    paths: tuple[Path, ...],
    diff: bool,
    write: bool,
    check: bool,
    minor: bool,
    major: bool,
    exclude: tuple[str, ...],
    source_policy: Path | None,
    renovate: bool,
    dependabot: bool,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Move pinned images to their tags' newest digests, and to newer patch releases.

    Only what is pinned changes: images with a digest, and tags that name one release. A release
    line past its end of life is told and never moved to.

    Exit code: 0 nothing to change, or written; 1 changes would be made; 2 an error.
    """
    step = Step.MAJOR if major else Step.MINOR if minor else Step.PATCH
    root = root_of(paths)
    settings = load_settings(root).overridden(exclude=exclude)
    reporter = Reporter(quiet=quiet)
    if renovate or dependabot:
        if diff or write or check or source_policy:
            raise click.UsageError("--renovate and --dependabot write their own file alone")
        files = discover(paths or (Path(),), root=root, exclude=settings.exclude).files
        _delegate(root, files, step, renovate=renovate, dependabot=dependabot, reporter=reporter)
        ctx.exit(WRITTEN)
    if settings.offline:
        raise HardenError("refresh asks registries, and the settings say offline")
    mode = mode_of(diff=diff, write=write, check=check, source_policy=source_policy)
    task = task_for(root, settings, diff=mode.diff, transforms=(REFRESH,))
    ask = partial(_look_up_moves, step)
    ctx.exit(harden_files(paths or (Path(),), task, mode, jobs, reporter, ask))


def _look_up_moves(
    step: Step, images: Mapping[Image, Wanted], settings: Settings, reporter: Reporter
) -> Answers:
    """What the registries say the pins are to be moved to; what they don't say is told."""
    from hardener.refresh import look_up_moves

    with reporter.looking_up(len(images)) as progress:
        answers = look_up_moves(
            images, settings, os.environ, step=step, today=today(), progress=progress
        )
    for problem in answers.problems:
        reporter.warning(problem)
    return answers


def _delegate(
    root: Path,
    files: Sequence[Path],
    step: Step,
    *,
    renovate: bool,
    dependabot: bool,
    reporter: Reporter,
) -> None:
    """Write the configuration of the programs that are to move the pins.

    Raises:
        HardenError: there is one already, or it can't be written.
    """
    from hardener.review.update_bots import dependabot_config, renovate_config

    wanted = []
    if renovate:
        wanted.append((root / "renovate.json", renovate_config(files, root, step)))
    if dependabot:
        path = root / ".github" / "dependabot.yml"
        wanted.append((path, dependabot_config(files, root, step)))
    for path, text in wanted:
        try:
            path.parent.mkdir(exist_ok=True)
            with path.open("x") as file:
                file.write(text)
        except FileExistsError as error:
            click.echo(text, nl=False)
            raise HardenError(
                "is there already and stays as it is; what it needs is on standard output",
                path=path.relative_to(root).as_posix(),
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise HardenError(f"can't be written: {reason}", path=str(path)) from error
        reporter.note(f"{path.relative_to(root).as_posix()} written")
