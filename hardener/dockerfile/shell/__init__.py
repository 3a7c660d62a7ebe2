"""Reads POSIX sh and bash code: commands, words and how they hang together, with exact offsets."""

from hardener.dockerfile.shell.exec_form import read_exec_form
from hardener.dockerfile.shell.model import (
    Assignment,
    Command,
    Compound,
    Expansion,
    Redirect,
    Script,
    Step,
    Word,
)
from hardener.dockerfile.shell.read import read_script
from hardener.dockerfile.shell.shells import (
    Dialect,
    dialect_of,
    options_at,
    options_of_shell,
    shebang_of,
)
from hardener.dockerfile.shell.wrappers import Effective, effective_commands, unwrap

__all__ = [
    "Assignment",
    "Command",
    "Compound",
    "Dialect",
    "Effective",
    "Expansion",
    "Redirect",
    "Script",
    "Step",
    "Word",
    "dialect_of",
    "effective_commands",
    "options_at",
    "options_of_shell",
    "read_exec_form",
    "read_script",
    "shebang_of",
    "unwrap",
]
