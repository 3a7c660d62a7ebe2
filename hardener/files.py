"""Reading Dockerfiles from disk and writing them back, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import MAX_CHARACTERS
from hardener.errors import HardenError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def decode(content: bytes) -> str:
    """The characters of a file; bytes that aren't UTF-8 become lone surrogates.

    Raises:
        DockerfileError: UTF-16, which BuildKit doesn't read.
    """
    if content.startswith(_UTF_16):
        raise DockerfileError("encoded in UTF-16, which BuildKit doesn't read; save it as UTF-8")
    return content.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of a text that `decode` returned, and of anything inserted into it."""
    return text.encode("utf-8", "surrogateescape")


def read_dockerfile(path: Path) -> str:
    """The characters of the file at `path`.

    Raises:
        HardenError: unreadable, no regular file, empty, over 1 MiB, or in UTF-16.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise HardenError("not a regular file")
        if status.st_size > 4 * MAX_CHARACTERS:
            raise DockerfileError("larger than 1 MiB, too large for a Dockerfile")
        content = path.read_bytes()
    except OSError as error:
        raise HardenError(f"can't be read: {error.strerror or error}") from error
    if not content.strip():
        raise DockerfileError("the file is empty")
    return decode(content)


def write_whole(path: Path, content: bytes, expected: bytes | None, root: Path) -> None:
    """Replace the file at `path` by `content`, keeping its mode; old or new, never in between.

    Parameters:
        expected: what the file held when it was read; it isn't overwritten if it changed since.
            None for a file that is to be made.
        root: the folder that the file has to be in once symbolic links are followed.

    Raises:
        HardenError: changed since it was read, outside of `root`, or not writable.
    """
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(root)):
        raise HardenError("a symbolic link out of the repository; not written")
    try:
        if (target.read_bytes() if target.exists() else None) != expected:
            raise HardenError("changed while it was being hardened; not written, run again")
        _replace(target, content, None if expected is None else target.stat())
    except OSError as error:
        raise HardenError(f"can't be written: {error.strerror or error}") from error


def _replace(target: Path, content: bytes, status: os.stat_result | None) -> None:
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), _mode(status))
            if status is not None and os.geteuid() == 0:
                os.fchown(stream.fileno(), status.st_uid, status.st_gid)
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _mode(status: os.stat_result | None) -> int:
    """The permissions of the file to be replaced, or those that a new file gets."""
    if status is not None:
        return stat.S_IMODE(status.st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
