"""What an image holds that a reviewer asks about: setuid files, shells, compilers and the like."""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from hardener.verify.facts import FileFact, ImageFacts

_SETUID_SETGID = 0o6000
_STICKY = 0o1000
_WORLD_WRITABLE = 0o002
_SPECIAL_FOLDERS = ("proc/", "sys/", "dev/")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Paths of an image (with the leading slash), sorted, by what they are.

    `setuid` counts setgid files too; `world_writable` leaves out symbolic links and folders that
    have the sticky bit, as /tmp does.
    """

    setuid: tuple[str, ...]
    world_writable: tuple[str, ...]
    shells: tuple[str, ...]
    compilers: tuple[str, ...]
    package_managers: tuple[str, ...]


def holdings(image: ImageFacts) -> Holdings:
    """Sort an image's files by what they are."""
    by_kind: dict[str, list[str]] = {kind: [] for kind in ("setuid", "world_writable", *_KINDS)}
    for path, fact in image.files.items():
        if path.startswith(_SPECIAL_FOLDERS):
            continue
        if is_setuid(fact):
            by_kind["setuid"].append(path)
        if is_world_writable(fact):
            by_kind["world_writable"].append(path)
        kind = _program_kind(path) if fact.kind in ("file", "link") else None
        if kind is not None:
            by_kind[kind].append(path)
    return Holdings(
        **{kind: tuple(f"/{path}" for path in sorted(paths)) for kind, paths in by_kind.items()}
    )


def is_setuid(fact: FileFact) -> bool:
    """A file that runs as its owner or group."""
    return fact.kind == "file" and bool(fact.mode & _SETUID_SETGID)


def is_world_writable(fact: FileFact) -> bool:
    """A file or folder that every user may change."""
    if fact.kind == "folder":
        return bool(fact.mode & _WORLD_WRITABLE) and not fact.mode & _STICKY
    return fact.kind == "file" and bool(fact.mode & _WORLD_WRITABLE)


_KINDS = ("shells", "compilers", "package_managers")


@dataclass(frozen=True, slots=True)
class _Programs:
    folders: frozenset[str]
    exact: Mapping[str, str]
    patterns: tuple[tuple[str, str], ...]
    system_folders: frozenset[str]


@cache
def _programs() -> _Programs:
    text = resources.files("hardener.verify").joinpath("data/programs.toml").read_text("utf-8")
    data = tomllib.loads(text)
    pairs = [(name, kind) for kind in _KINDS for name in data[kind]]
    return _Programs(
        frozenset(data["folders"]),
        {name: kind for name, kind in pairs if not name.endswith("*")},
        tuple((name, kind) for name, kind in pairs if name.endswith("*")),
        frozenset(data["system_folders"]),
    )


def _program_kind(path: str) -> str | None:
    folder, name = posixpath.split(path)
    known = _programs()
    if folder not in known.folders:
        return None
    if name in known.exact:
        return known.exact[name]
    for pattern, kind in known.patterns:
        if fnmatchcase(name, pattern):
            return kind
    return None


def system_folders() -> frozenset[str]:
    """Folders that no application owns alone, without the leading slash."""
    return _programs().system_folders
