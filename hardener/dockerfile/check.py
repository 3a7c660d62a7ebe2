"""What is wrong with a Dockerfile that parses.

BuildKit's parser takes any word for an instruction; its next layer doesn't (moby/buildkit,
frontend/dockerfile/instructions/parse.go). What that layer rejects is no Dockerfile to rewrite.
"""

from __future__ import annotations

import re

from hardener.dockerfile.assignments import AssignmentError, parse_assignments
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.nodes import Dockerfile, Escape, Instruction

# frontend/dockerfile/command/command.go
INSTRUCTIONS = frozenset(
    {
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
        "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    }
)  # fmt: skip
# Jinja2, Go, ERB, Mustache, autoconf and cookie-cutter placeholders
_PLACEHOLDER = re.compile(r"\{\{|\{%|<%|%%\w+%%|@@?[A-Z_]+@@?")


def require_buildable(dockerfile: Dockerfile) -> None:
    """Raise for what no build accepts.

    Raises:
        DockerfileError: a template of another language, an unknown instruction, an instruction
            before the first FROM, no FROM, or a FROM, ADD or COPY with the wrong number of
            words; with the line.
    """
    for instruction in dockerfile.instructions:
        _reject_template(instruction)
        _check_assignments(instruction.inner or instruction, dockerfile.escape)
        if instruction.name not in INSTRUCTIONS:
            word = instruction.keyword.of(dockerfile.text)
            raise DockerfileError(
                f"{word[:40]!r} is no Dockerfile instruction{_frontend(dockerfile)}",
                line=instruction.first_line,
            )
    if not dockerfile.stages:
        raise DockerfileError("no FROM in the file, so there is nothing to build")
    for instruction in dockerfile.preamble:
        if instruction.name != "ARG":
            raise DockerfileError(
                f"{instruction.name} stands before the first FROM; only ARG may",
                line=instruction.first_line,
            )
    for stage in dockerfile.stages:
        _check_from(stage.start)
        for instruction in stage.instructions:
            _check_words(instruction.inner or instruction)


def _frontend(dockerfile: Dockerfile) -> str:
    syntax = dockerfile.syntax
    if syntax is None or syntax.startswith("docker/dockerfile"):
        return ""
    return f" (the frontend {syntax} may know it)"


def _reject_template(instruction: Instruction) -> None:
    """Refuse a text that some other program has yet to turn into a Dockerfile."""
    head = instruction.logical.text[:200] if instruction.name == "FROM" else instruction.name
    found = _PLACEHOLDER.search(head)
    if found and (instruction.name == "FROM" or found.start() == 0):
        raise DockerfileError(
            f"a template ({found.group()!r}), not yet a Dockerfile: harden what it renders to",
            line=instruction.first_line,
        )


def _check_from(instruction: Instruction) -> None:
    words = instruction.words()
    if len(words) == 1 or (len(words) == 3 and words[1].value.lower() == "as"):
        return
    raise DockerfileError("FROM takes an image, or an image AS a name", line=instruction.first_line)


def _check_assignments(instruction: Instruction, escape: Escape) -> None:
    if instruction.name not in ("ARG", "ENV", "LABEL"):
        return
    try:
        parse_assignments(instruction.value, instruction=instruction.name, escape=escape)
    except AssignmentError as error:
        raise DockerfileError(error.message, line=instruction.first_line) from error


def _check_words(instruction: Instruction) -> None:
    if instruction.name not in ("ADD", "COPY"):
        return
    count = len(instruction.words() if instruction.json is None else instruction.json)
    if count < 2:
        raise DockerfileError(
            f"{instruction.name} takes at least a source and a destination",
            line=instruction.first_line,
        )
