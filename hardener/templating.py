"""Finds and fills the templates of everything that is generated."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def filled(template: str, /, **values: object) -> str:
    """The template at this path below templates/ with its variables replaced.

    A variable that isn't given is an error; nothing is escaped.
    """
    return _environment().get_template(template).render(values)


def lines_of(template: str, /, **values: object) -> list[str]:
    """The lines of a filled template that aren't blank."""
    return [line for line in filled(template, **values).split("\n") if line.strip()]


@cache
def _environment() -> Environment:
    # imported late: most runs generate nothing
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_folder()),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _folder() -> Path:
    """templates/ in the installed package, else at the top of the repository."""
    package = Path(__file__).parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"
