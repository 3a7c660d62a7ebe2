"""`harden rules` and `harden explain`: what the transforms are."""

from __future__ import annotations

import click

from hardener.errors import HardenError
from hardener.transforms import all_transforms
from hardener.transforms.refresh_pins import REFRESH


@click.command()
def rules() -> None:
    """List the transforms in the order in which they run."""
    transforms = all_transforms()
    width = max(len(transform.name) for transform in transforms)
    for transform in transforms:
        click.echo(f"{transform.name:{width}}  {transform.level:7}  {transform.summary}")


@click.command()
@click.argument("name")
def explain(name: str) -> None:
    """Say what the transform NAME (or refresh) does, when, why, and how to turn it off."""
    for transform in (*all_transforms(), REFRESH):
        if transform.name == name:
            click.echo(transform.page)
            return
    raise HardenError(f"no transform is named {name}; `harden rules` lists them")
