"""`docker build --check` reports nothing new on what was hardened."""

from __future__ import annotations

import datetime
import json
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hardener.dockerfile.images import image_uses
from hardener.dockerfile.origin import Traced
from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import decode, encode
from hardener.pipeline import harden
from hardener.settings import Settings
from tests.conftest import CorpusFile

pytestmark = [pytest.mark.corpus, pytest.mark.engine]

SAMPLE = 100
STAND_IN = "docker-image://docker.io/library/debian:bookworm"


def changed(files: tuple[CorpusFile, ...]) -> Iterator[tuple[str, str, str]]:
    for file in files:
        text = decode(file.content)
        try:
            result = harden(text, Settings(), today=datetime.date(2026, 9, 1))
        except HardenError:
            continue
        if result.changed:
            yield file.name, text, result.table.text


def warnings(text: str, folder: Path) -> Counter[str] | None:
    """The rules that `docker build --check` finds broken; None where it can't evaluate the file.

    Every base image is replaced by one that is at hand: the rules don't depend on its content.
    """
    folder.mkdir(parents=True)
    (folder / "Dockerfile").write_bytes(encode(text))
    bases = {use.origin.text for use in image_uses(parse(text)) if isinstance(use.origin, Traced)}
    contexts = [f"--build-context={name}={STAND_IN}" for name in sorted(bases)]
    done = subprocess.run(
        ["docker", "build", "--call", "check,format=json", *contexts, str(folder)],
        capture_output=True,
        check=False,
    )
    start = done.stdout.find(b"{")
    if start < 0:
        return None
    found = json.loads(done.stdout[start:])
    return Counter(warning["ruleName"] for warning in found.get("warnings") or [])


def test_nothing_new_is_reported(
    accepted: tuple[CorpusFile, ...], engine: str, tmp_path: Path
) -> None:
    files = list(changed(accepted))
    sample = random.Random(20260901).sample(files, min(SAMPLE, len(files)))

    def check(item: tuple[int, tuple[str, str, str]]) -> tuple[bool, str | None]:
        number, (name, before, after) = item
        was = warnings(before, tmp_path / f"{number}-before")
        now = warnings(after, tmp_path / f"{number}-after")
        if was is None:
            return False, None
        if now is None:
            return True, f"{name}: can't be evaluated any more"
        new = now - was
        return True, f"{name}: {dict(new)}" if new else None

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(check, enumerate(sample)))
    assert [problem for _, problem in results if problem] == []
    # what can't be evaluated before (an image of another platform, say) shows nothing
    assert sum(evaluated for evaluated, _ in results) >= 0.8 * len(sample)
