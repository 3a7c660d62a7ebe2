"""Paths inside an image: absolute, with `/` between names, compared without looking at a disk."""

from __future__ import annotations

import posixpath

ROOT = "/"


def joined(folder: str | None, path: str) -> str | None:
    """`path` as seen from `folder`, without `.`, `..` and doubled slashes.

    None where `path` is relative and the folder isn't known.
    """
    if not path.startswith("/"):
        if folder is None:
            return None
        path = f"{folder}/{path}"
    return posixpath.normpath("/" + path.lstrip("/"))


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is the folder or stands somewhere in it."""
    return folder == ROOT or path == folder or path.startswith(folder + "/")


def below(path: str, folder: str) -> str | None:
    """`path` relative to the folder it stands in ("" for the folder itself), else None."""
    if not is_below(path, folder):
        return None
    return path[len(folder) :].lstrip("/")


def parent(path: str) -> str:
    """The folder that `path` stands in."""
    return posixpath.dirname(path)


def name_of(path: str) -> str:
    """The last name of a path."""
    return path.rpartition("/")[2]
