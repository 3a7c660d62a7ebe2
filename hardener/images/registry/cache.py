"""What registries answered, kept on disk for the next run and for other processes.

A tag's digest is kept with the time it was asked for; a manifest or config is kept by its digest,
for ever, and checked against it when it is read back. No credential comes near it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

# changes with the layout or the meaning of what is kept; an older cache is then not looked at
_LAYOUT = "v1"


@dataclass(frozen=True, slots=True)
class KeptTag:
    """A tag's digest as a registry gave it.

    Attributes:
        digest: the digest.
        host: the host that answered.
        asked_at: when, in seconds since the epoch.
    """

    digest: str
    host: str
    asked_at: float


class DiskCache:
    """A directory shared by any number of processes: every file appears whole or not at all."""

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._root = directory / _LAYOUT
        self._clock = clock

    def tag(self, image: str) -> KeptTag | None:
        """What is kept of `image`, a key such as "docker.io/library/python:3.11"."""
        kept = _parsed(self._read(self._path("tags", image)))
        match kept:
            case {
                "image": str(name),
                "digest": str(digest),
                "host": str(host),
                "asked_at": int() | float() as asked_at,
            } if name == image:
                return KeptTag(digest, host, float(asked_at))
        return None

    def keep_tag(self, image: str, kept: KeptTag) -> None:
        """Keep a tag's digest, in place of what was kept of it before."""
        self._write(
            self._path("tags", image),
            {
                "image": image,
                "digest": kept.digest,
                "host": kept.host,
                "asked_at": kept.asked_at,
            },
        )

    def tag_list(self, repository: str) -> tuple[tuple[str, ...], float] | None:
        """The tags kept of `repository`, with the time they were asked for."""
        kept = _parsed(self._read(self._path("lists", repository)))
        match kept:
            case {
                "repository": str(name),
                "tags": [*tags],
                "asked_at": int() | float() as asked_at,
            } if name == repository and all(isinstance(tag, str) for tag in tags):
                return tuple(tags), float(asked_at)
        return None

    def keep_tag_list(self, repository: str, tags: tuple[str, ...]) -> None:
        """Keep the list of a repository's tags, as of now."""
        self._write(
            self._path("lists", repository),
            {"repository": repository, "tags": list(tags), "asked_at": self._clock()},
        )

    def content(self, digest: str) -> bytes | None:
        """The manifest or config with this digest; None if it isn't there or has been spoilt."""
        body = self._read(self._path("content", digest))
        return body if body is not None and matches(digest, body) else None

    def keep_content(self, digest: str, body: bytes) -> None:
        """Keep a manifest or config whose digest has been checked."""
        self._write(self._path("content", digest), body)

    def age(self, asked_at: float) -> float:
        """Seconds since `asked_at`; without end if that is in the future: a clock was changed."""
        age = self._clock() - asked_at
        return age if age >= 0 else float("inf")

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._clock()

    def _path(self, kind: str, key: str) -> Path:
        # a key may hold any character a registry's name may, and be long: its hash names the file
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._root / kind / name[:2] / name

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except OSError:
            return None

    def _write(self, path: Path, content: bytes | dict[str, object]) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        try:
            # the names of private images are nobody else's business
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        except OSError as error:
            _log.debug("nothing kept in %s: %s", self._root, error.strerror)
            return
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
            Path(name).replace(path)
        except OSError as error:
            _log.debug("nothing kept in %s: %s", self._root, error.strerror)
            Path(name).unlink(missing_ok=True)


def _parsed(body: bytes | None) -> object:
    if body is None:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def matches(digest: str, body: bytes) -> bool:
    """Whether `body` has this digest (sha256, sha384 or sha512, as OCI registers them)."""
    algorithm, _, encoded = digest.partition(":")
    if algorithm not in ("sha256", "sha384", "sha512"):
        return False
    return hashlib.new(algorithm, body).hexdigest() == encoded
