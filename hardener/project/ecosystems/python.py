"""Reads a Python project: what it requires, and what its code needs besides its packages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, Sources, sources_of

_MOST_BYTES = 2 * 1024 * 1024
_MOST_LISTS = 200
_NAME = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*)")
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class PythonProject:
    """What a build context has of Python.

    Attributes:
        required: the distributions that its lists of requirements name, normalized, each with
            the list.
        literals: the strings in its code.
        compiles: where its code builds extensions or has its code compiled when it runs; None
            where it doesn't.
        loads_libraries: where it loads or looks for shared libraries by name.
        runs_programs: where it starts other programs.
        whole: whether all of its sources were read.
    """

    required: dict[str, str]
    literals: tuple[Literal, ...]
    compiles: str | None
    loads_libraries: str | None
    runs_programs: str | None
    whole: bool


def read_python(context: BuildContext) -> PythonProject:
    """Read the sources and the lists of requirements of a context."""
    sources = sources_of(context, "python")
    program = Sources(
        tuple(
            file for file in sources.files if file.path.rpartition("/")[2] not in _packaging_files()
        ),
        sources.whole,
        sources.syntax,
    )
    known = knowledge()
    return PythonProject(
        dict(_required(context)),
        tuple(program.literals()),
        program.first(known["compiles"]["words"]),
        program.first(known["libraries"]["words"]),
        program.first(known["programs"]["words"]),
        sources.whole,
    )


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it.

    Source: packaging.python.org, "Names and normalization" (PEP 503).
    """
    return _SEPARATORS.sub("-", name).lower()


def is_list(path: str) -> bool:
    """Whether a file says what is to be installed."""
    folder, _, name = path.rpartition("/")
    known = knowledge()["lists"]
    if name in known["names"]:
        return True
    return name.endswith(tuple(known["endings"])) and (
        any(word in name for word in known["words"])
        or folder.rpartition("/")[2] in known["folders"]
    )


def is_only_a_list(path: str) -> bool:
    """Whether a file does nothing but say what is to be installed: no build or tool reads more."""
    name = path.rpartition("/")[2]
    return is_list(path) and name not in knowledge()["lists"]["also_settings"]


def editable_in(context: BuildContext, path: str) -> bool:
    """Whether a list of requirements, or one that it includes, installs a folder of the context
    as an editable package.

    Source: pip documentation, Requirements File Format.
    """
    seen: set[str] = set()
    todo = [path]
    while todo and len(seen) < _MOST_LISTS:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        text = (context.head(path, _MOST_BYTES) or b"").decode("utf-8", "replace")
        for line in text.split("\n"):
            words = line.split("#")[0].replace("=", " ").split()
            if len(words) > 1 and words[0] in ("-e", "--editable"):
                return True
            if len(words) > 1 and words[0] in ("-r", "--requirement"):
                folder = path.rpartition("/")[0]
                todo.append(f"{folder}/{words[1]}" if folder else words[1])
    return False


def _required(context: BuildContext) -> Iterator[tuple[str, str]]:
    number = 0
    for entry in context.files_below(ROOT):
        if not is_list(entry.path) or entry.kind != "file":
            continue
        number += 1
        if number > _MOST_LISTS:
            return
        text = (context.head(entry.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
        for word in _NAME.findall(text):
            yield normalized(word), entry.path


def _packaging_files() -> frozenset[str]:
    return frozenset(knowledge()["packaging"]["names"])


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/python.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "python.toml").read_text("utf-8"))
