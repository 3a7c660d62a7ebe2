"""Only trusted images become bases: what a project allows, and signatures made with real keys."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import Online
from tests.cli.test_registries import mirror
from tests.conftest import REPOSITORY
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Server
from tests.images.registry.signing import Signer

BUILD = ("build", "--network", "host", "--progress", "plain", "--output", "type=cacheonly")


@pytest.mark.parametrize(
    ("others", "kind", "code"),
    [
        pytest.param("advice", "advice", 0, id="advice"),
        pytest.param("error", "error", 2, id="error"),
    ],
)
def test_an_image_that_is_not_allowed_is_told_as_strictly_as_asked(
    online: Online, others: str, kind: str, code: int
) -> None:
    online.write("FROM ghcr.io/owner/app:latest AS a\nFROM a\nCOPY --from=redis:7.0.1 / /\n")
    with Server() as server:
        trust = f'[trust]\nallowed = ["docker.io/library/python"]\nothers = "{others}"\n'
        online.write(trust + mirror(server.host), "harden.toml")
        ran = online.harden()
        piped = online.harden("-", stdin="FROM ghcr.io/owner/app:latest\n")

    said = [line for line in ran.err.split("\n") if ": pin-base-image: " in line]
    lines = [line for line in said if line.startswith(f"{kind}: Dockerfile:")]
    assert [line.split(":")[2] for line in lines] == ["1", "3"], ran.err
    assert "ghcr.io/owner/app fits none of its patterns; not pinned" in lines[0]
    assert (ran.code, ran.out, piped.code) == (code, "", code)
    assert server.seen == []


@pytest.mark.engine
@pytest.mark.parametrize("others", ["advice", "error"])
def test_a_base_is_pinned_only_with_the_signature_asked_for(
    online: Online, registry: str, push: Pusher, tmp_path: Path, others: str
) -> None:
    signer = Signer.start(tmp_path / "keys", "mine", "other")
    name = f"{push.host}/{push.repository}"
    right, wrong, none = (push.index(tag, salt=tag) for tag in ("1.0.1", "1.0.2", "1.0.3"))
    signer.sign(f"{name}@{right}", key="mine")
    signer.sign(f"{name}@{wrong}", key="other")
    online.write((signer.folder / "mine.pub").read_text(), "keys/base.pub")
    online.write(
        f'[trust]\nothers = "{others}"\n[[trust.signature]]\nimages = ["{registry}/**"]\n'
        'by = "cosign-key"\nkey = "keys/base.pub"\ntransparency-log = false\n',
        "harden.toml",
    )
    online.write(f"FROM {name}:1.0.1\nCOPY --from={name}:1.0.2 / /\nCOPY --from={name}:1.0.3 / /\n")

    ran = online.harden("--write")

    assert online.read() == (
        f"FROM {name}:1.0.1@{right}\nCOPY --from={name}:1.0.2 / /\nCOPY --from={name}:1.0.3 / /\n"
    )
    kind = "error" if others == "error" else "advice"
    told = [line for line in ran.err.split("\n") if line.startswith(f"{kind}: Dockerfile:")]
    told = [line for line in told if ": pin-base-image: " in line]
    assert len(told) == 2, ran.err
    assert all("cosign does not accept its signature" in line for line in told)
    assert ran.code == (2 if others == "error" else 0)

    # refresh asks the same of what it moves to
    online.write(f"FROM {name}:1.0.1@{right}\n")
    moved = online.harden("refresh", "--write")
    assert online.read() == f"FROM {name}:1.0.1@{right}\n"
    assert "cosign does not accept its signature" in moved.err
    assert none not in moved.err


@pytest.fixture
def hub(engine: str) -> str:
    """The registry that the engine takes Docker Hub's images from."""
    host = os.environ.get("HARDENER_TEST_REGISTRY")
    if not host:
        pytest.fail(
            "HARDENER_TEST_REGISTRY isn't set: start the engine first (see CONTRIBUTING.md)"
        )
    return host


def docker(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables}
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, env=environment)


@pytest.mark.engine
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


# those whose bases the engine's registry always has
@pytest.mark.engine
@pytest.mark.parametrize("sample", ["flask-sqlite", "gosu-entrypoint", "volume-data"])
def test_a_sample_pinned_by_digest_builds(online: Online, hub: str, sample: str) -> None:
    for path in (REPOSITORY / "samples" / sample).rglob("*"):
        if path.is_file():
            target = online.project / path.relative_to(REPOSITORY / "samples" / sample)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            target.chmod(path.stat().st_mode)
    online.write(mirror(hub), "harden.toml")
    online.write("", ".dockerignore")

    ran = online.harden("--write", "--only", "pin-base-image")

    assert ran.code == 0, ran.err
    assert "@sha256:" in online.read()
    pinned = online.read().partition("FROM ")[2].split()[0]
    built = docker(*BUILD, str(online.project))
    assert built.returncode == 0, built.stderr
    assert f"docker.io/library/{pinned}" in built.stdout + built.stderr
