"""Finds the Dockerfiles below the paths a user names."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.errors import HardenError
from hardener.project.gitignore import GitIgnore, parse_gitignore, parse_lines

_DATA = Path(__file__).parent / "data"
_FIRST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found.

    Attributes:
        files: the Dockerfiles, each once, sorted by the parts of their paths; below the root given
            to `discover` where they lie in it, absolute elsewhere.
        problems: what could not be read, sorted by path.
    """

    files: tuple[Path, ...]
    problems: tuple[HardenError, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """An ignore file with the folder its patterns start from (a real path ending in `/`)."""

    folder: str
    patterns: GitIgnore


@dataclass(frozen=True, slots=True)
class _Names:
    stems: tuple[str, ...]
    never: tuple[str, ...]
    look_inside: tuple[str, ...]


def repository_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `.git` (a folder, or the file of a worktree
    or submodule); `start` itself, or its folder if it is a file, where there is none."""
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *Path(os.path.realpath(folder)).parents):
        if os.path.lexists(candidate / ".git"):
            return candidate
    return folder


def discover(paths: Sequence[Path], *, root: Path, exclude: Sequence[str] = ()) -> Discovery:
    """Finds the Dockerfiles at and below `paths`.

    A file named outright is always taken, whatever it is called. Folders are walked without
    following symbolic links to folders; ignored (.gitignore files from the repository's root down,
    and .git/info/exclude), vendored (data/vendored.toml) and excluded folders are not entered.
    A Dockerfile that is a symbolic link stands for the file it leads to, if that lies below `root`.

    Args:
        paths: files and folders, as the user named them.
        root: the folder that is searched at most; links out of it are not followed.
        exclude: patterns relative to `root`, in .gitignore syntax; the last one that matches wins.
    """
    return _Search(root, exclude).run(paths)


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this name is taken for a Dockerfile: `Dockerfile`, `Containerfile`,
    `Dockerfile.*`, `*.Dockerfile` and the like, in any letter case."""
    lower = name.lower()
    names = _names()
    if lower.endswith(names.never):
        return False
    return any(
        lower == stem or lower.startswith(f"{stem}.") or lower.endswith(f".{stem}")
        for stem in names.stems
    )


@cache
def vendored_folders() -> dict[str, str]:
    """Names of folders that hold other people's files, each with the reason."""
    return {entry["name"]: entry["reason"] for entry in _data("vendored.toml")["folder"]}


@cache
def _vendored_markers() -> frozenset[str]:
    return frozenset(entry["file"] for entry in _data("vendored.toml")["marker"])


@cache
def _names() -> _Names:
    data = _data("dockerfile-names.toml")
    return _Names(tuple(data["stems"]), tuple(data["never"]), tuple(data["look_inside"]))


def _data(name: str) -> dict[str, Any]:
    import tomllib

    with (_DATA / name).open("rb") as file:
        return tomllib.load(file)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder met on a walk.

    Attributes:
        prefix: its real path, with a final `/`.
        entries: what stands in it but folders, whether ignored or not.
    """

    prefix: str
    entries: tuple[os.DirEntry[str], ...]
    _excluded: _Rules
    _rules: tuple[_Rules, ...]

    def skips(self, entry: os.DirEntry[str]) -> bool:
        """Whether a file in it is ignored or excluded."""
        return _is_skipped(self.prefix + entry.name, self._excluded, self._rules, folder=False)


def walk(
    start: str, *, root: str, excluded: GitIgnore, told: Callable[[str, OSError], None]
) -> Iterator[Folder]:
    """The folder `start` and those below it that `discover` would search, in no fixed order.

    Args:
        start: a real path.
        root: the real path that the patterns of `excluded` are relative to.
        excluded: what is not entered, besides what is ignored and vendored.
        told: is given the folders that can't be read.
    """
    patterns = _Rules(root.rstrip("/") + "/", excluded)
    pending = [(start, _rules_above(start))]
    while pending:
        folder, rules = pending.pop()
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as error:
            told(folder, error)
            continue
        names = {entry.name for entry in listed}
        if folder != start and not _vendored_markers().isdisjoint(names):
            continue
        rules = _rules_in(folder, names, rules)
        prefix = folder.rstrip("/") + "/"
        files = []
        for entry in listed:
            if not entry.is_dir(follow_symlinks=False):
                files.append(entry)
            elif entry.name not in vendored_folders():
                path = prefix + entry.name
                if not _is_skipped(path, patterns, rules, folder=True):
                    pending.append((path, rules))
        yield Folder(prefix, tuple(files), patterns, rules)


def _is_skipped(path: str, excluded: _Rules, rules: tuple[_Rules, ...], *, folder: bool) -> bool:
    below = path[len(excluded.folder) :] if path.startswith(excluded.folder) else None
    if below and excluded.patterns.patterns and excluded.patterns.verdict(below, folder=folder):
        return True
    for rule in rules:
        verdict = rule.patterns.verdict(path[len(rule.folder) :], folder=folder)
        if verdict is not None:
            return verdict
    return False


class _Search:
    def __init__(self, root: Path, exclude: Sequence[str]) -> None:
        self.root = root
        self.real_root = os.path.realpath(root)
        self.excluded = parse_lines(exclude)
        self.found: set[str] = set()
        self.problems: dict[str, HardenError] = {}

    def run(self, paths: Sequence[Path]) -> Discovery:
        for path in paths:
            self.take(path)
        files = sorted((self.shown(real) for real in self.found), key=lambda path: path.parts)
        return Discovery(tuple(files), tuple(self.problems[key] for key in sorted(self.problems)))

    def take(self, path: Path) -> None:
        """Takes one path as the user named it."""
        try:
            real = os.path.realpath(path, strict=True)
            mode = Path(real).stat().st_mode
        except OSError as error:
            self.problem(str(path), f"cannot be read: {_reason(error)}. Check the path")
            return
        if stat.S_ISDIR(mode):
            self.walk(real)
        elif stat.S_ISREG(mode):
            self.found.add(real)
        else:
            self.problem(str(path), "is neither a file nor a folder. Name a Dockerfile")

    def walk(self, start: str) -> None:
        for folder in walk(start, root=self.real_root, excluded=self.excluded, told=self.unread):
            for entry in folder.entries:
                if is_dockerfile_name(entry.name) and not folder.skips(entry):
                    self.file(entry, folder.prefix + entry.name)

    def unread(self, folder: str, error: OSError) -> None:
        """Notes a folder that can't be read."""
        self.problem(
            str(self.shown(folder)),
            f"folder not searched: {_reason(error)}. Make it readable or exclude it",
        )

    def file(self, entry: os.DirEntry[str], path: str) -> None:
        """Takes a file met on the way whose name is a Dockerfile's."""
        if entry.is_symlink():
            target = self.link_target(path)
            if target is None:
                return
            path = target
        elif not entry.is_file(follow_symlinks=False):
            return
        if not entry.name.lower().endswith(_names().look_inside) or _begins_like_dockerfile(path):
            self.found.add(path)

    def link_target(self, path: str) -> str | None:
        try:
            target = os.path.realpath(path, strict=True)
            mode = Path(target).stat().st_mode
        except OSError as error:
            self.problem(
                str(self.shown(path)),
                f"symbolic link leads nowhere: {_reason(error)}. Mend the link or remove it",
            )
            return None
        if not stat.S_ISREG(mode):
            return None
        if not _inside(target, self.real_root):
            self.problem(
                str(self.shown(path)),
                "symbolic link leads out of the repository and is not followed. "
                "Run on the file it leads to",
            )
            return None
        below = target[len(self.real_root.rstrip("/")) + 1 :]
        if any(name in vendored_folders() for name in below.split("/")[:-1]):
            return None
        return target

    def shown(self, real: str) -> Path:
        if real == self.real_root:
            return self.root
        if _inside(real, self.real_root):
            return self.root / real[len(self.real_root.rstrip("/")) + 1 :]
        return Path(real)

    def problem(self, path: str, message: str) -> None:
        self.problems.setdefault(path, HardenError(message, path=path))


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _rules_above(start: str) -> tuple[_Rules, ...]:
    """The ignore files of the folders above `start`, up to its repository's root, nearest first."""
    root = os.path.realpath(repository_root(Path(start)))
    rules: tuple[_Rules, ...] = ()
    if start == root:
        return rules
    folder = root
    for name in ["", *start[len(root.rstrip("/")) + 1 :].split("/")[:-1]]:
        folder = f"{folder.rstrip('/')}/{name}" if name else folder
        rules = _rules_in(
            folder, {".gitignore", ".git"} if folder == root else {".gitignore"}, rules
        )
    return rules


def _rules_in(folder: str, names: set[str], inherited: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    """The ignore files that hold in `folder`, whose entries are `names`; nearest first."""
    prefix = folder.rstrip("/") + "/"
    if ".git" in names:
        # a repository inside another has only its own rules
        inherited = tuple(_read_rules(prefix + ".git/info/exclude", prefix))
    if ".gitignore" in names:
        inherited = (*_read_rules(prefix + ".gitignore", prefix), *inherited)
    return inherited


def _read_rules(path: str, folder: str) -> Iterator[_Rules]:
    try:
        # git doesn't follow a .gitignore that is a symbolic link
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            patterns = parse_gitignore(file.read())
    except OSError:
        # no such file, a folder of that name, or unreadable: git too goes on without it
        return
    if patterns.patterns:
        yield _Rules(folder, patterns)


def _begins_like_dockerfile(path: str) -> bool:
    """Whether the first instruction is ARG, or FROM with an image and at most `AS name`."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(_FIRST_BYTES)
    except OSError:
        # the reader of the file says what is wrong with it
        return True
    for line in head.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        keyword = words[0].upper()
        if keyword == b"ARG":
            return len(words) > 1
        rest = [word for word in words[1:] if not word.startswith(b"--")]
        return keyword == b"FROM" and (
            len(rest) == 1 or (len(rest) == 3 and rest[1].upper() == b"AS")
        )
    return False


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
