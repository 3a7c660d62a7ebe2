"""Give the stand-in base images of a test registry the names that hardening gives them.

    HARDENER_TEST_REGISTRY=HOST:PORT python scripts/alias_stand_ins.py samples

A test registry holds stand-ins under the names that the samples use (`python:latest`). Pinning
names a release line (`python:3.14-trixie`), which is the same image on Docker Hub and has to be
made so in a test registry. A split names images of the release that a tag means today, which the
stand-ins of the release before stand for.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from hardener.dockerfile.images import image_uses
from hardener.dockerfile.parse import parse
from hardener.dockerfile.reference import ImageReference
from hardener.files import read_dockerfile
from hardener.pipeline import harden
from hardener.project.discovery import discover
from hardener.settings import Settings
from hardener.sweep import harden_file
from hardener.sweep.task import task_for

# the release that the stand-ins are made of, for the one that Docker Hub's tags mean today
RELEASES = {"debian13": "debian12", "trixie": "bookworm"}


def main() -> None:
    folder = Path(sys.argv[1])
    registry = os.environ["HARDENER_TEST_REGISTRY"]
    pairs = {pair for path in discover([folder], root=folder).files for pair in renamed(path)}
    paths = discover([folder], root=folder).files
    for before, after in sorted({pair for path in paths for pair in added(path)}):
        subprocess.run(["docker", "tag", before, after], check=True)
        print(f"{after} stands for {before}")
    for before, after in sorted(pairs):
        for name in (after, f"{registry}/library/{after}"):
            subprocess.run(["docker", "tag", before, name], check=True)
        subprocess.run(
            ["docker", "push", "--quiet", f"{registry}/library/{after}"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        print(f"{after} stands for {before}")


def renamed(path: Path) -> Iterator[tuple[str, str]]:
    """The official images that hardening names otherwise: (before, after), without `library/`."""
    text = read_dockerfile(path)
    today = datetime.datetime.now(datetime.UTC).date()
    after = harden(text, Settings(only=("pin-base-image",)), today=today).table.text
    for was, now in zip(image_uses(parse(text)), image_uses(parse(after)), strict=True):
        if was.reference and now.reference and was.reference.text != now.reference.text:
            yield short(was.reference), short(now.reference)


def added(path: Path) -> Iterator[tuple[str, str]]:
    """The images of a newer release that a split brings: (that of the stand-ins' release, it)."""
    task = task_for(path.parent, Settings(only=("split-stages",)), diff=False)
    hardened = harden_file(path, task).hardened
    if hardened is None or not hardened.changed:
        return
    for use in image_uses(parse(hardened.table.text)):
        for newer, older in RELEASES.items():
            if use.reference is not None and newer in use.written and newer not in path.read_text():
                yield use.written.replace(newer, older), use.written


def short(reference: ImageReference) -> str:
    """`python:latest` for any spelling of it."""
    return f"{reference.official or reference.familiar}:{reference.tag or 'latest'}"


if __name__ == "__main__":
    main()
