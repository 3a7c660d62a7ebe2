"""The `harden` command: a group whose default command hardens the paths it is given."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from hardener import __version__
from hardener.errors import HardenError

# where each command lives; a module is imported when its command is used
COMMANDS = {
    "run": "hardener.cli.run:run",
    "refresh": "hardener.cli.refresh:refresh",
    "rules": "hardener.cli.rules:rules",
    "explain": "hardener.cli.rules:explain",
    "verify": "hardener.cli.verify:verify",
}
_DEFAULT = "run"
_OBJECTS_A_COLLECTION = 100_000
_HIDDEN = frozenset({"run"})
_GROUP_OPTIONS = frozenset({"--help", "-h", "--version"})


class DefaultGroup(click.Group):
    """A group that loads its commands late and takes anything else for paths to harden."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in COMMANDS if name not in _HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].split(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in COMMANDS and args[0] not in _GROUP_OPTIONS):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATHS]...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        default = self.get_command(ctx, _DEFAULT)
        if default is not None:
            default.format_options(ctx, formatter)
        super().format_options(ctx, formatter)


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, help="Say the version; with --verbose also of the data.")
@click.option("-v", "--verbose", is_flag=True, hidden=True)
@click.pass_context
def cli(ctx: click.Context, version: bool, verbose: bool) -> None:
    """Rewrite Dockerfiles so that the images they build are secure.

    Prints a unified diff of what would change in the Dockerfiles at and below PATHS (the current
    folder if none is given); with --write, changes them.
    """


def main() -> None:
    """The entry point of the `harden` program."""
    # a run makes many objects and few cycles, which the collector would look for in vain
    gc.set_threshold(_OBJECTS_A_COLLECTION)
    try:
        if sys.argv[1:2] == ["--version"]:
            _print_version(verbose=bool({"-v", "--verbose"} & set(sys.argv[2:])))
            return
        sys.exit(cli.main(prog_name="harden", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except HardenError as error:
        click.echo(f"harden: {error}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("harden: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # the reader of the output went away; the interpreter must not complain on its way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _print_version(*, verbose: bool) -> None:
    click.echo(f"harden {__version__}")
    if verbose:
        from hardener.images.catalogue import Catalogue

        click.echo(f"official images as of {Catalogue.load().snapshot}")
