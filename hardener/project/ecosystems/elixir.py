"""Reads an Elixir project: its name, its releases, and the strings in its code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import BuildContext
from hardener.project.ecosystems.sources import Literal, sources_of

_MOST_BYTES = 512 * 1024
_APP = re.compile(r"\bapp:\s*:(\w+)")
_RELEASES = re.compile(r"\breleases:\s*\[\s*(?:\{?:)?\"?(\w+)")
_DEPENDENCY = re.compile(r"\{\s*:(\w+)\s*,")


@dataclass(frozen=True, slots=True)
class ElixirProject:
    """What `mix release` builds.

    Attributes:
        name: of the application; None without mix.exs.
        release: the first release that mix.exs names; None where it names none.
        requires: the packages that it depends on.
        literals: the strings in its code.
        untraced, runs_programs, plugins: where the code does what can't be traced.
        whole: whether all of its sources were read.
        seen: whether there are any.
    """

    name: str | None
    release: str | None
    requires: tuple[str, ...]
    literals: tuple[Literal, ...]
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool
    seen: bool


def read_elixir(context: BuildContext) -> ElixirProject:
    """Read mix.exs and the sources of a context."""
    text = (context.head("mix.exs", _MOST_BYTES) or b"").decode("utf-8", "replace")
    sources = sources_of(context, "elixir")
    known = knowledge()
    app, release = _APP.search(text), _RELEASES.search(text)
    return ElixirProject(
        app[1] if app else None,
        release[1] if release else None,
        tuple(_DEPENDENCY.findall(text)),
        tuple(sources.literals()),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
        bool(sources.files),
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/elixir.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "elixir.toml").read_text("utf-8"))
