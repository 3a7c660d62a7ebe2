"""Buildah is the second engine: it builds and compares, and runs where it can isolate."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hardener.verify.bench import Options
from hardener.verify.difference import Verdict
from hardener.verify.outcome import Outcome
from hardener.verify.proof import verify_file
from hardener.verify.recipe import recipe_for
from hardener.verify.run import Watch
from hardener.verify.session import session
from tests.verify.casefolder import Case
from tests.verify.conftest import folders_left

pytestmark = pytest.mark.engine

REGISTRIES = """\
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "docker.io"
location = "docker.io"
[[registry.mirror]]
location = "{mirror}"
insecure = true
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which buildah gets its base images from the registry of the tests."""
    mirror = os.environ.get("HARDENER_TEST_REGISTRY")
    if not mirror or shutil.which("buildah") is None:
        pytest.fail("these tests need buildah, and a registry in HARDENER_TEST_REGISTRY")
    configuration = tmp_path / "registries.conf"
    configuration.write_text(REGISTRIES.format(mirror=mirror))
    return {
        **os.environ,
        "CONTAINERS_REGISTRIES_CONF": str(configuration),
        "STORAGE_DRIVER": "vfs",
    }


def verified(name: str, environment: dict[str, str]) -> Outcome:
    case = Case(name)
    recipe = recipe_for(case.dockerfile, case.dockerfile.parent)
    options = Options(build_network="host", build_seconds=120.0, watch=Watch(up_for=0.5))
    with session("buildah", environment=environment) as found:
        return verify_file(found, recipe, case, options)


def test_builds_and_compares_with_chroot(
    environment: dict[str, str], temporary_folder: Path
) -> None:
    outcome = verified("missing-file", {**environment, "BUILDAH_ISOLATION": "chroot"})
    assert [found.field for found in outcome.counted] == ["files"]
    assert outcome.blamed == ("split-stages",)
    assert outcome.verdict is Verdict.DIFFERS
    assert "chroot isolation can't keep a container off the network" in outcome.unproved[0]
    assert folders_left(temporary_folder) == []


def test_runs_with_a_runtime(environment: dict[str, str], temporary_folder: Path) -> None:
    outcome = verified("same", {**environment, "BUILDAH_RUNTIME": "runc"})
    assert outcome.verdict is Verdict.SAME, outcome
    assert outcome.after is not None
    assert outcome.after.run is not None
    assert outcome.after.run.uid == 10001
    assert outcome.after.run.uid_from == "the kernel"
    assert folders_left(temporary_folder) == []


def test_build_that_fails_only_afterwards(
    environment: dict[str, str], temporary_folder: Path
) -> None:
    outcome = verified("build-fails-after", {**environment, "BUILDAH_ISOLATION": "chroot"})
    assert outcome.verdict is Verdict.BROKEN
    assert outcome.blamed == ("run-as-nonroot",)
    assert folders_left(temporary_folder) == []
