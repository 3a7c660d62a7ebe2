"""What Compose files say of how the container of a build context is run: mounts and privileges.

Only the lines that matter are read, by their indentation; what is written in another way (anchors,
flow mappings, extends) isn't seen.
Source: Compose specification (services, build, volumes, cap_add, privileged, network_mode).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hardener.project.context import BuildContext

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_MOST_BYTES = 256 * 1024
_MOST_LEVELS = 3
_LINE = re.compile(r"( *)(- )?([^\s#][^#]*?)\s*(?:#.*)?\Z")
_SHORT = re.compile(
    r"[\"']?(?P<source>(?:\.{1,2}|~|/|\$\{?PWD\}?)[^:\"']*):(?P<target>/[^:\"']*)(?P<mode>:[\w,]+)?[\"']?\Z"
)


@dataclass(frozen=True, slots=True)
class Mount:
    """A folder or file of the host at a path of the container; `where` is file and line."""

    source: str
    target: str
    read_only: bool
    where: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is built from the context: its mounts, and what only root makes use of."""

    mounts: tuple[Mount, ...]
    privileges: tuple[str, ...]


def services_of(context: BuildContext) -> tuple[Service, ...]:
    """The services of the Compose files beside the context, or above it in its repository, that
    are built from it."""
    return tuple(
        service
        for path in _files(Path(context.folder))
        for service in _services(path, Path(context.folder))
    )


def _files(folder: Path) -> Iterator[Path]:
    """The Compose files in the folder, and in those above it up to the top of the repository."""
    levels = [folder, *folder.absolute().parents][:_MOST_LEVELS]
    top = next((index for index, level in enumerate(levels) if (level / ".git").exists()), 0)
    for level in levels[: top + 1]:
        for name in _NAMES:
            path = level / name
            if path.is_file() and not path.is_symlink():
                yield path


def _services(path: Path, context: Path) -> Iterator[Service]:
    try:
        content = path.read_bytes()[:_MOST_BYTES].decode("utf-8", "replace")
    except OSError:
        return
    for block in _blocks(content.split("\n")):
        if _is_built_from(block, path.parent, context):
            mounts = tuple(_mounts(block, path.name))
            yield Service(mounts, tuple(_privileges(block, path.name)))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of a service: its depth, whether it is an item of a list, its text and number."""

    depth: int
    item: bool
    text: str
    line: int


def _blocks(lines: Sequence[str]) -> Iterator[list[_Entry]]:
    """The lines of each service."""
    block: list[_Entry] = []
    inside, depth = False, -1
    for number, line in enumerate(lines, 1):
        found = _LINE.match(line.replace("\t", "  ").rstrip("\r"))
        if found is None:
            continue
        entry = _Entry(len(found[1]), bool(found[2]), found[3], number)
        if entry.depth == 0:
            inside, depth = entry.text == "services:", -1
        elif inside:
            depth = entry.depth if depth < 0 else depth
            if entry.depth > depth:
                block.append(entry)
                continue
        if block:
            yield block
            block = []
    if block:
        yield block


def _under(block: Sequence[_Entry], key: str) -> Iterator[_Entry]:
    """The lines below a key of a service, or the value beside it."""
    depth = min(entry.depth for entry in block)
    within = False
    for entry in block:
        if entry.depth == depth and not entry.item:
            name, _, value = entry.text.partition(":")
            within = name == key
            if within and value.strip():
                yield _Entry(entry.depth, False, value.strip(), entry.line)
        elif within:
            yield entry


def _is_built_from(block: Sequence[_Entry], folder: Path, context: Path) -> bool:
    for entry in _under(block, "build"):
        name, colon, value = entry.text.partition(":")
        if colon and name != "context":
            continue
        written = (value if colon else name).strip().strip("\"'")
        if (folder / written).resolve() == context.resolve():
            return True
    return False


def _mounts(block: Sequence[_Entry], name: str) -> Iterator[Mount]:
    source = ""
    for entry in _under(block, "volumes"):
        where = f"{name}:{entry.line}"
        if short := _SHORT.match(entry.text):
            yield Mount(short["source"], short["target"], "ro" in (short["mode"] or ""), where)
        elif entry.text.startswith("source:"):
            source = entry.text.partition(":")[2].strip()
        elif entry.text.startswith("target:") and source.startswith((".", "/", "~", "$")):
            yield Mount(source, entry.text.partition(":")[2].strip().strip("\"'"), False, where)
            source = ""


def _privileges(block: Sequence[_Entry], name: str) -> Iterator[str]:
    for key in ("privileged", "cap_add", "devices", "pid"):
        for entry in _under(block, key):
            if entry.text not in ("false", '"service"'):
                yield f"{key} {entry.text} ({name}:{entry.line})"
    for mount in _mounts(block, name):
        if mount.target.endswith("docker.sock"):
            yield f"the Docker socket ({mount.where})"
