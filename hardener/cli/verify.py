"""`harden verify [PATHS]`: flags to recipes, verify each, print."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from hardener.cli import flags
from hardener.cli.run import look_up, root_of
from hardener.errors import HardenError
from hardener.project.callers.handover import Handover
from hardener.project.discovery import discover
from hardener.review.terminal import Reporter
from hardener.settings import Settings, load_settings
from hardener.sweep import Task, hardened_bytes, images_of, sweep, task_for
from hardener.transforms import all_transforms
from hardener.verify.bench import Options
from hardener.verify.called import recipes_for
from hardener.verify.difference import Verdict
from hardener.verify.engine import names_of_engines
from hardener.verify.handed import taken_out
from hardener.verify.hardening import AppliedChange, Hardened, Hardening, announced_by
from hardener.verify.outcome import Outcome
from hardener.verify.probe import probe_of_url
from hardener.verify.proof import verify_file
from hardener.verify.recipe import Recipe, secrets_of_flags, split_command
from hardener.verify.report import EXECUTES, as_json, as_markdown, table
from hardener.verify.run import Watch
from hardener.verify.session import Session, session

SAME = 0
NOT_SAME = 1
FAILED = 2

Connect = Callable[[Recipe], Hardening]


@dataclass(frozen=True, slots=True)
class Additions:
    """What flags add to every recipe."""

    context: Path | None
    target: str | None
    arguments: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, bytes], ...]
    probes: tuple[str, ...]
    commands: tuple[tuple[str, ...], ...]

    def to(self, recipe: Recipe) -> Recipe:
        """The recipe with these; what a flag says wins."""
        return replace(
            recipe,
            context=self.context.resolve() if self.context else recipe.context,
            target=self.target or recipe.target,
            arguments={**recipe.arguments, **dict(self.arguments)},
            secrets={**recipe.secrets, **dict(self.secrets)},
            probes=(*recipe.probes, *map(probe_of_url, self.probes)),
            commands=(*recipe.commands, *self.commands),
        )


def _pair(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> object:
    """NAME=VALUE; as with docker, a NAME alone takes the environment's value."""
    pairs = []
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals:
            if name not in os.environ:
                continue
            rest = os.environ[name]
        pairs.append((name, rest))
    return tuple(pairs)


def _bytes(context: click.Context, parameter: click.Parameter, value: str) -> int:
    """A size as docker writes it: 512m, 2g."""
    units = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
    text = value.strip().lower().removesuffix("ib").removesuffix("b") or "?"
    unit = units.get(text[-1])
    digits = text if unit is None else text[:-1]
    if not digits.isdigit() or int(digits) == 0:
        raise click.BadParameter("write it as 512m or 2g")
    return int(digits) * (unit or 1)


@click.command("verify")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(names_of_engines()), help="Default: the first found.")
@click.option(
    "--context",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The build context. Default: as callers say, or as hardening assumes it.",
)
@click.option("--target", metavar="STAGE", help="The stage to build.")
@click.option(
    "--build-arg", "arguments", multiple=True, metavar="NAME=VALUE", callback=_pair,
    help="A build argument.",
)  # fmt: skip
@click.option(
    "--secret", "secrets", multiple=True, metavar="id=NAME,env=VAR|src=FILE",
    help="A secret for the build; also the ARG of that name in capitals, if there is one.",
)  # fmt: skip
@click.option(
    "--probe", "probes", multiple=True, metavar="URL",
    help="Ask the container, before and after: http://:8080/health.",
)  # fmt: skip
@click.option(
    "--run", "commands", multiple=True, metavar="COMMAND",
    help="Run this in the image, before and after: same exit code and output.",
)  # fmt: skip
@click.option("--network", default="none", show_default=True, help="The containers' network.")
@click.option("--build-network", metavar="MODE", help="The builds' network: host, none.")
@click.option(
    "--timeout", type=click.FloatRange(1), default=900.0, show_default=True, metavar="SECONDS",
    help="For each build, and for each command to end.",
)  # fmt: skip
@click.option(
    "--memory", default="1g", show_default=True, callback=_bytes, help="For each container."
)
@click.option(
    "--disk", default="1g", show_default=True, callback=_bytes,
    help="How much each container may write.",
)  # fmt: skip
@click.option(
    "--up-for", type=click.FloatRange(0), default=5.0, show_default=True, metavar="SECONDS",
    help="How long a container has to stay up once it's ready.",
)  # fmt: skip
@click.option(
    "--bisect/--no-bisect", default=True, show_default=True,
    help="Find the change to blame by leaving changes out.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "markdown"]), default="table",
    show_default=True,
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Keep the images before and after.")
@flags.safe
@flags.only
@flags.skip
@flags.exclude
@flags.offline
@click.option("-q", "--quiet", is_flag=True, help="No progress on standard error.")
@click.pass_context
def verify(
    ctx: click.Context,
    paths: tuple[Path, ...],
    engine: str | None,
    context: Path | None,
    target: str | None,
    arguments: tuple[tuple[str, str], ...],
    secrets: tuple[str, ...],
    probes: tuple[str, ...],
    commands: tuple[str, ...],
    network: str,
    build_network: str | None,
    timeout: float,
    memory: int,
    disk: int,
    up_for: float,
    bisect: bool,
    form: str,
    keep: bool,
    safe: bool,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    exclude: tuple[str, ...],
    offline: bool,
    quiet: bool,
) -> None:
    """Build and run the Dockerfiles at and below PATHS before and after hardening, and compare.

    THIS EXECUTES WHAT THE DOCKERFILES SAY: their RUN instructions with the network, their images
    without it (--network none). The working tree isn't touched, and every container, image and
    temporary folder is taken away again.

    A sample.toml beside a Dockerfile says how to build, run and ask it; without one, compose files,
    workflows and the like that build it do.

    Exit code: 0 all are the same; 1 one differs, is broken or can't be told; 2 an error.
    """
    root = root_of(paths)
    settings = load_settings(root).overridden(
        safe=safe, only=only, skip=skip, exclude=exclude, offline=offline
    )
    additions = Additions(
        context,
        target,
        arguments,
        tuple(secrets_of_flags(secrets, os.environ).items()),
        probes,
        tuple(map(split_command, commands)),
    )
    watch = Watch(up_for, timeout, memory, disk, network=network)
    options = Options(build_network, timeout, watch, bisect, keep)
    files, failed = _found(paths, root, settings)
    task = task_for(root, settings, diff=False)
    if not settings.offline:
        answers = look_up(images_of(files, task), settings, Reporter(quiet=quiet))
        task = replace(task, pins=answers.pins)
    recipes: list[Recipe] = []
    for path in files:
        try:
            recipes += map(additions.to, recipes_for(path, root, task.callers, target=target))
        except HardenError as error:
            failed = True
            click.echo(f"harden: {_placed(error, path)}", err=True)
    tell = _progress(quiet=quiet)

    def connect(recipe: Recipe) -> Hardening:
        return hardening_of(recipe, task)

    code = verify_all(recipes, connect, options, engine=engine, form=form, tell=tell)
    ctx.exit(FAILED if failed else code)


def hardening_of(recipe: Recipe, task: Task) -> Hardening:
    """The hardening of a recipe's Dockerfile and its ignore file, as `harden` does it."""
    order = {transform.name: number for number, transform in enumerate(all_transforms())}

    def hardening(leave_out: frozenset[str]) -> Hardened:
        settings = task.settings.overridden(skip=tuple(sorted(leave_out)))
        files: dict[str, bytes] = {}
        changes: list[AppliedChange] = []
        handovers: tuple[Handover, ...] = ()
        names: frozenset[str] = frozenset()
        for outcome in sweep([recipe.dockerfile], replace(task, settings=settings), processes=1):
            # what is wrong with other files of the repository is told by `harden` itself
            if outcome.error is not None and outcome.path == recipe.dockerfile:
                raise outcome.error
            if outcome.hardened is not None and outcome.hardened.handovers:
                handovers = outcome.hardened.handovers
                names = taken_out(outcome.hardened.table.original, handovers)
            if outcome.hardened is not None and outcome.hardened.changed:
                files[outcome.name] = hardened_bytes(outcome.hardened)
                changes += (
                    AppliedChange(
                        remark.transform,
                        outcome.name,
                        remark.line,
                        remark.text,
                        announced_by(remark.transform, names) | remark.announces,
                    )
                    for remark in outcome.hardened.changes
                )
        changes.sort(key=lambda change: order.get(change.transform, len(order)))
        return Hardened(files, tuple(changes), handovers)

    return hardening


def verify_all(
    recipes: Sequence[Recipe],
    connect: Connect,
    options: Options,
    *,
    engine: str | None,
    form: str,
    tell: Callable[[str], None],
) -> int:
    """Verify Dockerfiles one after another and print the report; returns the exit code.

    Raises:
        EngineError: no engine can be used, or it went away.
    """
    if not recipes:
        click.echo("harden: no Dockerfile to verify", err=True)
        return SAME
    tell(EXECUTES)
    with session(engine, keep=options.keep) as found:
        outcomes = [_verified(found, recipe, connect, options, tell) for recipe in recipes]
        name, version = found.engine.name, found.engine.version
    if form == "json":
        click.echo(as_json(outcomes, name, version), nl=False)
    elif form == "markdown":
        click.echo(as_markdown(outcomes, name, version), nl=False)
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(table(outcomes, colour=colour), nl=False, color=colour or None)
    return SAME if all(outcome.verdict is Verdict.SAME for outcome in outcomes) else NOT_SAME


def _verified(
    found: Session,
    recipe: Recipe,
    connect: Connect,
    options: Options,
    tell: Callable[[str], None],
) -> Outcome:
    try:
        hardening = connect(recipe)
    except HardenError as error:
        return Outcome(recipe.name, Verdict.CANT_TELL, unproved=(str(error),))
    return verify_file(found, recipe, hardening, options, tell)


def _found(paths: tuple[Path, ...], root: Path, settings: Settings) -> tuple[list[Path], bool]:
    found = discover(paths or (Path(),), root=root, exclude=settings.exclude)
    for problem in found.problems:
        click.echo(f"harden: {problem}", err=True)
    return list(found.files), bool(found.problems)


def _placed(error: HardenError, path: Path) -> HardenError:
    return error if error.path else HardenError(error.message, path=str(path), line=error.line)


def _progress(*, quiet: bool) -> Callable[[str], None]:
    """Lines on standard error; on a terminal one that is written over."""
    if quiet:
        return lambda text: None
    if not sys.stderr.isatty():
        return lambda text: click.echo(f"harden: {text}", err=True)

    def tell(text: str) -> None:
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        click.echo(f"\r\x1b[K{text[: width - 1]}", nl=False, err=True)

    click.get_current_context().call_on_close(lambda: tell(""))
    return tell
