"""What all tests share: the corpus of real Dockerfiles and the real container engine."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY = Path(__file__).resolve().parent.parent

# CI judges the change and not the day's luck; what is found elsewhere becomes a case
settings.register_profile(
    "project",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.load_profile("project")


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One real Dockerfile: where it is, what the index says of it, and its bytes."""

    path: Path
    index: dict[str, Any]
    content: bytes

    @property
    def name(self) -> str:
        return str(self.index["path"])


def read_corpus() -> tuple[CorpusFile, ...]:
    """Every file of the corpus; a corpus that isn't there is an error, not a reason to skip."""
    folder = Path(os.environ.get("HARDENER_CORPUS", REPOSITORY.parent / "shared/corpus/dev"))
    index = folder / "index.jsonl"
    if not index.is_file():
        raise FileNotFoundError(
            f"the corpus of real Dockerfiles is not at {folder}; set HARDENER_CORPUS"
        )
    entries = [json.loads(line) for line in index.read_text().splitlines()]
    return tuple(
        CorpusFile(folder / entry["path"], entry, (folder / entry["path"]).read_bytes())
        for entry in entries
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that anyone may enter; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def corpus() -> tuple[CorpusFile, ...]:
    """Every file of the corpus."""
    return read_corpus()


@pytest.fixture(scope="session")
def accepted(corpus: tuple[CorpusFile, ...]) -> tuple[CorpusFile, ...]:
    """The files of the corpus that BuildKit's parser accepts."""
    return tuple(file for file in corpus if file.index["parses_in_buildkit"])


@pytest.fixture(scope="session")
def engine() -> str:
    """The address of the container engine; tests that need one fail where there is none."""
    address = os.environ.get("DOCKER_HOST")
    if not address:
        pytest.fail("DOCKER_HOST isn't set: start the engine first (see CONTRIBUTING.md)")
    return address


@pytest.fixture
def hub(engine: str) -> str:
    """The registry that the engine takes Docker Hub's images from: its host and port."""
    host = os.environ.get("HARDENER_TEST_REGISTRY")
    if not host:
        pytest.fail(
            "HARDENER_TEST_REGISTRY isn't set: start the engine first (see CONTRIBUTING.md)"
        )
    return host
