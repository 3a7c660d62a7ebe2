"""An image that a build of the repository makes, or is handed, is found again by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.dockerfile.reference import parse_reference
from hardener.project.callers import find_callers

COMPOSE = """\
services:
  app:
    build: {context: app, additional_contexts: {given: ../given, acme/given:1: ../given}}
  base:
    build: base
    image: %s
"""


def maker(root: Path, compose: str, name: str, dockerfile: str = "app/Dockerfile") -> str | None:
    for folder in ("app", "base", "given"):
        (root / folder).mkdir()
        (root / folder / "Dockerfile").write_text("FROM scratch\n")
    (root / "compose.yaml").write_text(compose)
    usage = find_callers(root).usage_of(root / dockerfile)
    build = usage.maker_of(parse_reference(name))
    return None if build is None else usage.where(build)


@pytest.mark.parametrize(
    ("tag", "name", "made"),
    [
        pytest.param("mybase", "mybase", True, id="name-alone"),
        pytest.param("mybase", "docker.io/library/mybase:latest", True, id="spelt-in-full"),
        pytest.param("mybase", "mybase:1", False, id="another-tag"),
        pytest.param("localhost:5000/a/base:1", "localhost:5000/a/base:1", True, id="registry"),
        pytest.param("localhost:5000/a/base:1", "a/base:1", False, id="another-registry"),
        pytest.param("acme/base:${TAG}", "acme/base:7", True, id="open-tag"),
        pytest.param("acme/base:v${TAG}", "acme/base", True, id="open-tag-behind-a-letter"),
        pytest.param("acme/base:${TAG:-dev}", "acme/base:7", True, id="open-tag-with-default"),
        pytest.param("${NAME}:1", "acme/base:1", False, id="open-name"),
        pytest.param("acme/${NAME}:1", "acme/base:1", False, id="open-part-of-the-name"),
        pytest.param("${HOST}/acme/base", "acme/base", False, id="open-registry"),
        pytest.param("Not A Name", "acme/base", False, id="no-name"),
    ],
)
def test_tags_of_other_builds(tmp_path: Path, tag: str, name: str, made: bool) -> None:
    where = maker(tmp_path, COMPOSE % f"'{tag}'", name)

    assert where == ("compose.yaml:4" if made else None)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        pytest.param("given", True, id="name-alone"),
        pytest.param("given:latest", True, id="latest-is-no-other"),
        pytest.param("given:1", False, id="another-tag"),
        pytest.param("acme/given:1", True, id="with-a-tag"),
        pytest.param("acme/given", False, id="without-its-tag"),
    ],
)
def test_named_contexts(tmp_path: Path, name: str, made: bool) -> None:
    where = maker(tmp_path, COMPOSE % "mybase", name)

    assert where == ("compose.yaml:2" if made else None)


def test_named_contexts_are_for_their_own_build(tmp_path: Path) -> None:
    assert maker(tmp_path, COMPOSE % "mybase", "given", "base/Dockerfile") is None


def test_an_image_is_not_its_own_base(tmp_path: Path) -> None:
    assert maker(tmp_path, COMPOSE % "nginx", "nginx", "base/Dockerfile") is None
