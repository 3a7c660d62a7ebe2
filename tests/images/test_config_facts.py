"""What the config of an image that isn't recorded tells, and what it doesn't."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

import hardener.images
from hardener.dockerfile.reference import parse_reference
from hardener.images.config_facts import facts_from, facts_of_config
from hardener.images.facts import facts_for
from hardener.images.pins import Pin, Wanted
from hardener.images.registry.image import Image, image_of
from hardener.images.registry.manifests import ImageConfig, read_config

REFERENCE = parse_reference("registry.example.org/team/base:1")
DIGEST = f"sha256:{'a' * 64}"
BASE_NAME = "org.opencontainers.image.base.name"


def config(os: str = "linux", **settings: Any) -> ImageConfig:
    document = {"os": os, "architecture": "amd64", "config": settings}
    return read_config(json.dumps(document).encode())


def image(text: str) -> Image:
    found = image_of(text)
    assert isinstance(found, Image)
    return found


def test_what_it_sets_are_facts() -> None:
    facts = facts_of_config(
        REFERENCE,
        config(
            User="1000:1000",
            Entrypoint=["/start"],
            Env=["PATH=/opt/bin:/bin", "HOME=/srv"],
            ExposedPorts={"8080/tcp": {}, "53/udp": {}},
            Volumes={"/data": {}},
            WorkingDir="/srv",
            StopSignal="SIGINT",
            Shell=["/bin/bash", "-c"],
        ),
    )

    assert facts is not None
    assert (facts.name, facts.tag) == ("registry.example.org/team/base", "1")
    assert (facts.user, facts.user_is_root, facts.workdir) == ("1000:1000", False, "/srv")
    assert (facts.entrypoint, facts.cmd) == (("/start",), ())
    assert facts.env == {"PATH": "/opt/bin:/bin", "HOME": "/srv"}
    assert (facts.expose, facts.volumes) == (("8080", "53/udp"), ("/data",))
    assert (facts.stopsignal, facts.shell) == ("SIGINT", ("/bin/bash", "-c"))
    assert facts.from_config


def test_what_it_does_not_set_has_its_default_or_is_not_known() -> None:
    facts = facts_of_config(REFERENCE, config())

    assert facts is not None
    assert (facts.user, facts.user_is_root, facts.workdir) == ("root", True, "/")
    assert (facts.entrypoint, facts.cmd, facts.volumes, facts.env) == ((), (), (), {})
    assert (facts.family, facts.distribution, facts.has_shell) == (None, None, None)
    assert facts.drops_privileges is None


@pytest.mark.parametrize(
    ("labels", "family", "distribution"),
    [
        pytest.param({BASE_NAME: "docker.io/library/node:22-alpine"}, "busybox", "alpine", id="as"),
        pytest.param({BASE_NAME: "debian"}, "shadow", "debian", id="short-name"),
        pytest.param({BASE_NAME: "example.org/own/thing:1"}, None, None, id="not-recorded"),
        pytest.param({BASE_NAME: "NO reference"}, None, None, id="no-reference"),
        pytest.param(
            {"org.opencontainers.image.ref.name": "ubuntu"}, "shadow", "ubuntu", id="inherited"
        ),
        pytest.param({"org.opencontainers.image.ref.name": "app"}, None, None, id="another-name"),
        pytest.param({"description": "built on alpine"}, None, None, id="words-are-no-evidence"),
    ],
)
def test_the_distribution_is_what_labels_show(
    labels: dict[str, str], family: str | None, distribution: str | None
) -> None:
    facts = facts_of_config(REFERENCE, config(Labels=labels))

    assert facts is not None
    assert (facts.family, facts.distribution) == (family, distribution)


def test_triggers_leave_everything_open() -> None:
    assert facts_of_config(REFERENCE, config(User="app", OnBuild=["USER root"])) is None


@pytest.mark.parametrize(
    ("user", "known"),
    [pytest.param("ContainerUser", "ContainerUser", id="set"), pytest.param("", None, id="unset")],
)
def test_windows_has_no_root_by_default(user: str, known: str | None) -> None:
    facts = facts_of_config(REFERENCE, config(os="windows", User=user))

    assert facts is not None
    assert (facts.family, facts.user) == ("windows", known)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("registry.example.org/team/base:1", True, id="as-asked-for"),
        pytest.param(f"registry.example.org/team/base:1.2.3@{DIGEST}", True, id="pinned-since"),
        pytest.param("registry.example.org/team/base:1.2.3", True, id="its-exact-tag-since"),
        pytest.param(f"registry.example.org/other/base:1@{DIGEST}", False, id="another-repository"),
        pytest.param("registry.example.org/team/base:2", False, id="another-tag"),
    ],
)
def test_an_image_is_found_again_after_it_was_pinned(text: str, told: bool) -> None:
    configs = {"linux/arm64": config(User="app")}
    pins = {
        image("registry.example.org/team/base:9"): Pin("9.1", f"sha256:{'b' * 64}"),
        image("registry.example.org/team/base:1"): Pin("1.2.3", DIGEST, configs=configs),
    }

    facts = facts_from(pins, parse_reference(text), "linux/arm64")

    assert (facts is not None) is told
    assert facts_from(pins, parse_reference(text), "linux/amd64") is None


def test_wishes_add_up() -> None:
    one, other = Wanted(pin=True), Wanted(platforms=True, configs=frozenset({"linux/amd64"}))

    assert one | other == Wanted(True, True, frozenset({"linux/amd64"}))
    assert one | Wanted() == one


def test_the_table_of_labels_is_whole() -> None:
    path = Path(hardener.images.__file__).parent / "data" / "base-labels.toml"
    table = tomllib.loads(path.read_text())

    assert table["references"] == [BASE_NAME]
    for entry in table["distribution"]:
        assert set(entry) == {"label", "value", "image", "source"}
        found = facts_for(entry["image"], "${TAG}")
        assert found is not None
        assert found.family is not None
