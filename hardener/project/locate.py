"""Finds the build context that a Dockerfile is built with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hardener.dockerfile.nodes import Dockerfile
from hardener.project.callers.model import Usage
from hardener.project.context import BuildContext, default_context, read_ignore_file

_UNUSED = Usage()


def locate_context(
    dockerfile: Dockerfile, path: Path, root: Path, usage: Usage = _UNUSED
) -> BuildContext:
    """The context to assume for the Dockerfile at `path`, a folder at or below `root`.

    It is the one that its callers name, if they agree on one; else the nearest folder in which the
    sources of its COPY and ADD exist.

    Raises:
        IgnoreFileError: its ignore file can't be read, or holds what Docker refuses.
    """
    folder = usage.context
    if folder is None:
        folder = default_context(path, root, tuple(local_sources(dockerfile)))
    return BuildContext(folder, read_ignore_file(path, folder))


def contexts_of(
    dockerfile: Dockerfile, path: Path, root: Path, usage: Usage = _UNUSED
) -> tuple[BuildContext, ...]:
    """The contexts that the Dockerfile is built with: all that its callers name, else the one to
    assume.

    Raises:
        IgnoreFileError: an ignore file can't be read, or holds what Docker refuses.
    """
    if len(usage.contexts) < 2:
        return (locate_context(dockerfile, path, root, usage),)
    return tuple(BuildContext(folder, read_ignore_file(path, folder)) for folder in usage.contexts)


def ignore_path(dockerfile: Path, folder: Path) -> Path:
    """The ignore file that holds when `dockerfile` is built with `folder` as its context: the one
    beside it, even an empty one, else the `.dockerignore` of the context, there or not.

    Source: BuildKit frontend/dockerui/config.go.
    """
    beside = dockerfile.with_name(dockerfile.name + ".dockerignore")
    return beside if beside.is_file() else folder / ".dockerignore"


def local_sources(dockerfile: Dockerfile) -> Iterator[str]:
    """The sources of COPY and ADD that come out of the context, as written, URLs among them."""
    for instruction in dockerfile.instructions:
        copying = instruction.inner or instruction
        if copying.name not in ("ADD", "COPY") or copying.flag("from") is not None:
            continue
        words = copying.json or tuple(word.value for word in copying.words())
        yield from (word for word in words[:-1] if not word.startswith("<<"))
