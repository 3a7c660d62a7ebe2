"""What the hardened build and its container are handed that came in by other ways before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hardener.project.callers.handover import Handover
from hardener.verify.declared import environment_reading, values_of
from hardener.verify.recipe import Recipe


def with_handovers(recipe: Recipe, handovers: Sequence[Handover]) -> Recipe:
    """The recipe with the secrets, and the container's environment, that `handovers` want.

    A value is what the build argument or variable held before hardening, or the file of the build
    context; an argument that wasn't passed was empty. What the recipe gives already wins. A value
    that stands nowhere but in a RUN isn't known, and is left to whoever verifies.

    Raises:
        HardenError: the Dockerfile can't be read.
    """
    if not handovers:
        return recipe
    text = recipe.dockerfile.read_bytes().decode("utf-8", "surrogateescape")
    names = {name for one in handovers for name in (one.arg, one.env, one.id) if name}
    values = values_of(text, sorted(names), recipe.arguments)
    secrets = dict(recipe.secrets)
    environment = dict(recipe.run.environment)
    for one in handovers:
        if one.kind == "environment" and one.id in values:
            environment.setdefault(one.id, values[one.id])
        if one.kind == "secret" and one.id not in secrets:
            value = _value(one, recipe, values)
            if value is not None:
                secrets[one.id] = value
    return replace(recipe, secrets=secrets, run=replace(recipe.run, environment=environment))


def taken_out(text: str, handovers: Sequence[Handover]) -> frozenset[str]:
    """The variables that the image of the Dockerfile with this text loses on purpose: those handed
    over otherwise, and those that only carried them.

    Raises:
        HardenError: the Dockerfile can't be read.
    """
    names = {name for one in handovers for name in (one.arg, one.env) if name}
    names |= {one.id for one in handovers if one.kind == "environment"}
    return frozenset(names | environment_reading(text, names))


def _value(handover: Handover, recipe: Recipe, values: dict[str, str]) -> bytes | None:
    if handover.arg is not None and handover.arg in recipe.arguments:
        return _bytes(recipe.arguments[handover.arg])
    if handover.file is not None:
        path = (recipe.context / handover.file).resolve()
        if path.is_relative_to(recipe.context.resolve()) and path.is_file():
            return path.read_bytes()
    for name in (handover.arg, handover.env):
        if name is not None and name in values:
            return _bytes(values[name])
    return None if handover.arg is None else b""


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
