"""Reads a Go project: its module, what it imports and embeds, and the strings in its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import BuildContext
from hardener.project.ecosystems.sources import Literal, Sources, sources_of

_MODULE = re.compile(r"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)
_REQUIRE = re.compile(r"^(?:require[ \t]+)?[ \t]*([\w.~-]+\.[\w.~/-]+)[ \t]+v\d", re.MULTILINE)
_IMPORTS = re.compile(r"^import[ \t]*(?:\(([^)]*)\)|(?:[\w.]+[ \t]+)?(\"[^\"\n]*\"))", re.MULTILINE)
_QUOTED = re.compile(r"\"([^\"\n]*)\"|`([^`\n]*)`")
_EMBED = re.compile(r"^//go:embed[ \t]+([^\n]+)", re.MULTILINE)
# what takes a path of the file system, not of an embed.FS (pkg.go.dev/std; gin, echo: Static)
_OPENED = re.compile(
    r"(?:\bos\.(?:Open|OpenFile|ReadFile|ReadDir|DirFS|Stat)|\bioutil\.Read(?:File|Dir)"
    r"|\bhttp\.(?:Dir|ServeFile)|\bfilepath\.(?:Walk|WalkDir|Glob)"
    r"|\.(?:ParseFiles|ParseGlob|LoadHTMLGlob|LoadHTMLFiles|Static|StaticFile))"
    r"\(([^()\n]{1,200})"
)
_MAIN = re.compile(r"^package[ \t]+main\b", re.MULTILINE)
_MAJOR = re.compile(r"v[2-9]\d*|v1\d+")
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class GoProject:
    """What is built from a Go module or a GOPATH tree.

    Attributes:
        folder: of its go.mod in the context; `.` where it has none.
        module: its path; None without go.mod.
        requires: the modules that it is built with besides the standard library.
        imports: the packages that its code imports, each with the first place.
        embedded: patterns of `//go:embed`, from the context's root, but for those of files that
            the code opens on disk as well.
        literals: the strings in its code.
        untraced: where it opens files that can't be told; None where nothing does.
        runs_programs: where it starts other programs; None where nothing does.
        plugins: where it loads code by path; None where nothing does.
        whole: whether all of its sources were read.
        seen: whether there are any.
    """

    folder: str
    module: str | None
    requires: tuple[str, ...]
    imports: Mapping[str, str]
    embedded: tuple[str, ...]
    literals: tuple[Literal, ...]
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool
    seen: bool


def module_program(context: BuildContext, folder: str) -> str | None:
    """The name that `go build` gives the program of a module's own folder; None where the folder
    has no go.mod.

    Source: go help build ("the base name of the import path"), with a major version suffix left
    out (cmd/go/internal/load, DefaultExecName).
    """
    found = _MODULE.search(_manifest(context, folder))
    if found is None:
        return None
    parts = found[1].split("/")
    if len(parts) > 1 and _MAJOR.fullmatch(parts[-1]):
        parts.pop()
    return parts[-1]


def main_packages(context: BuildContext, root: str) -> tuple[str, ...]:
    """The folders at and below `root` that hold a program: a package named main."""
    return tuple(
        dict.fromkeys(
            file.path.rpartition("/")[0] or "."
            for file in sources_of(context, "go").files
            if (root == "." or file.path.startswith(f"{root}/")) and _MAIN.search(file.code)
        )
    )


def _manifest(context: BuildContext, folder: str) -> str:
    content = context.head("go.mod" if folder == "." else f"{folder}/go.mod", _MOST_BYTES)
    return (content or b"").decode("utf-8", "replace")


def read_go(context: BuildContext, folder: str = ".") -> GoProject:
    """Read the Go project whose go.mod stands in `folder` of the context."""
    text = _manifest(context, folder)
    found = _MODULE.search(text)
    sources = sources_of(context, "go")
    known = knowledge()
    return GoProject(
        folder,
        found[1] if found else None,
        tuple(dict.fromkeys(_REQUIRE.findall(text))),
        _imports(sources),
        tuple(_embedded_alone(context, sources)),
        tuple(_literals(sources)),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
        bool(sources.files),
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/go.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "go.toml").read_text("utf-8"))


def _imports(sources: Sources) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sources.files:
        for block in _IMPORTS.finditer(file.code):
            place = f"{file.path}:{file.line_of(block.start())}"
            for quoted in _QUOTED.finditer(block[1] or block[2] or ""):
                found.setdefault(quoted[1] or quoted[2] or "", place)
    return found


def _literals(sources: Sources) -> list[Literal]:
    imported = set(_imports(sources))
    return [literal for literal in sources.literals() if literal.text not in imported]


def _embedded_alone(context: BuildContext, sources: Sources) -> Iterator[str]:
    """The embedded files that are read from the program alone."""
    opened = [
        (path[1] or path[2]).removeprefix("./").rstrip("/").split("/")
        for file in sources.files
        for call in _OPENED.finditer(file.code)
        for path in _QUOTED.finditer(call[1])
    ]
    for pattern in _embedded(context, sources):
        parts = pattern.split("/")
        if not any(
            all(
                fnmatchcase(part, other) or fnmatchcase(other, part)
                for part, other in zip(path, parts, strict=False)
            )
            for path in opened
            if path != [""]
        ):
            yield pattern


def _embedded(context: BuildContext, sources: Sources) -> list[str]:
    """The comments are gone from `sources`, so the files are asked again."""
    found = []
    for file in sources.files:
        if '"embed"' not in file.code:
            continue
        text = (context.head(file.path, _MOST_BYTES) or b"").decode("utf-8", "replace")
        folder = file.path.rpartition("/")[0]
        for line in _EMBED.findall(text):
            for word in line.split():
                pattern = word.strip('"`').removeprefix("all:")
                found.append(f"{folder}/{pattern}" if folder else pattern)
    return found
