"""How a repository's own callers build and run a Dockerfile, as a recipe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from hardener.project.callers.model import Build, Callers, Run, Secret, Usage, Value
from hardener.verify.recipe import Recipe, recipe_for


def recipes_for(
    dockerfile: Path, root: Path, callers: Callers, *, target: str | None = None
) -> tuple[Recipe, ...]:
    """What sample.toml beside a Dockerfile says; without one, a recipe for its last stage and for
    each other that callers build by name; or for `target` alone.

    Callers don't get to take values out of the environment of whoever verifies: a repository that
    isn't trusted could name any.

    Raises:
        HardenError: as for `recipe_for`.
    """
    recipe = recipe_for(dockerfile, root)
    if recipe.summary:
        return (recipe,)
    usage = callers.usage_of(dockerfile)
    return tuple(
        as_called(replace(recipe, target=stage), _for_target(usage, stage), {})
        for stage in ((*usage.targets, None) if target is None else (target,))
    )


def _for_target(usage: Usage, target: str | None) -> Usage:
    """The builds and runs of one stage, or of those that may be it."""
    return replace(
        usage,
        builds=tuple(one for one in usage.builds if _may_build(one, target)),
        runs=tuple(one for one in usage.runs if one.build is None or _may_build(one.build, target)),
    )


def _may_build(build: Build, target: str | None) -> bool:
    return build.target == target or not {"target", "command"}.isdisjoint(build.unclear)


def as_called(recipe: Recipe, usage: Usage, environment: Mapping[str, str]) -> Recipe:
    """The recipe with what callers say: context, build arguments and secrets, and the command and
    environment that the container gets.

    Of several callers the first that is clear in a matter is followed. What the recipe says
    already wins. Values that the caller takes from the environment of whoever calls it are looked
    up in `environment`; those that stay unknown are left out.
    """
    return replace(
        recipe,
        context=usage.context or recipe.context,
        arguments={**_arguments(usage.builds, environment), **recipe.arguments},
        secrets={**dict(_secrets(usage.builds, usage.root, environment)), **recipe.secrets},
        run=replace(
            recipe.run,
            command=recipe.run.command or _command(usage.runs),
            environment={**_environment(usage.runs, environment), **recipe.run.environment},
        ),
    )


def _arguments(builds: tuple[Build, ...], environment: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for build in builds:
        for name, value in build.args.items():
            known = _value(name, value, environment)
            if known is not None:
                found.setdefault(name, known)
    return found


def _environment(runs: tuple[Run, ...], environment: Mapping[str, str]) -> dict[str, str]:
    for run in runs:
        pairs = {name: _value(name, value, environment) for name, value in run.environment.items()}
        # an environment file holds no line breaks
        return {
            name: value for name, value in pairs.items() if value is not None and "\n" not in value
        }
    return {}


def _command(runs: tuple[Run, ...]) -> tuple[str, ...] | None:
    clear = (run for run in runs if not {"command", "entrypoint"} & set(run.unclear))
    return next((run.command for run in clear if run.entrypoint is None), None)


def _secrets(
    builds: tuple[Build, ...], root: Path, environment: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    for build in builds:
        for secret in build.secrets:
            value = _secret(secret, build.caller.parent, root, environment)
            if secret.id is not None and value is not None:
                yield secret.id, value


def _secret(
    secret: Secret, folder: Path, root: Path, environment: Mapping[str, str]
) -> bytes | None:
    if secret.env is not None and secret.env in environment:
        return environment[secret.env].encode("utf-8", "surrogateescape")
    if secret.file is not None:
        path = (folder / secret.file).resolve()
        # a caller from the repository doesn't get to name the user's other files
        if path.is_relative_to(root.resolve()) and path.is_file():
            return path.read_bytes()
    return None


def _value(name: str, value: Value, environment: Mapping[str, str]) -> str | None:
    if value.written is None:
        return environment.get(name)
    return value.known if value.known is not None else value.default
