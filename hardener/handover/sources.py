"""Where a build is to take a secret from, given how its caller passed it so far."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardener.errors import HardenError
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Value

# `$X`, `${X}`, `${X:-default}` (shell, compose, bake) and make's `$(X)`
_REFERENCE = re.compile(
    r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+=])([^${}]*))?\}|\(([A-Za-z_]\w*)\))"
)
_NO_NAME = re.compile(r"\W")


class NotEditableError(HardenError):
    """A caller that can't be changed without guessing; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """The variable of the environment, or the file, that a secret comes from.

    Attributes:
        file: relative to the build context.
        leaked: whether the caller held it, or a default of it, as a text that git keeps.
        required: whether the caller ended with an error where the variable wasn't set.
    """

    env: str | None = None
    file: str | None = None
    leaked: bool = False
    required: bool = False


def source_of(handover: Handover, value: Value | None) -> Source:
    """Where what was passed as `value` comes from; None stands for an argument not passed.

    Raises:
        NotEditableError: the value is put together of several parts.
    """
    if value is None:
        if handover.file is not None:
            return Source(file=handover.file)
        return Source(env=variable_for(handover))
    if value.written is None:
        return Source(env=handover.arg)
    found = _REFERENCE.fullmatch(value.written)
    name = None if found is None else found[1] or found[2] or found[5]
    if found is not None and name in value.variables:
        operator = (found[3] or "").removeprefix(":")
        if operator == "+":
            raise NotEditableError(
                f"the value of {handover.arg} depends on whether a variable is set"
            )
        leaked = operator in ("-", "=") and bool(found[4])
        return Source(env=name, leaked=leaked, required=operator == "?")
    if value.known is None:
        raise NotEditableError(f"the value of {handover.arg} is put together of several parts")
    return Source(env=variable_for(handover), leaked=bool(value.written))


def variable_for(handover: Handover) -> str:
    """The name of the variable that a secret is likely to be in."""
    return handover.env or handover.arg or _NO_NAME.sub("_", handover.id).upper()
