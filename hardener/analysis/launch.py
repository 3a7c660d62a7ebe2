"""ENTRYPOINT and CMD put together to what the container starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hardener.analysis.paths import name_of
from hardener.analysis.stage import Launch, StageModel
from hardener.project.callers.model import Run


def command_line(model: StageModel) -> tuple[Sequence[str], str | None]:
    """ENTRYPOINT and CMD as one argument vector, or as the code that the shell is given.

    Source: moby image-spec, "Understand how CMD and ENTRYPOINT interact" in docs.docker.com.
    """
    entrypoint, command = model.entrypoint, model.command
    if entrypoint is not None and entrypoint.code is not None:
        return (), entrypoint.code
    if entrypoint is None or not entrypoint.words:
        if command is None:
            return (), None
        return command.words or (), command.code
    return (*_without_base_entrypoint(model, entrypoint), *_as_words(command)), None


def as_started(model: StageModel, run: Run) -> StageModel:
    """The stage as one run starts it; an entrypoint of the run leaves out the image's command.

    Source: docs.docker.com/reference/cli/docker/container/run/ (--entrypoint), the Compose
    specification, 05-services.md (entrypoint).
    """
    entrypoint, command = model.entrypoint, model.command
    if run.entrypoint is not None:
        entrypoint, command = _launch(run.entrypoint), None
    if run.command is not None:
        command = _launch(run.command)
    return replace(model, entrypoint=entrypoint, command=command)


def _launch(words: tuple[str, ...]) -> Launch | None:
    return Launch(words, None, None) if words else None


def _without_base_entrypoint(model: StageModel, entrypoint: Launch) -> tuple[str, ...]:
    """The entrypoint, unless it is the image's own script, which ends in `exec "$@"`."""
    facts, words = model.facts, entrypoint.words or ()
    if facts is None or facts.from_config:
        return words
    if facts.entrypoint and model.command is not None:
        first = facts.entrypoint[0]
        scripted = first.endswith(".sh") or "entrypoint" in first
        if scripted and words and name_of(words[0]) == name_of(first):
            return words[1:]
    return words


def _as_words(command: Launch | None) -> tuple[str, ...]:
    if command is None:
        return ()
    return command.words if command.words is not None else ("/bin/sh", "-c", command.code or "")
