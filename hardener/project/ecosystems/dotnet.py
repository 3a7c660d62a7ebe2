"""Reads a .NET solution: its projects, and whether they are for the web."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, sources_of

_MOST_BYTES = 256 * 1024
_MOST_FILES = 300
_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_WEB = re.compile(r"Microsoft\.NET\.Sdk\.(?:Web|Razor|BlazorWebAssembly)|Microsoft\.AspNetCore\.")
_ALONE = re.compile(
    r"<(?:SelfContained|PublishSelfContained|PublishAot|PublishSingleFile)>\s*true", re.IGNORECASE
)
_INVARIANT = re.compile(r"<InvariantGlobalization>\s*true", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DotnetProject:
    """What is built from .NET projects.

    Attributes:
        projects: their files, by path in the context.
        web: whether any of them is for ASP.NET Core.
        alone: the project that brings its runtime with it; None where none does.
        invariant: whether they do without the data of cultures.
        literals: the strings in the code.
        untraced, runs_programs, plugins: where the code does what can't be traced.
        whole: whether all of its sources were read.
    """

    projects: tuple[str, ...]
    web: bool
    alone: str | None
    invariant: bool
    literals: tuple[Literal, ...]
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool


def read_dotnet(context: BuildContext) -> DotnetProject:
    """Read the projects and sources of a context."""
    sources = sources_of(context, "dotnet")
    known = knowledge()
    projects: list[str] = []
    web = invariant = False
    alone = None
    for entry in sorted(context.files_below(ROOT), key=lambda item: item.path):
        name = entry.path.rpartition("/")[2]
        shared = name in ("Directory.Build.props", "Directory.Build.targets")
        if not (name.endswith(_PROJECTS) or shared) or len(projects) >= _MOST_FILES:
            continue
        text = (context.head(entry.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
        if not shared:
            projects.append(entry.path)
        web = web or bool(_WEB.search(text))
        invariant = invariant or bool(_INVARIANT.search(text))
        if _ALONE.search(text) and alone is None:
            alone = entry.path
    return DotnetProject(
        tuple(projects),
        web,
        alone,
        invariant,
        tuple(sources.literals()),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/dotnet.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "dotnet.toml").read_text("utf-8"))
