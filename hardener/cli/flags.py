"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

diff = click.option(
    "--diff", is_flag=True, help="Print a unified diff of what would change (default)."
)
write = click.option("--write", is_flag=True, help="Change the files in place.")
check = click.option(
    "--check", is_flag=True, help="Print no diff; exit 1 if anything would change."
)
safe = click.option("--safe", is_flag=True, help="Only changes that leave the image as it was.")
only = click.option(
    "--only", multiple=True, metavar="NAME", help="Run this transform (repeatable)."
)
skip = click.option(
    "--skip", multiple=True, metavar="NAME", help="Leave this one out (repeatable)."
)
exclude = click.option(
    "--exclude", multiple=True, metavar="PATTERN", help="Pass over files like this."
)
offline = click.option(
    "--offline",
    is_flag=True,
    envvar="HARDEN_OFFLINE",
    help="Never ask a registry (no digests).",
)
source_policy = click.option(
    "--source-policy",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a BuildKit source policy for the pinned images to this file.",
)
jobs = click.option("--jobs", type=click.IntRange(1), help="How many processes to use.")
