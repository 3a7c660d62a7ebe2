"""What a repository's callers say becomes part of the recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hardener.project.callers.model import Build, Callers, Run, Secret, Value
from hardener.verify.called import as_called
from hardener.verify.recipe import Recipe, RunRecipe


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "token").write_text("from a file")
    return Recipe(tmp_path / "Dockerfile", tmp_path / "sub", tmp_path)


def value(known: str | None, default: str | None = None, written: str | None = "x") -> Value:
    return Value(written, known, default)


def callers(recipe: Recipe, build: Build, **run: object) -> Callers:
    runs = (Run(build.caller, 1, "compose", build=build, **run),)  # type: ignore[arg-type]
    return Callers(recipe.root, (build,), runs)


def build(recipe: Recipe, **said: object) -> Build:
    caller = recipe.root / "compose.yaml"
    return Build(caller, 1, "compose", dockerfile=recipe.dockerfile, **said)  # type: ignore[arg-type]


def test_build(recipe: Recipe) -> None:
    said = build(
        recipe,
        context=recipe.root,
        target="web",
        args={
            "A": value("1"),
            "B": value(None, "2"),
            "C": value(None),
            "D": value(None, None, None),
        },
        secrets=(
            Secret("s", env="TOKEN"),
            Secret("f", file="token"),
            Secret("o", file="/etc/passwd"),
        ),
    )
    found = as_called(recipe, callers(recipe, said), {"TOKEN": "from the environment", "D": "4"})
    assert found.context == recipe.root
    assert found.target == "web"
    assert found.arguments == {"A": "1", "B": "2", "D": "4"}
    assert found.secrets == {"s": b"from the environment", "f": b"from a file"}


def test_environment_is_only_what_is_given(recipe: Recipe) -> None:
    said = build(
        recipe, secrets=(Secret("home", env="HOME"),), args={"HOME": value(None, None, None)}
    )
    found = as_called(recipe, callers(recipe, said), {})
    assert (found.secrets, found.arguments) == ({}, {})


def test_run(recipe: Recipe) -> None:
    said = callers(
        recipe,
        build(recipe),
        command=("serve", "-v"),
        environment={"PORT": value("80"), "KEY": value("a\nb"), "HOST": value(None)},
    )
    found = as_called(recipe, said, {})
    assert found.run == RunRecipe(command=("serve", "-v"), environment={"PORT": "80"})


def test_what_is_unclear_or_another_entrypoint_is_left(recipe: Recipe) -> None:
    said = build(recipe, target="web", unclear={"target": "it depends on $T"})
    found = as_called(recipe, callers(recipe, said, command=("x",), entrypoint=("y",)), {})
    assert found.target is None
    assert found.run.command is None


def test_what_the_recipe_says_wins(recipe: Recipe) -> None:
    said = build(recipe, target="web", args={"A": value("1")})
    own = replace(recipe, target="mine", arguments={"A": "2"})
    found = as_called(own, callers(recipe, said), {})
    assert (found.target, found.arguments) == ("mine", {"A": "2"})


def test_no_callers(recipe: Recipe) -> None:
    assert as_called(recipe, Callers(recipe.root), {}) == recipe
