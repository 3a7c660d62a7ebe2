"""Says which build context and Dockerfile of the repository a caller's paths lead to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from hardener.project.callers.model import Value
from hardener.project.callers.values import given, reason

Base: TypeAlias = Literal["context", "folder", "either"]
"""What the path of a Dockerfile starts from: the build context, the folder in which the program
runs, or that folder and, where nothing is there, the context."""

DOCKERFILE = ("Dockerfile", "dockerfile")
"""The names that are tried where a caller gives none (buildx build/build.go)."""

CONTAINERFILE = ("Containerfile", "Dockerfile")
"""The same for Podman and Buildah (buildah pkg/parse, DiscoverContainerfile)."""

# buildx util/urlutil and build-context schemes; compose's `service:` and bake's `target:`
_REMOTE = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|git@|github\.com/|service:|target:|docker-image:|oci-layout:)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a build's context and Dockerfile are; the attributes are those of `Build`."""

    context: Path | None = None
    dockerfile: Path | None = None
    elsewhere: str = ""
    unclear: Mapping[str, str] = field(default_factory=dict)


class Checkout:
    """The working tree of a repository, whose files are asked for by paths from its root.

    Args:
        root: its folder; paths that lead out of it, also by symbolic links, are not looked at.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.real = os.path.realpath(root)
        self._found: dict[tuple[str, bool], Path | None] = {}

    def join(self, base: str, path: str) -> str | None:
        """`path`, as written in the folder `base` (relative to the root), relative to the root,
        "" for the root itself; None where it leads out."""
        if path.startswith("~") or "\0" in path:
            return None
        joined = os.path.normpath(path if path[:1] == "/" else f"{self.real}/{base}/{path}")
        if joined == self.real:
            return ""
        prefix = self.real.rstrip("/") + "/"
        return joined[len(prefix) :] if joined.startswith(prefix) else None

    def file(self, path: str) -> Path | None:
        """The file at a path relative to the root, symbolic links followed; None if there is no
        file, or it lies outside."""
        return self._at(path, folder=False)

    def folder(self, path: str) -> Path | None:
        """The folder at a path relative to the root; None if there is none, or it lies outside."""
        return self._at(path, folder=True)

    def shown(self, folders: Sequence[str], path: str) -> Path | None:
        """Where in the repository `path` is, as written in one of these folders: the first in which
        something is there, links left as they are; None if it leads out or nothing is there."""
        for start in folders:
            below = self.join(start, path)
            if below is not None and os.path.lexists(f"{self.real}/{below}"):
                return self.root / below
        return None

    def _at(self, path: str, *, folder: bool) -> Path | None:
        # builds of one repository ask for the same places again and again
        key = (path, folder)
        if key not in self._found:
            self._found[key] = self._look(path, folder=folder)
        return self._found[key]

    def _look(self, path: str, *, folder: bool) -> Path | None:
        try:
            real = os.path.realpath(f"{self.real}/{path}", strict=True)
            mode = Path(real).stat().st_mode
        except (OSError, ValueError):
            # nothing there, a circle of links, or characters that no path has
            return None
        if not (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode)):
            return None
        if real == self.real:
            return self.root
        prefix = self.real.rstrip("/") + "/"
        return self.root / real[len(prefix) :] if real.startswith(prefix) else None

    def place(
        self,
        folders: Sequence[str],
        context: Value,
        dockerfile: Value | None = None,
        *,
        base: Base = "context",
        names: Sequence[str] = DOCKERFILE,
        ordered: bool = False,
    ) -> Place:
        """Where the context and the Dockerfile of a build are.

        Args:
            folders: those in which the program may be run, relative to the root; the one in which
                the Dockerfile exists is taken.
            context, dockerfile: the paths as given; no Dockerfile means one of `names` in the
                context.
            base: what the Dockerfile's path starts from.
            ordered: take the first folder that fits; else it is unclear if several do.
        """
        unclear = {
            key: reason(value)
            for key, value in (("context", context), ("dockerfile", dockerfile))
            if value is not None and value.known is None
        }
        if dockerfile is None:
            base = "context"
        folder = given(context)
        if folder is not None and is_remote(folder):
            return Place(elsewhere="its context isn't a folder of this repository")
        if folder is None and base == "context":
            return Place(unclear={"dockerfile": unclear["context"], **unclear})
        if dockerfile is not None and given(dockerfile) is None:
            found = _distinct(self._context(start, folder) for start in folders)
            return Place(found[0] if len(found) == 1 else None, unclear=unclear)
        if not folders:
            why = "the folder that it is run in isn't known"
            return Place(unclear={"context": why, "dockerfile": why})
        return self._existing(folders, folder, _names(dockerfile, names), base, ordered, unclear)

    def _existing(
        self,
        folders: Sequence[str],
        context: str | None,
        names: Sequence[str],
        base: Base,
        ordered: bool,
        unclear: dict[str, str],
    ) -> Place:
        found: list[tuple[Path | None, Path]] = []
        for start in folders:
            file = self._dockerfile(start, context, names, base)
            pair = None if file is None else (self._context(start, context), file)
            if pair is not None and pair not in found:
                found.append(pair)
        if not found:
            return self._missing(folders, context, names, base, unclear)
        if len(found) > 1 and not ordered:
            several = ", ".join(start or "the root" for start in folders)
            why = f"it isn't known in which folder it is run: {several}"
            unclear["context"] = why
            if len({file for _, file in found}) > 1:
                return Place(unclear={**unclear, "dockerfile": why})
            return Place(None, found[0][1], unclear=unclear)
        folder, file = found[0]
        if folder is None:
            unclear.setdefault("context", f"there is no folder {context} in this repository")
        elif ordered and found[0] != (self._context(folders[0], context), file):
            unclear.setdefault("context", "it is read as if run in another folder than its own")
        return Place(folder, file, unclear=unclear)

    def place_of_context(
        self, folders: Sequence[str], context: Value | None, elsewhere: str
    ) -> Place:
        """Where the context of a build is whose Dockerfile isn't in this repository."""
        folder = None if context is None else given(context)
        if folder is None or is_remote(folder):
            return Place(elsewhere=elsewhere)
        found = _distinct(self._context(start, folder) for start in folders)
        return Place(found[0] if found else None, elsewhere=elsewhere)

    def _missing(
        self,
        folders: Sequence[str],
        context: str | None,
        names: Sequence[str],
        base: Base,
        unclear: dict[str, str],
    ) -> Place:
        starts = [
            below
            for start in folders
            for path in ([context] if base == "context" else ["", context])
            if path is not None and (below := self.join(start, path)) is not None
        ]
        if all(self.join(start, names[0]) is None for start in starts):
            return Place(elsewhere="its Dockerfile lies outside of this repository")
        folder = _distinct(self._context(start, context) for start in folders)
        why = f"there is no file {names[0]} where it is looked for"
        return Place(
            folder[0] if len(folder) == 1 else None, unclear={**unclear, "dockerfile": why}
        )

    def _context(self, start: str, context: str | None) -> Path | None:
        below = None if context is None else self.join(start, context)
        return None if below is None else self.folder(below)

    def _dockerfile(
        self, start: str, context: str | None, names: Sequence[str], base: Base
    ) -> Path | None:
        starts = [start] if base in ("folder", "either") else []
        if base in ("context", "either") and context is not None:
            below = self.join(start, context)
            starts += [] if below is None else [below]
        for folder in starts:
            for name in names:
                path = self.join(folder, name)
                file = None if path is None else self.file(path)
                if file is not None:
                    return file
        return None


def is_remote(path: str) -> bool:
    """Whether a context is no folder: a URL, an image, standard input, another build."""
    return path == "-" or _REMOTE.match(path) is not None


def _names(dockerfile: Value | None, names: Sequence[str]) -> Sequence[str]:
    path = None if dockerfile is None else given(dockerfile)
    return names if path is None else (path,)


def _distinct(paths: Iterable[Path | None]) -> list[Path]:
    return list(dict.fromkeys(path for path in paths if path is not None))


def outside_hidden(folder: str) -> tuple[str, ...]:
    """The folders in which a script that lies in `folder` may be run: the repository's root, the
    folder itself, or the one that its hidden folder (`.circleci`) is in."""
    names = folder.split("/") if folder else []
    hidden = next((at for at, name in enumerate(names) if name.startswith(".")), len(names))
    return tuple(dict.fromkeys(("", "/".join(names[:hidden]))))
