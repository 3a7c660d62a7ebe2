#!/usr/bin/env python3
"""Makes app.tar.gz from release/ and words.zip from words/, always the same bytes."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)


def make_tar(folder: Path, archive: Path) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            member = tarfile.TarInfo(path.relative_to(folder).as_posix())
            if path.is_dir():
                member.type, member.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(member)
            else:
                member.size, member.mode = path.stat().st_size, 0o644
                tar.addfile(member, io.BytesIO(path.read_bytes()))
    with archive.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(plain.getvalue())


def make_zip(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*.txt")):
            packed.writestr(zipfile.ZipInfo(path.name, EPOCH), path.read_text())


if __name__ == "__main__":
    here = Path(__file__).parent
    make_tar(here / "release", here / "app.tar.gz")
    make_zip(here / "words", here / "words.zip")
