"""Reads which files git tracks out of its index.

Source: git's Documentation/gitformat-index.txt.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

# what stands before the name: ten numbers about the file, the SHA-1, the flags
_FIXED = 62
_EXTENDED = 0x4000
_CHECKSUM = 20


class _UnreadableError(ValueError):
    """No index, a broken one, or one of a kind that isn't read here."""


@dataclass(frozen=True, slots=True)
class GitIndex:
    """The names of the files that git tracks, as bytes with `/`, sorted."""

    names: tuple[bytes, ...]

    def tracks(self, path: str) -> bool:
        """Whether git tracks the file at `path`, or something in a folder of that path."""
        name = path.encode("utf-8", "surrogateescape")
        for wanted, whole in ((name, True), (name + b"/", False)):
            at = bisect_left(self.names, wanted)
            if at < len(self.names) and (
                self.names[at] == wanted if whole else self.names[at].startswith(wanted)
            ):
                return True
        return False


def read_index(content: bytes) -> GitIndex | None:
    """The index with these bytes; None for one that isn't read here: broken, split in two files
    (git update-index --split-index), or of a repository with SHA-256 names."""
    if not _is_checked(content):
        return None
    try:
        return GitIndex(tuple(sorted(_names(content))))
    except (_UnreadableError, struct.error, IndexError, ValueError):
        return None


def _is_checked(content: bytes) -> bool:
    """Whether a SHA-1 of all else stands at the end, or zeros by index.skipHash."""
    from hashlib import sha1

    end = content[-_CHECKSUM:]
    if end == bytes(_CHECKSUM):
        return content[-32:] != bytes(32)
    return sha1(content[:-_CHECKSUM], usedforsecurity=False).digest() == end


def _names(content: bytes) -> Iterator[bytes]:
    signature, version, count = struct.unpack_from(">4sII", content)
    if signature != b"DIRC" or version not in (2, 3, 4):
        raise _UnreadableError
    at, name = 12, b""
    for _ in range(count):
        start = at
        (flags,) = struct.unpack_from(">H", content, at + _FIXED - 2)
        at += _FIXED + (2 if flags & _EXTENDED else 0)
        kept = b""
        if version == 4:
            cut, at = _number(content, at)
            kept = name[: len(name) - cut]
        end = content.index(b"\0", at)
        name = kept + content[at:end]
        at = end + 1 if version == 4 else start + (end - start) // 8 * 8 + 8
        if not name or name.startswith(b"/"):
            raise _UnreadableError
        yield name
    if content[at : at + 4] == b"link":
        raise _UnreadableError


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A number as git writes offsets, and where the next byte stands."""
    byte = content[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = content[at]
        value = (value + 1 << 7) | (byte & 0x7F)
    return value, at + 1
