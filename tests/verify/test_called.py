"""What a repository's callers say becomes part of the recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hardener.project.callers.model import Build, Callers, Run, Secret, Usage, Value
from hardener.verify.called import as_called, recipes_for
from hardener.verify.recipe import Recipe, RunRecipe


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "token").write_text("from a file")
    return Recipe(tmp_path / "Dockerfile", tmp_path / "sub", tmp_path)


def value(known: str | None, default: str | None = None, written: str | None = "x") -> Value:
    return Value(written, known, default)


def usage(recipe: Recipe, build: Build, **run: object) -> Usage:
    runs = (Run(build.caller, 1, "compose", build=build, **run),)  # type: ignore[arg-type]
    return Usage((build,), runs, recipe.root)


def build(recipe: Recipe, **said: object) -> Build:
    caller = recipe.root / "compose.yaml"
    return Build(caller, 1, "compose", dockerfile=recipe.dockerfile, **said)  # type: ignore[arg-type]


def test_build(recipe: Recipe) -> None:
    said = build(
        recipe,
        context=recipe.root,
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
    found = as_called(recipe, usage(recipe, said), {"TOKEN": "from the environment", "D": "4"})
    assert found.context == recipe.root
    assert found.arguments == {"A": "1", "B": "2", "D": "4"}
    assert found.secrets == {"s": b"from the environment", "f": b"from a file"}


def test_environment_is_only_what_is_given(recipe: Recipe) -> None:
    said = build(
        recipe, secrets=(Secret("home", env="HOME"),), args={"HOME": value(None, None, None)}
    )
    found = as_called(recipe, usage(recipe, said), {})
    assert (found.secrets, found.arguments) == ({}, {})


def test_run(recipe: Recipe) -> None:
    said = usage(
        recipe,
        build(recipe),
        command=("serve", "-v"),
        environment={"PORT": value("80"), "KEY": value("a\nb"), "HOST": value(None)},
    )
    found = as_called(recipe, said, {})
    assert found.run == RunRecipe(command=("serve", "-v"), environment={"PORT": "80"})


def test_command_of_another_entrypoint_is_left(recipe: Recipe) -> None:
    said = usage(recipe, build(recipe), command=("x",), entrypoint=("y",))
    assert as_called(recipe, said, {}).run.command is None


def test_what_the_recipe_says_wins(recipe: Recipe) -> None:
    said = build(recipe, args={"A": value("1")})
    own = replace(recipe, target="mine", arguments={"A": "2"})
    found = as_called(own, usage(recipe, said), {})
    assert (found.target, found.arguments) == ("mine", {"A": "2"})


class TestRecipes:
    def found(self, recipe: Recipe, *builds: Build, target: str | None = None) -> list[Recipe]:
        runs = tuple(
            Run(one.caller, 1, "compose", build=one, command=(str(one.target),)) for one in builds
        )
        callers = Callers(recipe.root, builds, runs)
        return list(recipes_for(recipe.dockerfile, recipe.root, callers, target=target))

    def test_one_for_each_stage_that_callers_build_and_the_last(self, recipe: Recipe) -> None:
        web = build(recipe, target="web", args={"A": value("1")})
        worker = build(recipe, target="worker", args={"A": value("2")})
        found = self.found(recipe, web, worker)
        assert [(one.title, one.arguments, one.run.command) for one in found] == [
            ("Dockerfile (web)", {"A": "1"}, ("web",)),
            ("Dockerfile (worker)", {"A": "2"}, ("worker",)),
            ("Dockerfile", {}, None),
        ]

    def test_the_stage_asked_for_alone(self, recipe: Recipe) -> None:
        said = build(recipe, target="web")
        assert [one.target for one in self.found(recipe, said, target="x")] == ["x"]

    def test_stage_that_is_not_clear_may_be_any(self, recipe: Recipe) -> None:
        said = build(
            recipe, target="web", args={"A": value("1")}, unclear={"target": "it depends on $T"}
        )
        assert [(one.target, one.arguments) for one in self.found(recipe, said)] == [
            ("web", {"A": "1"}),
            (None, {"A": "1"}),
        ]

    def test_sample_says_it_all(self, recipe: Recipe) -> None:
        (recipe.root / "sample.toml").write_text('summary = "One."\n')
        (found,) = self.found(recipe, build(recipe, target="web"))
        assert found.target is None


def test_no_callers(recipe: Recipe) -> None:
    assert as_called(recipe, Usage(), {}) == recipe
