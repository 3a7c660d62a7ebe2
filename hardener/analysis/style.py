"""Writes new instructions in the style of the file that they go into, and finds their place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage

# what says how the container is run, and runs nothing itself
CLOSING = frozenset({"VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"})
SETTING = CLOSING | {"ENV", "LABEL", "ARG", "MAINTAINER"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes its instructions.

    Attributes:
        newline: its line ending.
        indent: in front of the further lines of an instruction.
        leads: whether `&&` stands at the start of a line, not at the end of the one before.
        lower: whether instructions are in lower case.
        escape: what continues a line.
    """

    newline: str
    indent: str
    leads: bool
    lower: bool
    escape: str

    def instruction(self, name: str, value: str) -> str:
        """One instruction with its line ending."""
        return f"{name.lower() if self.lower else name} {value}{self.newline}"

    def run(self, commands: Sequence[str]) -> str:
        """A RUN of commands, each on a line of its own."""
        if self.leads:
            joint = f" {self.escape}{self.newline}{self.indent}&& "
        else:
            joint = f" && {self.escape}{self.newline}{self.indent}"
        return self.instruction("RUN", joint.join(commands))


def style_of(dockerfile: Dockerfile) -> Style:
    """The style that most of the file has."""
    keywords = [item.keyword.of(dockerfile.text) for item in dockerfile.instructions]
    indents: Counter[str] = Counter()
    leading = trailing = 0
    for instruction in dockerfile.instructions:
        if instruction.name != "RUN" or instruction.heredocs:
            continue
        lines = instruction.span.of(dockerfile.text).split("\n")
        further = [line for line in lines[1:] if line.strip() and line.lstrip()[0] != "#"]
        if further:
            indents[further[0][: len(further[0]) - len(further[0].lstrip(" \t"))]] += 1
        leading += sum(line.lstrip().startswith("&&") for line in further)
        trailing += sum(line.rstrip().rstrip(dockerfile.escape).endswith("&& ") for line in lines)
    lower = sum(keyword.islower() for keyword in keywords)
    usual = next((indent for indent, _ in indents.most_common() if indent), "    ")
    return Style(
        dockerfile.newline,
        usual if len(usual) <= 8 else "    ",
        leading >= trailing,
        lower * 2 > len(keywords),
        dockerfile.escape,
    )


def closing_place(stage: Stage) -> tuple[Instruction | None, Instruction]:
    """Where USER goes: the instruction it goes in front of, None for the end of the stage, and
    the last instruction that it has to come after."""
    last = stage.start
    for instruction in stage.instructions:
        if instruction.name not in SETTING:
            last = instruction
    for instruction in stage.instructions:
        if instruction.span.start > last.span.start and instruction.name in CLOSING:
            return instruction, last
    return None, last


def is_spaced(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether blank lines stand between instructions of the stage."""
    body = dockerfile.text[stage.start.span.end : stage.end].replace("\r", "")
    return "\n\n" in body


def before(
    dockerfile: Dockerfile,
    instruction: Instruction,
    lines: str,
    newline: str = "",
    *,
    alone: bool = False,
) -> Edit:
    """Insert lines in front of an instruction and the comments right above it.

    With `newline` a blank line follows where one stands in front of the instruction now; with
    `alone` one comes before and behind in any case.
    """
    starts = dockerfile.line_starts
    comments = {comment.line for comment in dockerfile.comments}
    line = instruction.first_line
    while line - 1 in comments and line > 1:
        line -= 1
    at = starts[line - 1]
    above = dockerfile.text[starts[line - 2] : at].strip() if line > 1 else ""
    if not above:
        return Edit(at, at, lines + newline)
    return Edit(at, at, newline + lines + newline if alone else lines)


def behind(dockerfile: Dockerfile, stage: Stage, lines: str, newline: str) -> Edit:
    """Insert lines at the end of a stage; what has no final newline goes on having none."""
    text, at = dockerfile.text, stage.end
    gap = newline if is_spaced(dockerfile, stage) else ""
    if text[:at].endswith("\n"):
        return Edit(at, at, gap + lines)
    return Edit(at, at, newline + gap + lines.removesuffix(newline))
