"""What a build context holds once its ignore file is applied, and what COPY and ADD find in it."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from hardener.errors import HardenError
from hardener.project.gopath import BadPatternError, clean, compile_match, has_wildcard
from hardener.project.ignorefile import (
    NO_FOLDER,
    NO_IGNORE_FILE,
    FolderState,
    IgnoreFile,
    IgnoreFileError,
    Verdict,
    parse_ignore_file,
)

Kind: TypeAlias = Literal["file", "folder", "link", "other"]

ROOT = "."
"""The path of the context's own folder."""

_MOST_LINKS = 255
_MOST_IGNORE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """Something in a build context.

    Attributes:
        path: relative to the context, `/` between names, `.` for the context itself.
        kind: `other` is a pipe, socket or device.
        size: of a file, in bytes; 0 for all else.
        emptied: Docker sends the file without its content (see ignorefile.Verdict).
    """

    path: str
    kind: Kind
    size: int
    emptied: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A build context from end to end.

    Attributes:
        files: everything in it but folders, sorted by path.
        problems: folders that couldn't be read; Docker's build fails on them.
    """

    files: tuple[ContextEntry, ...]
    problems: tuple[HardenError, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.files)


class BuildContext:
    """A build context: a folder seen through its ignore file.

    Nothing is read before it is asked for, nothing outside the folder is read, and symbolic links
    are followed as Docker follows them: as if the folder were the root of the file system.

    Args:
        folder: the context's folder.
        ignore: its ignore file, from `read_ignore_file`.
    """

    def __init__(self, folder: Path, ignore: IgnoreFile = NO_IGNORE_FILE) -> None:
        self.folder = folder
        self.ignore = ignore
        self._states: dict[str, FolderState] = {ROOT: NO_FOLDER}
        self._listing: Listing | None = None

    @cached_property
    def _real(self) -> str:
        return os.path.realpath(self.folder)

    def verdict(self, path: str) -> Verdict:
        """Whether the ignore file keeps `path` out, and by which line.

        Raises IgnoreFileError where Docker's build fails on a pattern.
        """
        state = self._state(_parent(path))
        return self.ignore.entry(path, state) if state.entered else state.verdict

    def listing(self) -> Listing:
        """Walks the whole context, once.

        Raises IgnoreFileError where Docker's build fails on a pattern.
        """
        if self._listing is None:
            problems: list[HardenError] = []
            files = sorted(self._walk(ROOT, problems), key=lambda entry: entry.path)
            self._listing = Listing(tuple(files), tuple(problems))
        return self._listing

    def files_below(self, path: str) -> Iterator[ContextEntry]:
        """Everything in the folder `path` and its folders but the folders, in no fixed order."""
        return self._walk(path, [])

    def entry(self, path: str) -> ContextEntry | None:
        """What COPY finds at `path`, links followed (the entry's path is where they end); None if
        nothing is there or the ignore file keeps it out."""
        resolved = self.resolve(path)
        return None if resolved is None else self._entry(resolved)

    def kind(self, path: str) -> Kind | None:
        """The kind of what COPY finds at `path`, links followed."""
        found = self.entry(path)
        return found.kind if found is not None else None

    def head(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of a file, links followed; None if there is no such file in the
        context or it can't be read."""
        found = self.entry(path)
        if found is None or found.kind != "file":
            return None
        try:
            descriptor = os.open(self._at(found.path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(most)
        except OSError:
            return None

    def sources(self, source: str) -> tuple[str, ...]:
        """The files and folders that one source of a COPY or ADD names, sorted.

        `source` is a path or a pattern of Go's filepath.Match, variables replaced already. A
        leading `/`, `./` or `../` doesn't lead out of the context. A folder stands for all that is
        in it (`files_below`).

        Source: BuildKit frontend/dockerfile/dockerfile2llb/convert_copy.go, tonistiigi/fsutil
        copy/copy.go (ResolveWildcards).
        """
        path = inside(source)
        if not has_wildcard(path):
            return (path,) if self.entry(path) is not None else ()
        names = path.split("/")
        first = next(number for number, name in enumerate(names) if has_wildcard(name))
        start = self.resolve("/".join(names[:first]) or ROOT)
        if start is None:
            return ()
        try:
            return tuple(sorted(self._matching(start, names[first:])))
        except BadPatternError:
            return ()

    def resolve(self, path: str) -> str | None:
        """Where `path` leads once links are followed, as if the context were the root of the file
        system; None if nothing is there, the ignore file keeps a link on the way out, or links run
        in a circle."""
        if "\0" in path:
            return None

        def target(place: str) -> str | None:
            mode = os.lstat(self._at(place)).st_mode
            if not stat.S_ISLNK(mode):
                return None
            if self.verdict(place).excluded:
                raise FileNotFoundError(place)
            return str(Path(self._at(place)).readlink())

        return _resolve(path, target)

    def _matching(self, start: str, names: Sequence[str]) -> Iterator[str]:
        # a class in brackets may match `/`, so that the names can't be compared one by one
        if any("[" in name for name in names):
            matches = compile_match("/".join(names)).fullmatch
            skipped = len(start) + 1 if start != ROOT else 0
            pending = [start]
            while pending:
                for entry in self._visible(pending.pop()):
                    if matches(entry.path[skipped:]):
                        yield entry.path
                    elif entry.kind == "folder":
                        pending.append(entry.path)
            return
        folders = [start]
        for number, pattern in enumerate(names, start=1):
            matches = compile_match(pattern).fullmatch
            found = [entry for folder in folders for entry in self._visible(folder, matches)]
            if number == len(names):
                yield from (entry.path for entry in found)
            folders = [entry.path for entry in found if entry.kind == "folder"]

    def _visible(
        self, folder: str, matches: Callable[[str], object] | None = None
    ) -> list[ContextEntry]:
        """What stands directly in a folder, as far as the names match."""
        state = self._state(folder)
        try:
            with os.scandir(self._at(folder)) as scanned:
                names = [found.name for found in scanned] if state.entered else []
        except OSError:
            return []
        if matches is not None:
            names = [name for name in names if matches(name)]
        paths = [name if folder == ROOT else f"{folder}/{name}" for name in names]
        return [entry for path in paths if (entry := self._entry(path)) is not None]

    def _entry(self, path: str) -> ContextEntry | None:
        """What stands at `path` itself."""
        try:
            status = os.lstat(self._at(path))
        except OSError:
            return None
        if stat.S_ISDIR(status.st_mode):
            state = self._state(path)
            if state.verdict.excluded and not any(self._walk(path, [])):
                return None
            return ContextEntry(path, "folder", 0)
        verdict = self.verdict(path)
        if verdict.excluded:
            return None
        if stat.S_ISREG(status.st_mode):
            return ContextEntry(path, "file", status.st_size, verdict.emptied)
        return ContextEntry(path, "link" if stat.S_ISLNK(status.st_mode) else "other", 0)

    def _walk(self, start: str, problems: list[HardenError]) -> Iterator[ContextEntry]:
        entry = self.ignore.entry
        pending = [(start, self._state(start))]
        while pending:
            folder, state = pending.pop()
            if not state.entered:
                continue
            prefix = "" if folder == ROOT else folder + "/"
            try:
                with os.scandir(self._at(folder)) as scanned:
                    entries = list(scanned)
            except OSError as error:
                # Docker too goes on where it can't read a folder that is kept out
                if not state.verdict.excluded:
                    problems.append(self._unreadable(folder, error))
                continue
            for found in entries:
                path = prefix + found.name
                if found.is_dir(follow_symlinks=False):
                    pending.append((path, self.ignore.folder(path, state)))
                    continue
                verdict = entry(path, state)
                if verdict.excluded:
                    continue
                if found.is_file(follow_symlinks=False):
                    try:
                        size = found.stat(follow_symlinks=False).st_size
                    except OSError:
                        # it went away since the folder was read
                        continue
                    yield ContextEntry(path, "file", size, verdict.emptied)
                else:
                    yield ContextEntry(path, "link" if found.is_symlink() else "other", 0)

    def _state(self, folder: str) -> FolderState:
        state = self._states.get(folder)
        if state is None:
            above = self._state(_parent(folder))
            state = self.ignore.folder(folder, above) if above.entered else above
            self._states[folder] = state
        return state

    def _at(self, path: str) -> str:
        return self._real if path == ROOT else f"{self._real}/{path}"

    def _unreadable(self, folder: str, error: OSError) -> HardenError:
        reason = (error.strerror or type(error).__name__).lower()
        return HardenError(
            f"folder of the build context not read: {reason}. "
            "Make it readable or put it in .dockerignore",
            path=str(self.folder / folder),
        )


def inside(source: str) -> str:
    """A COPY source as a path below the context: cleaned, never leading out; `.` for all of it.

    Source: BuildKit util/system/path.go (NormalizePath).
    """
    return clean("/" + source)[1:] or ROOT


def read_ignore_file(dockerfile: Path, context: Path) -> IgnoreFile:
    """The ignore file that holds when `dockerfile` is built with `context`: the one beside the
    Dockerfile (`Dockerfile.dockerignore`), be it empty, else `.dockerignore` in the context.

    Links are followed inside the folder the file is looked for in, as Docker does.

    Raises IgnoreFileError if it can't be read or Docker refuses one of its lines.
    Source: BuildKit frontend/dockerui/config.go.
    """
    for folder, name in (
        (dockerfile.parent, dockerfile.name + ".dockerignore"),
        (context, ".dockerignore"),
    ):
        content = _content(folder, name)
        if content is not None:
            return parse_ignore_file(content, str(folder / name))
    return NO_IGNORE_FILE


def default_context(dockerfile: Path, root: Path, sources: Sequence[str]) -> Path:
    """The context to assume where no caller names one: the Dockerfile's own folder, or the nearest
    folder above it, up to `root`, in which all its COPY sources exist. If there is none, the one in
    which the most of them exist; the nearest of several.

    `sources` are the sources of COPY and ADD that come out of the context; those with a variable
    in them and those that name the whole context say nothing.
    """
    telling = [source for source in sources if "$" not in source and inside(source) != ROOT]
    candidates = [dockerfile.parent]
    if dockerfile.is_relative_to(root):
        above = [root, *(root / part for part in _prefixes(dockerfile.parent.relative_to(root)))]
        candidates = above[::-1]
    best, most = candidates[0], 0
    for candidate in candidates:
        if most == len(telling):
            break
        context = BuildContext(candidate)
        found = sum(1 for source in telling if context.sources(source))
        if found > most:
            best, most = candidate, found
    return best


def _prefixes(path: Path) -> list[Path]:
    return [Path(*path.parts[: number + 1]) for number in range(len(path.parts))]


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or ROOT


def _content(folder: Path, name: str) -> bytes | None:
    """The bytes of an ignore file; None if there is no file of that name below the folder."""
    if not os.path.lexists(folder / name):
        return None
    root = os.path.realpath(folder)

    def target(place: str) -> str | None:
        path = f"{root}/{place}"
        return str(Path(path).readlink()) if stat.S_ISLNK(os.lstat(path).st_mode) else None

    place = _resolve(name, target)
    if place is None:
        return None
    try:
        descriptor = os.open(f"{root}/{place}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None
            content = file.read(_MOST_IGNORE_BYTES + 1)
    except OSError as error:
        if isinstance(error, IsADirectoryError | FileNotFoundError):
            return None
        reason = (error.strerror or type(error).__name__).lower()
        raise IgnoreFileError(f"cannot be read: {reason}", path=str(folder / name)) from error
    if len(content) > _MOST_IGNORE_BYTES:
        raise IgnoreFileError("is larger than 1 MiB and is not read", path=str(folder / name))
    return content


def _resolve(path: str, target: Callable[[str], str | None]) -> str | None:
    """Follows the links in `path`; `target` says where the link at a path leads, None if it is no
    link, and raises OSError if nothing is there.

    Source: containerd/continuity fs.RootPath.
    """
    pending = path.split("/")[::-1]
    done: list[str] = []
    links = 0
    while pending:
        name = pending.pop()
        if name == "..":
            del done[-1:]
        elif name not in ("", "."):
            try:
                leads_to = target("/".join([*done, name]))
            except OSError:
                return None
            if leads_to is None:
                done.append(name)
                continue
            links += 1
            if links > _MOST_LINKS:
                return None
            if leads_to.startswith("/"):
                done = []
            pending.extend(leads_to.split("/")[::-1])
    return "/".join(done) or ROOT
