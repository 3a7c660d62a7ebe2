"""What verify hands to the build after hardening that came in by other ways before."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.project.callers.handover import Handover
from hardener.verify.handed import taken_out, with_handovers
from hardener.verify.hardening import announced_by
from hardener.verify.recipe import Recipe

TEXT = """ARG NPM_TOKEN=of_the_file
FROM node:22 AS build
ARG NPM_TOKEN
ARG PIP_TOKEN
ENV AUTH=$NPM_TOKEN MODE=production
COPY .npmrc .
RUN npm ci
FROM node:22
ENV SECRET_KEY=key_of_the_file
"""
TOKEN = Handover("secret", "npm_token", "NPM_TOKEN", "NPM_TOKEN")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text(TEXT)
    (tmp_path / ".npmrc").write_text("token=of_the_context\n")
    return tmp_path


def recipe(folder: Path, **arguments: str) -> Recipe:
    return Recipe(folder / "Dockerfile", folder, folder, arguments=arguments)


@pytest.mark.parametrize(
    ("handover", "arguments", "secret"),
    [
        pytest.param(TOKEN, {"NPM_TOKEN": "given"}, b"given", id="build-argument"),
        pytest.param(TOKEN, {}, b"of_the_file", id="default-of-the-argument"),
        pytest.param(
            Handover("secret", "pip_token", "PIP_TOKEN"), {}, b"", id="argument-that-wasnt-passed"
        ),
        pytest.param(
            Handover("secret", "npmrc", file=".npmrc"),
            {},
            b"token=of_the_context\n",
            id="file-of-the-context",
        ),
        pytest.param(
            Handover("secret", "key", env="SECRET_KEY"), {}, b"key_of_the_file", id="literal-of-env"
        ),
        pytest.param(
            Handover("secret", "other", env="OTHER"), {}, None, id="literal-of-a-run-isnt-known"
        ),
        pytest.param(
            Handover("secret", "up", file="../outside"), {}, None, id="file-outside-the-context"
        ),
    ],
)
def test_secrets(
    folder: Path, handover: Handover, arguments: dict[str, str], secret: bytes | None
) -> None:
    (folder.parent / "outside").write_text("never")
    found = with_handovers(recipe(folder, **arguments), (handover,))
    assert found.secrets.get(handover.id) == secret
    assert found.arguments == arguments


def test_what_the_recipe_gives_wins(folder: Path) -> None:
    given = Recipe(folder / "Dockerfile", folder, folder, secrets={"npm_token": b"mine"})
    assert with_handovers(given, (TOKEN,)).secrets == {"npm_token": b"mine"}


def test_environment_of_the_container(folder: Path) -> None:
    handover = Handover("environment", "SECRET_KEY")
    found = with_handovers(recipe(folder), (handover,))
    assert found.run.environment == {"SECRET_KEY": "key_of_the_file"}
    assert found.secrets == {}


def test_only_the_variables_that_went_are_announced() -> None:
    names = taken_out(TEXT, (TOKEN,))
    assert names == {"NPM_TOKEN", "AUTH"}
    assert {"env:AUTH", "env:NPM_TOKEN"} <= announced_by("mount-secrets", names)
    assert "env" not in announced_by("mount-secrets", names)
    assert announced_by("run-as-nonroot", names) == {"user", "env:HOME"}
