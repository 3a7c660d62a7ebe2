"""A copy of the build context in which files can be swapped; the original stays untouched."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from hardener.errors import HardenError
from hardener.project.ignorefile import NO_FOLDER, NO_IGNORE_FILE, IgnoreFile

# linux/fs.h: FICLONE, _IOW(0x94, 9, int): both files share their blocks until one is written to
_FICLONE = 0x40049409
_PART_OF_FREE_DISK = 0.8


@dataclass(slots=True)
class Tree:
    """A copied build context and the Dockerfile to build in it.

    Attributes:
        context: the copy.
        dockerfile: the Dockerfile: in the copy, or beside it where it lies outside the context.
        root, source: what the copy was made of: the repository's root, and the context in it.
        left_out: paths of the context that couldn't be read.
    """

    context: Path
    dockerfile: Path
    root: Path
    source: Path
    left_out: tuple[str, ...]
    _outside: Path
    _undo: list[tuple[Path, bytes | None]] = field(default_factory=list)

    @contextlib.contextmanager
    def changed(self, files: Mapping[str, bytes]) -> Iterator[Tree]:
        """The tree with these files (paths relative to the root) as long as the block lasts.

        Files outside the context that aren't the Dockerfile or its ignore file mean nothing to
        the build and are passed over.
        """
        try:
            for name, content in files.items():
                place = self._place_of(name)
                if place is not None:
                    self._undo.append((place, place.read_bytes() if place.is_file() else None))
                    _replace(place, content)
            yield self
        finally:
            while self._undo:
                place, old = self._undo.pop()
                if old is None:
                    place.unlink(missing_ok=True)
                else:
                    _replace(place, old)

    def _place_of(self, name: str) -> Path | None:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise HardenError("a change to a file outside the repository", path=name)
        target = self.root / path
        if target.is_relative_to(self.source):
            place = self.context / target.relative_to(self.source)
            # a folder may be a link, and lead back to the original
            if not place.parent.resolve().is_relative_to(self.context.resolve()):
                raise HardenError("a change to a file behind a link out of the context", path=name)
            return place
        if self.dockerfile.parent == self._outside and target.name in (
            self.dockerfile.name,
            f"{self.dockerfile.name}.dockerignore",
        ):
            return self._outside / target.name
        return None


def copy_tree(
    dockerfile: Path,
    context: Path,
    root: Path,
    folder: Path,
    ignore: IgnoreFile = NO_IGNORE_FILE,
) -> Tree:
    """Copy the build context into `folder` (which exists and is empty).

    Symbolic links stay what they are, file modes and times are kept, sockets and devices are left
    out, and what `ignore` keeps out of the context too; blocks are shared with the original where
    the file system can do that.

    Raises:
        HardenError: the context is no folder, or larger than four fifths of the free disk.
    """
    if not context.is_dir():
        raise HardenError("the build context is no folder", path=str(context))
    # the engine needs these even if the ignore file names them
    always = {os.path.relpath(dockerfile, context), ".dockerignore"}
    always |= {f"{name}.dockerignore" for name in always}
    budget = int(shutil.disk_usage(folder).free * _PART_OF_FREE_DISK)
    copy = _Copy(folder, budget, context, ignore, frozenset(always))
    target = folder / "context"
    copy.all(target)
    outside = folder / "dockerfile"
    try:
        inside = target / dockerfile.relative_to(context)
    except ValueError:
        outside.mkdir()
        for name in (dockerfile.name, f"{dockerfile.name}.dockerignore"):
            if (dockerfile.parent / name).is_file():
                shutil.copyfile(dockerfile.parent / name, outside / name)
        inside = outside / dockerfile.name
    return Tree(target, inside, root, context, tuple(copy.left_out), outside)


class _Copy:
    """One copying, with what is left of the disk."""

    def __init__(
        self, into: Path, budget: int, context: Path, ignore: IgnoreFile, always: frozenset[str]
    ) -> None:
        self._into = into
        self._left = budget
        self._context = context
        self._ignore = ignore
        self._always = always
        self._share = True
        self.left_out: list[str] = []

    def all(self, target: Path) -> None:
        """Copy the context, with all below it that isn't ignored."""
        waiting = [("", NO_FOLDER)]
        made = []
        while waiting:
            path, state = waiting.pop()
            (target / path).mkdir()
            made.append(path)
            try:
                with os.scandir(self._context / path) as entries:
                    for entry in entries:
                        below = f"{path}/{entry.name}" if path else entry.name
                        if entry.is_dir(follow_symlinks=False):
                            inner = self._ignore.folder(below, state)
                            if inner.entered and not self._is_own(entry):
                                waiting.append((below, inner))
                        elif below in self._always or not self._ignore.entry(below, state).excluded:
                            self._entry(entry, target / below)
            except PermissionError:
                self.left_out.append(path)
        for path in reversed(made):
            with contextlib.suppress(PermissionError):
                status = (self._context / path).stat()
                place = target / path
                place.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRWXU)
                os.utime(place, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _is_own(self, entry: os.DirEntry[str]) -> bool:
        """The folder that is copied into: TMPDIR may lie inside the context."""
        return Path(entry.path).samefile(self._into)

    def _entry(self, entry: os.DirEntry[str], target: Path) -> None:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            target.symlink_to(Path(entry.path).readlink())
        elif stat.S_ISREG(status.st_mode):
            self._left -= status.st_blocks * 512
            if self._left < 0:
                raise HardenError(
                    "the build context doesn't fit on the disk for temporary files "
                    f"({self._into.parent}); make room, set TMPDIR, or write a .dockerignore",
                    path=str(self._context),
                )
            try:
                self._file(Path(entry.path), target)
            except PermissionError:
                self.left_out.append(Path(entry.path).relative_to(self._context).as_posix())
                return
            target.chmod(stat.S_IMODE(status.st_mode) | stat.S_IRUSR)
            os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _file(self, source: Path, target: Path) -> None:
        if self._share:
            import fcntl

            with source.open("rb") as original, target.open("wb") as copy:
                try:
                    fcntl.ioctl(copy, _FICLONE, original.fileno())
                    return
                except OSError:
                    self._share = False
        shutil.copyfile(source, target)


def _replace(place: Path, content: bytes) -> None:
    mode = stat.S_IMODE(place.stat().st_mode) if place.is_file() else 0o644
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    place.chmod(mode)
