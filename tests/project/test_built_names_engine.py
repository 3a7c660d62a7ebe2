"""A named context takes an image's place by the engine's own rule, and a digest would undo it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hardener.dockerfile.reference import parse_reference
from hardener.project.callers.names import is_context_name

pytestmark = pytest.mark.engine

# no registry has it
NAME = "hardener-given"


def builds(tmp_path: Path, image: str, context: str) -> bool:
    """Whether a build takes the folder `given` for the image."""
    for folder in ("given", "context"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "file").write_text(folder)
    (tmp_path / "context" / "Dockerfile").write_text(f"FROM {image}\nCOPY file /\n")
    command = ("docker", "build", "--quiet", "--network", "host", "--output", "type=cacheonly")
    handed = f"{context}={tmp_path / 'given'}"
    done = subprocess.run(
        [*command, "--build-context", handed, str(tmp_path / "context")],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.parametrize("tag", ["", ":latest", ":1"])
@pytest.mark.parametrize("context", [NAME, f"{NAME}:latest", f"{NAME}:1"])
def test_names_are_compared_as_the_engine_does(
    engine: str, tmp_path: Path, tag: str, context: str
) -> None:
    taken = builds(tmp_path, NAME + tag, context)

    assert is_context_name(context, parse_reference(NAME + tag)) is taken


def test_a_digest_would_take_the_registry_for_it(engine: str, tmp_path: Path) -> None:
    assert not builds(tmp_path, f"{NAME}@sha256:{'a' * 64}", NAME)
