"""What was pinned is what the engine pulls, and what `harden verify` proves is what is written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hardener.dockerfile.images import image_uses
from hardener.dockerfile.parse import parse
from tests.cli.program import Online
from tests.cli.test_registries import mirror
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.engine

BUILD = ("build", "--network", "host", "--progress", "plain", "--output", "type=cacheonly")


def docker(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, env=environment)


def test_a_build_obeys_the_source_policy_that_was_written(online: Online, hub: str) -> None:
    online.write("FROM python:3.11\nRUN true\n")
    online.write(mirror(hub), "harden.toml")

    ran = online.harden("--diff", "--source-policy", "policy.json")
    policy = str(online.project / "policy.json")
    floating = docker(*BUILD, str(online.project), EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=policy)
    online.harden("--write", "--source-policy", "after.json")
    pinned = online.read().split()[1]
    after = str(online.project / "after.json")
    built = docker(*BUILD, str(online.project), EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=after)

    assert ran.code == 1
    digest = pinned.partition("@")[2]
    assert floating.returncode == 0, floating.stderr
    assert f"python:3.11@{digest}" in floating.stdout + floating.stderr
    assert built.returncode == 0, built.stderr
    assert f"docker.io/library/{pinned}" in built.stdout + built.stderr
    rules = json.loads(online.read("policy.json"))["rules"]
    assert [rule["action"] for rule in rules] == ["CONVERT", "CONVERT"]


def test_every_sample_is_pinned_and_the_engine_pulls_all_of_it(online: Online, hub: str) -> None:
    """That the pinned samples build and run as before, CI shows with `harden verify samples`."""
    shutil.copytree(REPOSITORY / "samples", online.project / "samples")
    online.write(mirror(hub), "harden.toml")

    ran = online.harden("--write", "--only", "pin-base-image", "samples")

    assert ran.code == 0, ran.err
    pinned: dict[str, None] = {}
    for path in sorted((online.project / "samples").rglob("Dockerfile")):
        name = path.relative_to(online.project).as_posix()
        for use in image_uses(parse(path.read_text())):
            assert use.reference is not None
            if use.reference.digest is not None:
                pinned[use.reference.text] = None
            else:
                # a tag that is put together from an argument
                assert "$" in use.written
                assert f"advice: {name}:{use.instruction.first_line}: pin-base-image: " in ran.err
    assert len(pinned) >= 15
    stages = "".join(f"FROM {image} AS s{n}\n" for n, image in enumerate(pinned))
    copies = "".join(f"COPY --from=s{n} /etc/os-release /{n}\n" for n in range(len(pinned)))
    online.write(f"{stages}FROM scratch\n{copies}", "all/Dockerfile")
    built = docker(*BUILD, str(online.project / "all"))
    assert built.returncode == 0, built.stderr
    for image in pinned:
        assert f"docker.io/library/{image}" in built.stdout + built.stderr


@pytest.fixture
def project(online: Online, hub: str) -> Path:
    """A small program on a base whose tag floats."""
    online.write(mirror(hub), "harden.toml")
    online.write('FROM python:3.11\nCOPY app.py /\nCMD ["python3", "/app.py"]\n')
    online.write("print('hello')\n", "app.py")
    (online.project / ".dockerignore").unlink()
    return online.project


def test_what_is_verified_has_the_digests_too(online: Online, project: Path) -> None:
    engine = {name: os.environ[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG")}

    ran = online.harden("verify", "--build-network", "host", "--format", "json", **engine)

    assert ran.code == 0, ran.err
    reasons = [change["reason"] for change in json.loads(ran.out)["results"][0]["changes"]]
    assert any("-> python:3.11" in reason and "@sha256:" in reason for reason in reasons), reasons


def test_what_is_proved_is_written_with_its_digest(online: Online, project: Path) -> None:
    engine = {name: os.environ[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG")}

    ran = online.harden("--write", "--verify", "--build-network", "host", **engine)

    assert ran.code == 0, ran.err
    assert "verified, the same before and after" in ran.err
    assert online.read().startswith("FROM python:3.11")
    assert "@sha256:" in online.read()
    assert online.harden("--check", **engine).code == 0
