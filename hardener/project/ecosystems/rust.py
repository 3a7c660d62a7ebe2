"""Reads a Rust project: its programs, the crates that it is locked to, and the strings in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext
from hardener.project.ecosystems.sources import Literal, Sources, sources_of

_MOST_BYTES = 4 * 1024 * 1024
_MOST_MANIFESTS = 300


@dataclass(frozen=True, slots=True)
class RustProject:
    """What Cargo builds.

    Attributes:
        programs: the names of all programs of the packages in the context.
        crates: the names of the crates that Cargo.lock holds, or that manifests name without one.
        locked: whether there is a Cargo.lock.
        embedded: files, from the context's root, that are in the program itself.
        literals: the strings in its code.
        untraced, runs_programs, plugins: where the code does what can't be traced.
        whole: whether all of its sources were read.
        seen: whether there are any.
    """

    programs: frozenset[str]
    crates: frozenset[str]
    locked: bool
    embedded: tuple[str, ...]
    literals: tuple[Literal, ...]
    untraced: str | None
    runs_programs: str | None
    plugins: str | None
    whole: bool
    seen: bool


def read_rust(context: BuildContext) -> RustProject:
    """Read the Cargo packages of a context."""
    sources = sources_of(context, "rust")
    known = knowledge()
    programs: set[str] = set()
    crates: set[str] = set()
    locked = False
    manifests = 0
    for entry in sorted(context.files_below(ROOT), key=lambda item: item.path):
        folder, _, name = entry.path.rpartition("/")
        if name == "Cargo.lock":
            locked = True
            table = _toml(context, entry.path)
            crates.update(str(item.get("name")) for item in table.get("package", ()))
        elif name == "Cargo.toml" and manifests < _MOST_MANIFESTS:
            manifests += 1
            table = _toml(context, entry.path)
            programs.update(_programs(context, folder, table))
            for key in ("dependencies", "build-dependencies"):
                crates.update(table.get(key, {}))
    return RustProject(
        frozenset(programs),
        frozenset(crates),
        locked,
        tuple(_embedded(sources, crates)),
        tuple(sources.literals()),
        sources.first(known["untraced"]["words"]),
        sources.first(known["programs"]["words"]),
        sources.first(known["plugins"]["words"]),
        sources.whole,
        bool(sources.files),
    )


@cache
def knowledge() -> dict[str, Any]:
    """The table of `data/rust.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "rust.toml").read_text("utf-8"))


def _toml(context: BuildContext, path: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads((context.head(path, _MOST_BYTES) or b"").decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return {}


def _programs(context: BuildContext, folder: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The programs of one package.

    Source: The Cargo Book, Cargo Targets (Target auto-discovery, Configuring a target).
    """
    package = table.get("package", {}).get("name")
    start = f"{folder}/" if folder else ""
    if isinstance(package, str) and context.kind(f"{start}src/main.rs") == "file":
        yield package
    for item in table.get("bin", ()):
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            yield item["name"]
    for found in context.sources(f"{start}src/bin/*"):
        name = found.rpartition("/")[2]
        if name.endswith(".rs") or context.kind(f"{found}/main.rs") == "file":
            yield name.removesuffix(".rs")


def _embedded(sources: Sources, crates: set[str]) -> Iterator[str]:
    """What macros take into the program; their paths are relative to the file or the package."""
    known = knowledge()["embedding"]
    macro = re.compile(known["pattern"])
    for file in sources.files:
        folder = file.path.rpartition("/")[0]
        package = folder.rpartition("src")[0].rstrip("/") if "src" in folder else folder
        for path in macro.findall(file.code):
            for start in (folder, package):
                yield _clean(f"{start}/{path}")
    for crate, folders in known["crates"].items():
        if crate in crates:
            yield from folders


def _clean(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
