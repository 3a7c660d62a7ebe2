"""The code of one RUN with its places in the file, and what it does with a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hardener.analysis.paths import name_of
from hardener.analysis.steps import Step, speaks_posix
from hardener.dockerfile.nodes import Dockerfile, Instruction, Span
from hardener.dockerfile.shell import (
    Command,
    Script,
    dialect_of,
    effective_commands,
    read_script,
    shebang_of,
)
from hardener.dockerfile.shell.wrappers import Effective

# the redirections of a shell that write
WRITES = frozenset({">", ">>", ">|", "&>", "&>>"})

# shell: code behind RUN; heredoc: a here-document that is run; exec: a JSON array; foreign: code
# for another shell than sh
Form = Literal["shell", "heredoc", "exec", "foreign"]


@dataclass(frozen=True)
class RunCode:
    """One RUN.

    Attributes:
        dockerfile: the file it stands in.
        step: the RUN, with what holds before it.
    """

    dockerfile: Dockerfile
    step: Step

    @property
    def instruction(self) -> Instruction:
        """The RUN itself."""
        return self.step.instruction

    @cached_property
    def form(self) -> Form:
        """How it says what to run.

        Source: docs.docker.com/reference/dockerfile, "Shell and exec form", "Here-Documents".
        """
        instruction = self.instruction
        if instruction.json is not None:
            return "exec"
        if self._is_document:
            first = instruction.heredocs[0].body.of(self.dockerfile.text)
            shebang = shebang_of(first)
            if shebang:
                return "heredoc" if dialect_of(shebang) == "posix" else "foreign"
            return "heredoc" if speaks_posix(self.step.shell) else "foreign"
        return "shell" if speaks_posix(self.step.shell) else "foreign"

    @property
    def _is_document(self) -> bool:
        """Whether it is nothing but a here-document."""
        instruction = self.instruction
        value = instruction.value
        return len(instruction.heredocs) == 1 and value.startswith("<<") and " " not in value

    @cached_property
    def span(self) -> Span:
        """Where the code stands, here-documents included; without the last line ending."""
        instruction = self.instruction
        if self._is_document:
            return instruction.heredocs[0].body
        start = instruction.logical.offset(instruction.arguments[0])
        end = instruction.span.end if instruction.heredocs else instruction.value_span.end
        return Span(start, end)

    @cached_property
    def text(self) -> str:
        """The code as it stands in the file."""
        return self.span.of(self.dockerfile.text)

    @cached_property
    def script(self) -> Script | None:
        """The code as read; None where it isn't POSIX shell code."""
        if self.form not in ("shell", "heredoc"):
            return None
        cuts = () if self._is_document else tuple(self._cuts())
        return read_script(self.text, origin=self.span.start, cuts=cuts)

    def _cuts(self) -> Iterator[tuple[int, int]]:
        """What BuildKit takes out between the lines: continuations and comments."""
        logical = self.instruction.logical
        span = self.span
        lengths = (*logical.starts[1:], len(logical.text))
        pieces = zip(logical.starts, lengths, logical.offsets, strict=True)
        position: int | None = None
        for start, behind, offset in pieces:
            if position is not None and position >= span.start and offset > position:
                yield position, min(offset, span.end)
            position = offset + behind - start

    @cached_property
    def commands(self) -> tuple[Effective, ...]:
        """What the code runs, wrappers taken off; also what shells in it are given to run."""
        return () if self.script is None else tuple(effective_commands(self.script))

    @cached_property
    def calls(self) -> tuple[tuple[str, ...], ...]:
        """The words of what it runs, programs without their folders."""
        if self.form == "exec":
            words = self.instruction.json or ()
            return ((name_of(words[0]), *words[1:]),) if words else ()
        return tuple(
            (item.name, *(word.text for word in item.args)) for item in self.commands if item.name
        )

    @cached_property
    def programs(self) -> frozenset[str]:
        """The names of the programs it runs; for the exec form its first word."""
        return frozenset(words[0] for words in self.calls)

    @property
    def runs_scripts(self) -> bool:
        """Whether a program with a folder in its name is run, such as `./build.sh`."""
        if self.form == "exec":
            return "/" in (self.instruction.json or ("",))[0]
        return any(
            "/" in (item.words[0].value or "") and not _is_installed(item.words[0].value or "")
            for item in self.commands
            if item.words
        )

    def mentions(self, name: str) -> bool:
        """Whether the name stands anywhere in the code as a word."""
        return bool(re.search(rf"(?<![\w]){re.escape(name)}(?!\w)", self.text))

    def sets_itself(self, name: str) -> bool:
        """Whether the code always gives the variable a value before it reads it."""
        if self.script is None:
            return False
        for command in self.script.commands:
            assigned = any(item.name == name for item in command.assignments)
            if assigned and not command.conditional:
                return not any(
                    part.name == name
                    for item in command.assignments
                    for part in item.value.expansions
                )
            if name in command.variables:
                return False
        return False

    def is_optional(self, name: str) -> bool:
        """Whether the code looks if the variable is set, and so goes on without it."""
        escaped = re.escape(name)
        tested = rf"(?:\[\[?|test)\s+(?:!\s+)?-[nzv]\s+[\"']?\$?\{{?{escaped}\b"
        compared = rf"\[\[?\s+[\"']?x?\$\{{?{escaped}\}}?[\"']?\s*(?:[!=]=?\s|\]\]?)"
        return bool(re.search(rf"\$\{{{escaped}:?[-+]|{tested}|{compared}", self.text))

    @property
    def minds_unset(self) -> bool:
        """Whether the shell takes a variable that isn't set for an error (`set -u`)."""
        return bool(re.search(r"\bset\s+-\w*u|nounset", self.text))

    @property
    def traces(self) -> bool:
        """Whether the shell shows each command that it runs (`set -x`)."""
        return bool(re.search(r"\bset\s+-\w*x|xtrace", self.text)) or any(
            word.startswith("-") and "x" in word for word in self.step.shell or ()
        )

    def top_level(self) -> tuple[Command, ...]:
        """The simple commands of the chain that the code is."""
        if self.script is None:
            return ()
        return tuple(step for step in self.script.chain if isinstance(step, Command))


def _is_installed(path: str) -> bool:
    return path.startswith(("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"))
