"""Looks for bytes in everything that an image archive or a build cache holds."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path


def holds(content: bytes, secret: bytes) -> bool:
    """Whether `secret` stands in `content`, in what is packed in it, or in what that packs."""
    if secret in content:
        return True
    if content[:2] == b"\x1f\x8b":
        return holds(gzip.decompress(content), secret)
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            files = (archive.extractfile(entry) for entry in archive if entry.isfile())
            members = [file.read() for file in files if file is not None]
    except tarfile.ReadError:
        return False
    return any(holds(member, secret) for member in members)


def folder_holds(folder: Path, secret: bytes) -> bool:
    """The same for all files below a folder."""
    return any(holds(path.read_bytes(), secret) for path in folder.rglob("*") if path.is_file())
