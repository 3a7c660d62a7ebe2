"""Takes commands and words out of the code of a RUN, with what joins them to their neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hardener.analysis.secretflow.code import RunCode
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.shell import Command, Word

_JOINTS = frozenset({"", "&&", ";", "\n"})


@dataclass(slots=True)
class Cut:
    """What is to go from one RUN: whole commands, and single words of others."""

    code: RunCode
    commands: list[Command] = field(default_factory=list)
    words: list[tuple[Command, Word]] = field(default_factory=list)

    @property
    def everything(self) -> bool:
        """Whether nothing is left of the code."""
        script = self.code.script
        return script is not None and all(step in self.commands for step in script.chain)

    def refusal(self) -> str | None:
        """Why it can't be taken out without changing what the rest does; None where it can."""
        script = self.code.script
        if not self.commands and not self.words:
            return None
        if script is None or not script.complete:
            return "its code isn't wholly understood"
        chain = script.chain
        if self.code.instruction.heredocs and self.code.form == "shell":
            return "it has a here-document"
        for command in self.commands:
            if command not in chain:
                return f"{command.name} stands inside of another command"
            at = chain.index(command)
            follower = chain[at + 1].connector if at + 1 < len(chain) else ""
            if command.connector not in _JOINTS or follower not in _JOINTS:
                return f"{command.name} is joined to other commands by more than &&"
            if command.piped or command.background or command.stage:
                return f"{command.name} stands in a pipeline"
        return None

    def edits(self) -> Iterator[Edit]:
        """The edits; only where nothing speaks against it and something is left."""
        script = self.code.script
        if script is None:
            return
        chain: Sequence[object] = script.chain
        at = 0
        steps = script.chain
        while at < len(chain):
            if steps[at] not in self.commands:
                at += 1
                continue
            behind = at
            while behind < len(steps) and steps[behind] in self.commands:
                behind += 1
            if at == 0:
                yield Edit(steps[0].start, steps[behind].start, "")
            else:
                yield Edit(steps[at - 1].end, steps[behind - 1].end, "")
            at = behind
        for command, word in self.words:
            if command not in self.commands:
                before = command.words[command.words.index(word) - 1]
                yield Edit(before.end, word.end, "")
