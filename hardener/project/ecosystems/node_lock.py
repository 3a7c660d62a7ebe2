"""Reads the lock files of npm, Yarn 1 and pnpm: what stays for production, and what compiles."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hardener.project.context import BuildContext
from hardener.project.ecosystems.node import NodeProject, known

_MOST_BYTES = 8 * 1024 * 1024
_YARN_ENTRY = re.compile(r"^(?=[^\s#])(.+):[ \t]*$", re.MULTILINE)
_YARN_FIELD = re.compile(r"^    (?:\"([^\"\n]+)\"|([^\s\"]+))[ \t]+\"?([^\"\n]+)\"?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Locked:
    """What a lock file says.

    Attributes:
        manager: `npm`, `yarn` or `pnpm`.
        production: the packages that stay without those for development.
        development: those that don't.
        native: of production, those that compile or fetch something when they are installed.
        programs: the commands that the packages of production bring, as far as it says.
    """

    manager: str
    production: frozenset[str]
    development: frozenset[str]
    native: frozenset[str]
    programs: frozenset[str] = frozenset()


def read_lock(context: BuildContext, project: NodeProject) -> Locked | None:
    """The lock file beside a package.json; None where there is none that can be read.

    Source: npm docs, package-lock.json (packages, dev, hasInstallScript) and its precedence of
    npm-shrinkwrap.json; Yarn 1 docs, yarn.lock; pnpm docs, pnpm-lock.yaml.
    """
    for name, reader in _READERS:
        content = context.head(project.path(name), _MOST_BYTES + 1)
        if content is None or len(content) > _MOST_BYTES:
            continue
        try:
            return reader(content.decode("utf-8-sig", "replace"), project)
        except (ValueError, TypeError, AttributeError, KeyError):
            return None
    return None


def _npm(text: str, project: NodeProject) -> Locked | None:
    said = json.loads(text)
    packages = said.get("packages")
    if packages is None:
        return _npm_1(said)
    markers = known("markers")
    production: set[str] = set()
    development: set[str] = set()
    native: set[str] = set()
    programs: set[str] = set()
    for path, entry in packages.items():
        name = path.rpartition("node_modules/")[2]
        if "node_modules/" not in path:
            continue
        if entry.get("dev"):
            development.add(name)
            continue
        production.add(name)
        if entry.get("hasInstallScript") or not markers.isdisjoint(entry.get("dependencies", ())):
            native.add(name)
        bins = entry.get("bin") or {}
        programs.update(bins if isinstance(bins, dict) else [name.rpartition("/")[2]])
    return Locked(
        "npm",
        frozenset(production),
        frozenset(development - production),
        frozenset(native),
        frozenset(programs),
    )


def _npm_1(said: Mapping[str, Any]) -> Locked:
    """A lock file of npm 6 and before."""
    markers = known("markers")
    production: set[str] = set()
    development: set[str] = set()
    native: set[str] = set()
    waiting = [said.get("dependencies", {})]
    while waiting:
        for name, entry in waiting.pop().items():
            waiting.append(entry.get("dependencies", {}))
            if entry.get("dev"):
                development.add(name)
                continue
            production.add(name)
            if not markers.isdisjoint(entry.get("requires") or ()):
                native.add(name)
    return Locked(
        "npm", frozenset(production), frozenset(development - production), frozenset(native)
    )


def _yarn(text: str, project: NodeProject) -> Locked | None:
    """Yarn 1: the entries name ranges, so the closure starts from the names in package.json."""
    if "__metadata:" in text:
        return None
    entries: dict[str, dict[str, str]] = {}
    ranges: dict[str, list[str]] = {}
    starts = list(_YARN_ENTRY.finditer(text))
    for index, found in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        wanted = dict(_yarn_dependencies(text[found.end() : end]))
        for key in found[1].split(","):
            key = key.strip().strip('"')
            entries[key] = wanted
            ranges.setdefault(_yarn_name(key), []).append(key)
    first = [key for name in project.dependencies for key in ranges.get(name, ())]
    reached = _closure(
        first,
        lambda key: [f"{name}@{wanted}" for name, wanted in entries.get(key, {}).items()],
    )
    markers = known("markers")
    production = frozenset(_yarn_name(key) for key in reached)
    native = frozenset(
        _yarn_name(key) for key in reached if not markers.isdisjoint(entries.get(key, ()))
    )
    return Locked("yarn", production, frozenset(ranges) - production, native)


def _yarn_dependencies(block: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in block.split("\n"):
        if line.startswith("  ") and not line.startswith("   "):
            inside = line.strip() in ("dependencies:", "optionalDependencies:")
        elif inside and (found := _YARN_FIELD.match(line)):
            yield found[1] or found[2], found[3]


def _yarn_name(key: str) -> str:
    """`@scope/name` of `@scope/name@^1.0.0`."""
    at = key.find("@", 1)
    return key[:at] if at > 0 else key


def _pnpm(text: str, project: NodeProject) -> Locked | None:
    import yaml

    # the anchors and tags that a plain loader would follow don't stand in lock files
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        said = yaml.load(text, Loader=loader)
    except yaml.YAMLError:
        return None
    packages = said.get("packages") or {}
    snapshots = said.get("snapshots") or packages
    root: Mapping[str, Any] = (said.get("importers") or {}).get(".") or said
    first = [
        place
        for group in ("dependencies", "optionalDependencies")
        for name, entry in (root.get(group) or {}).items()
        if (place := _pnpm_place(snapshots, name, entry)) is not None
    ]

    def needed(place: str) -> Iterator[str]:
        entry = snapshots.get(place) or {}
        for group in ("dependencies", "optionalDependencies"):
            for name, version in (entry.get(group) or {}).items():
                at = _pnpm_place(snapshots, name, version)
                if at is not None:
                    yield at

    reached = _closure(first, needed)
    markers = known("markers")
    native = frozenset(
        _pnpm_name(place)
        for place in reached
        if (packages.get(place) or {}).get("requiresBuild")
        or not markers.isdisjoint((snapshots.get(place) or {}).get("dependencies") or ())
    )
    production = frozenset(map(_pnpm_name, reached))
    everything = frozenset(map(_pnpm_name, snapshots))
    return Locked("pnpm", production, everything - production, native)


def _pnpm_place(snapshots: Mapping[str, Any], name: str, entry: object) -> str | None:
    version = entry.get("version") if isinstance(entry, dict) else entry
    places = (f"{name}@{version}", f"/{name}@{version}", f"/{name}/{version}", str(version))
    return next((place for place in places if place in snapshots), None)


def _pnpm_name(place: str) -> str:
    """`@scope/name` of `/@scope/name@1.0.0(peer@2)` or `/@scope/name/1.0.0`."""
    text = place.lstrip("/").partition("(")[0]
    at = text.find("@", 1)
    if at > 0:
        return text[:at]
    parts = text.split("/")
    return "/".join(parts[:2]) if text.startswith("@") else parts[0]


def _closure(first: Iterable[str], needed: Callable[[str], Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += needed(key)
    return reached


_READERS: tuple[tuple[str, Callable[[str, NodeProject], Locked | None]], ...] = (
    ("npm-shrinkwrap.json", _npm),
    ("package-lock.json", _npm),
    ("yarn.lock", _yarn),
    ("pnpm-lock.yaml", _pnpm),
)
