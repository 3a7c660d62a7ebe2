"""What the client reads off a registry is what Docker's own tools put there and pull from it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from hardener.images.registry import Image, ImageConfig, RegistrySettings, Resolved
from hardener.images.registry.client import RegistryClient
from hardener.images.source_policy import source_policy
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher

pytestmark = pytest.mark.engine

# builds, and leaves no image behind
BUILD = ("build", "--network", "host", "--progress", "plain", "--output", "type=cacheonly")


def docker(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, env={**os.environ, **variables}
    )


def succeed(*arguments: str, **variables: str) -> str:
    done = docker(*arguments, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def python(hub: str, settings: MakeSettings) -> Resolved:
    """python:3.11 as the registry has it now."""
    table = RegistrySettings(mirrors=(f"http://{hub}",), mirror_only=True)
    with RegistryClient(settings(registries={"docker.io": table})) as client:
        answer = client.resolve(["python:3.11"])["python:3.11"]
    assert isinstance(answer, Resolved), answer
    return answer


def pinned(resolved: Resolved) -> Image:
    return replace(resolved.image, digest=resolved.digest)


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """A folder to build from."""
    folder = tmp_path / "context"
    folder.mkdir()
    return folder


def test_an_index_made_with_buildx_is_resolved_to_the_index(
    push: Pusher, settings: MakeSettings, engine: str
) -> None:
    name = f"{push.host}/{push.repository}"
    push.image("amd64", platform="linux/amd64")
    push.image("arm64", platform="linux/arm64/v8")
    succeed("buildx", "imagetools", "create", "-t", f"{name}:1", f"{name}:amd64", f"{name}:arm64")
    shown = succeed(
        "buildx", "imagetools", "inspect", f"{name}:1", "--format", "{{json .Manifest}}"
    )

    with RegistryClient(settings()) as client:
        answer = client.resolve([f"{name}:1"])[f"{name}:1"]
        assert isinstance(answer, Resolved), answer
        config = client.configs([answer], platform="linux/arm64")[answer]

    assert answer.digest == json.loads(shown)["digest"]
    assert (answer.is_index, answer.platforms) == (True, ("linux/amd64", "linux/arm64"))
    assert isinstance(config, ImageConfig)
    assert config.platform == "linux/arm64"


def test_docker_build_pulls_what_was_pinned(python: Resolved, context: Path) -> None:
    pinned = f"python:3.11@{python.digest}"
    (context / "Dockerfile").write_text(f"FROM {pinned}\nRUN python3 --version\n")

    output = succeed(*BUILD, "--no-cache", str(context))

    assert f"FROM docker.io/library/{pinned}" in output
    assert "Python 3.11" in output


def test_the_config_is_what_docker_shows_of_the_image(
    python: Resolved, hub: str, settings: MakeSettings
) -> None:
    table = RegistrySettings(mirrors=(f"http://{hub}",), mirror_only=True)
    with RegistryClient(settings(registries={"docker.io": table})) as client:
        config = client.configs([python])[python]
    shown = json.loads(succeed("image", "inspect", "python:3.11"))[0]["Config"]

    assert isinstance(config, ImageConfig)
    assert list(config.cmd or ()) == shown["Cmd"]
    assert [f"{name}={value}" for name, value in config.environment] == shown["Env"]
    assert config.user == shown["User"]


def test_a_source_policy_pins_a_build_that_names_a_tag(
    python: Resolved, context: Path, tmp_path: Path
) -> None:
    (context / "Dockerfile").write_text("FROM python:3.11\nRUN true\n")
    policy = tmp_path / "policy.json"
    policy.write_text(source_policy([pinned(python)]))

    output = succeed(*BUILD, str(context), EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=str(policy))

    assert f"python:3.11@{python.digest}" in output


@pytest.mark.parametrize(
    ("base", "allowed"),
    [
        pytest.param("python:3.11", True, id="the-tag"),
        pytest.param("python:3.11@{digest}", True, id="tag-and-digest"),
        pytest.param("python@{digest}", True, id="the-digest"),
        pytest.param("debian:bookworm", False, id="another-image"),
        pytest.param("python:3.11-slim", False, id="another-tag"),
    ],
)
def test_a_policy_that_denies_others_lets_only_the_pinned_images_through(
    python: Resolved, context: Path, tmp_path: Path, base: str, allowed: bool
) -> None:
    (context / "Dockerfile").write_text(f"FROM {base.format(digest=python.digest)}\nRUN true\n")
    policy = tmp_path / "policy.json"
    policy.write_text(source_policy([pinned(python)], deny_others=True))

    done = docker(*BUILD, str(context), EXPERIMENTAL_BUILDKIT_SOURCE_POLICY=str(policy))

    assert (done.returncode == 0) is allowed, done.stderr
    assert ("denied by policy" in done.stderr) is not allowed


def test_the_same_set_gives_the_same_policy(python: Resolved) -> None:
    again = [pinned(python), pinned(python)]

    assert source_policy([pinned(python)]) == source_policy(again)
    assert source_policy([]) == '{\n  "rules": []\n}\n'
