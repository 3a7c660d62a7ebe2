"""Reads a Node.js project: its package.json, what its code imports, and the strings in it."""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import BuildContext
from hardener.project.ecosystems.sources import Literal, Source, sources_of

_MOST_BYTES = 1024 * 1024
_IMPORT = re.compile(
    r"(?:\bfrom|\bimport|\brequire[ \t]*\(|\bimport[ \t]*\()[ \t\n]*['\"]([^'\"\n]+)['\"]"
)
_TYPES_ONLY = re.compile(r"\b(?:import|export)[ \t]+type\b[^'\"();]*['\"][^'\"\n]*['\"]")
_COMPUTED = re.compile(r"\b(?:require|import)[ \t]*\([ \t\n]*(?![ \t\n'\"])[^)\n]")
_SUBSTITUTION = re.compile(r"\$\{[^{}`]*\}")
_SPECIFIER = re.compile(r"(@[\w.~-]+/[\w.~-]+|[\w.~-]+)(?:/|$)", re.ASCII)
_PATHS = ("file:", "link:", "portal:", "./", "../", "/", "~/")


@dataclass(frozen=True, slots=True)
class NodeProject:
    """What package.json says.

    Attributes:
        folder: of package.json in the context; `.` for its root.
        scripts: code by name.
        dependencies: the packages that are installed for production, optional and peer ones too.
        development: those that are installed for development only.
        workspaces: whether it is made of several packages.
        manager: what `packageManager` names, without the version; None without it.
        own_folders: whether it imports from folders of its own by names: dependencies of paths,
            to which node_modules only links, and subpath imports.
    """

    folder: str
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: frozenset[str] = frozenset()
    development: frozenset[str] = frozenset()
    workspaces: bool = False
    manager: str | None = None
    own_folders: bool = False

    def path(self, name: str) -> str:
        """A file of the project's folder as a path of the context."""
        return name if self.folder == "." else f"{self.folder}/{name}"


@dataclass(frozen=True, slots=True)
class NodeCode:
    """What the code of a project says, its tests and the settings of its tools left out.

    Attributes:
        imports: the packages that it imports, each with the first place.
        literals: the strings in it, those of templates in pieces.
        untraced: where it opens files that can't be told; None where nothing does.
        starts_programs: where it starts other programs; None where nothing does.
        leaving: where it imports something of another folder of the project; None where nothing
            does.
        whole: whether all of it was read.
    """

    imports: Mapping[str, str]
    literals: tuple[Literal, ...]
    untraced: str | None
    starts_programs: str | None
    leaving: str | None
    whole: bool


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/node.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "node.toml").read_text("utf-8"))


def known(name: str, key: str = "names") -> frozenset[str]:
    """One list of that table, as a set."""
    return frozenset(knowledge()[name][key])


def read_project(context: BuildContext, folder: str = ".") -> NodeProject | None:
    """The package.json of a folder of the context; None where there is none that can be read.

    Source: npm docs, package.json (dependencies, devDependencies, workspaces, local paths);
    Node.js docs, subpath imports.
    """
    path = "package.json" if folder == "." else f"{folder}/package.json"
    content = context.head(path, _MOST_BYTES)
    if content is None:
        return None
    try:
        said = json.loads(content.decode("utf-8-sig", "replace"))
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    groups = ("dependencies", "optionalDependencies", "peerDependencies")
    dependencies = frozenset(name for group in groups for name in _table(said, group))
    workspaces = "workspaces" in said or any(
        context.kind(name if folder == "." else f"{folder}/{name}") == "file"
        for name in ("pnpm-workspace.yaml", "lerna.json", "rush.json")
    )
    paths = any(
        isinstance(wanted, str) and wanted.startswith(_PATHS)
        for group in groups
        for wanted in _table(said, group).values()
    )
    manager = said.get("packageManager")
    return NodeProject(
        folder,
        {name: code for name, code in _table(said, "scripts").items() if isinstance(code, str)},
        dependencies,
        frozenset(_table(said, "devDependencies")) - dependencies,
        workspaces,
        manager.partition("@")[0] if isinstance(manager, str) else None,
        paths or "imports" in said,
    )


def _table(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def read_code(context: BuildContext, folder: str = ".") -> NodeCode:
    """What the JavaScript and TypeScript below a folder of the context says."""
    everything = sources_of(context, "javascript")
    prefix = "" if folder == "." else folder + "/"
    files = tuple(
        file
        for file in everything.files
        if file.path.startswith(prefix) and not is_tooling(file.path)
    )
    sources = replace(everything, files=files)
    imports: dict[str, str] = {}
    for file in files:
        for name, place in _imported(file):
            imports.setdefault(name, place)
    untraced = sources.first(knowledge()["untraced"]["words"]) or _computed(files)
    return NodeCode(
        imports,
        tuple(_pieces(sources.literals())),
        untraced,
        sources.first(knowledge()["starts_programs"]["words"]),
        next((place for file in files for place in _leaving(file, prefix)), None),
        sources.whole,
    )


def is_tooling(path: str) -> bool:
    """Whether a file is for the project's tools alone: bundlers, linters, test runners."""
    name = path.rpartition("/")[2]
    return any(
        name == stem or name.startswith(stem + ".") for stem in knowledge()["tooling"]["stems"]
    )


def _imported(file: Source) -> Iterator[tuple[str, str]]:
    code = _TYPES_ONLY.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), file.code)
    for found in _IMPORT.finditer(code):
        specifier = found[1]
        if specifier.startswith((".", "/", "#", "node:", "http:", "https:", "data:")):
            continue
        name = _SPECIFIER.match(specifier)
        if name is not None:
            yield name[1], f"{file.path}:{file.line_of(found.start(1))}"


def _leaving(file: Source, prefix: str) -> Iterator[str]:
    """Imports from beyond the topmost folder that a file stands in."""
    path = file.path.removeprefix(prefix)
    folder, slash, _ = path.partition("/")
    for found in _IMPORT.finditer(file.code):
        if not found[1].startswith("."):
            continue
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1]))
        if not slash or meant.split("/")[0] != folder:
            yield f"{file.path}:{file.line_of(found.start(1))}"


def _computed(files: tuple[Source, ...]) -> str | None:
    for file in files:
        found = _COMPUTED.search(file.code)
        if found is not None:
            return f"{found[0].strip()} ({file.path}:{file.line_of(found.start())})"
    return None


def _pieces(literals: Iterator[Literal]) -> Iterator[Literal]:
    """Template literals without their substitutions."""
    for literal in literals:
        if "${" not in literal.text:
            yield literal
            continue
        for part in _SUBSTITUTION.split(literal.text):
            if part.strip("/"):
                yield Literal(part.lstrip("/"), literal.place)
