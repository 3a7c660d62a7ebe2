"""Reads a Ruby project: its gems, and what its code needs besides them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, sources_of

_MOST_BYTES = 1024 * 1024
_LISTS = ("Gemfile", "Gemfile.lock", "gems.rb", "gems.locked")
_GEM = re.compile(r"^\s*gem[\s(]+[\"']([\w.-]+)[\"']|^\s+([\w.-]+) \(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class RubyProject:
    """What a build context has of Ruby.

    Attributes:
        gems: those that Gemfile and Gemfile.lock name, each with the file.
        literals: the strings in its code.
        compiles: where its code compiles when it runs; None where it doesn't.
        loads_libraries: where it loads shared libraries by name.
        runs_programs: where it starts other programs.
        whole: whether all of its sources were read.
    """

    gems: dict[str, str]
    literals: tuple[Literal, ...]
    compiles: str | None
    loads_libraries: str | None
    runs_programs: str | None
    whole: bool


def read_ruby(context: BuildContext) -> RubyProject:
    """Read the sources and the lists of gems of a context."""
    sources = sources_of(context, "ruby")
    known = knowledge()
    gems: dict[str, str] = {}
    for entry in context.files_below(ROOT):
        if entry.path.rpartition("/")[2] in _LISTS:
            text = (context.head(entry.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
            for found in _GEM.finditer(text):
                gems.setdefault(found[1] or found[2], entry.path)
    return RubyProject(
        gems,
        tuple(sources.literals()),
        sources.first(known["compiles"]["words"]),
        sources.first(known["libraries"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.whole,
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/ruby.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "ruby.toml").read_text("utf-8"))
