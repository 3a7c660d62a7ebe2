"""Reads a Java project: how its programs are packed, and the strings in its code."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, sources_of

_MOST_BYTES = 512 * 1024
_MOST_FILES = 200
_MANIFESTS = ("pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "build.xml")
_CLASSPATH = re.compile(r"<addClasspath>\s*true|Class-Path|classpathPrefix", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class JavaProject:
    """What is built for a Java virtual machine.

    Attributes:
        manifests: the build files, by their paths in the context.
        beside: the build file that has its jar look for others beside it; None where none does.
        literals: the strings in its code.
        tools: where it uses what only a JDK has; None where it doesn't.
        untraced, runs_programs, plugins: where the code does what can't be traced.
        whole: whether all of its sources were read.
        seen: whether there are any.
    """

    manifests: tuple[str, ...]
    beside: str | None
    literals: tuple[Literal, ...]
    tools: str | None
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool
    seen: bool


def read_java(context: BuildContext) -> JavaProject:
    """Read the sources and build files of a context."""
    sources = sources_of(context, "java")
    known = knowledge()
    manifests: list[str] = []
    beside = None
    for entry in sorted(context.files_below(ROOT), key=lambda item: item.path):
        if entry.path.rpartition("/")[2] in _MANIFESTS and len(manifests) < _MOST_FILES:
            manifests.append(entry.path)
            text = (context.head(entry.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
            if _CLASSPATH.search(text) and beside is None:
                beside = entry.path
    return JavaProject(
        tuple(manifests),
        beside,
        tuple(sources.literals()),
        sources.first(known["tools"]["words"]),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
        bool(sources.files),
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/java.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "java.toml").read_text("utf-8"))
