"""Reads a Dockerfile into nodes, losslessly: `parse(text).render() == text`.

dockerfile-parse finds the instructions. It doesn't read heredocs, empty continuation lines, a
doubled escape character, a BOM and a few other things, so it is given a *same-shape view*: a text
of the same length, line for line, in which all but the first line of each instruction is blank.
Every line number it answers is right for the original. BuildKit's own parser is the judge
(tests/dockerfile/test_agreement.py).
"""

from __future__ import annotations

import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dockerfile_parse import DockerfileParser

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.heredocs import heredocs_of
from hardener.dockerfile.lines import SPACE, LineReader, LogicalLine
from hardener.dockerfile.nodes import (
    Dockerfile,
    Flag,
    Heredoc,
    Instruction,
    Logical,
    Span,
    Stage,
    Word,
)

MAX_CHARACTERS = 1024 * 1024

# parser.go, dispatch: the instructions whose arguments may be a JSON array of strings
_JSON_FORM = frozenset({"ADD", "COPY", "VOLUME", "CMD", "ENTRYPOINT", "RUN", "SHELL"})
# parser.go, heredocDirectives
_TAKES_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_KEYWORD_END = re.compile(r"[\t\v\f\r ]+")
_NOT_FOR_THE_VIEW = re.compile(r"[^\t -\[\]-~]")


def parse(text: str) -> Dockerfile:
    """Read `text`, the characters of a Dockerfile (undecodable bytes as lone surrogates).

    Raises:
        DockerfileError: what BuildKit's parser rejects too (with the line), and files of more
            than 1 MiB.
    """
    return _parsed(text)


# what one file is asked for in turn: the text before and after a change
@lru_cache(maxsize=2)
def _parsed(text: str) -> Dockerfile:
    if len(text) > MAX_CHARACTERS:
        raise DockerfileError("larger than 1 MiB, too large for a Dockerfile")
    reader = LineReader(text)
    instructions = tuple(_instructions(reader))
    if not instructions:
        raise DockerfileError("no instructions in the file")
    _compare(same_shape_view(text, instructions), reader.line_starts, instructions)
    preamble, stages = _stages(instructions)
    return Dockerfile(
        text=text,
        escape=reader.escape,
        directives=tuple(reader.directives),
        comments=tuple(reader.comments),
        preamble=preamble,
        stages=stages,
        instructions=instructions,
        line_starts=reader.line_starts,
        named_stages=_by_name(stages),
    )


def same_shape_view(text: str, instructions: Sequence[Instruction]) -> str:
    """`text` as dockerfile-parse may see it: as long, line for line.

    Of each instruction the line that holds its keyword is left, in ASCII and without anything
    that could be taken for a continuation; all else is blank.
    """
    view: list[str] = []
    position = 0
    for instruction in instructions:
        start = instruction.keyword.start
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        view.append(_blank(text[position:start]))
        view.append(_NOT_FOR_THE_VIEW.sub("?", text[start:end]))
        position = end
    view.append(_blank(text[position:]))
    return "".join(view)


def _blank(text: str) -> str:
    return "\n".join([" " * len(line) for line in text.split("\n")])


def _compare(view: str, line_starts: tuple[int, ...], instructions: Sequence[Instruction]) -> None:
    """Hold what was read against dockerfile-parse's own answer."""
    # without a line ending dockerfile-parse overlooks an instruction that has no arguments
    found = DockerfileParser(fileobj=io.BytesIO(f"{view}\n".encode())).structure
    lines = [item["startline"] + 1 for item in found]
    if lines != [bisect_right(line_starts, item.keyword.start) for item in instructions]:
        raise DockerfileError("dockerfile-parse finds other instructions than BuildKit would")


def _instructions(reader: LineReader) -> Iterator[Instruction]:
    while (line := reader.logical_line()) is not None:
        try:
            yield _instruction(reader, line)
        except DockerfileError as error:
            if error.line is not None:
                raise
            raise DockerfileError(error.message, line=line.first_line) from error


@dataclass(frozen=True, slots=True)
class _Command:
    """The keyword, flags and arguments of one instruction, offsets in the logical line."""

    name: str
    keyword: Span
    flags: tuple[Flag, ...]
    arguments: tuple[int, int]
    json: tuple[str, ...] | None


def _instruction(reader: LineReader, line: LogicalLine) -> Instruction:
    logical = line.logical
    outer = _command(logical, 0, len(logical.text))
    inner = None
    if outer.name == "ONBUILD" and outer.arguments[0] < outer.arguments[1]:
        inner = _command(logical, *outer.arguments)
    command = inner or outer
    heredocs: tuple[Heredoc, ...] = ()
    if command.name in _TAKES_HEREDOCS and command.json is None and "<<" in logical.text:
        heredocs = tuple(_heredocs(logical, reader))
    last_line = reader.lines_read if heredocs else line.last_line
    span = Span(reader.line_starts[line.first_line - 1], reader.line_end(last_line))

    def node(command: _Command, inner: Instruction | None) -> Instruction:
        return Instruction(
            name=command.name,
            keyword=command.keyword,
            span=span,
            first_line=line.first_line,
            last_line=last_line,
            logical=logical,
            flags=command.flags,
            arguments=command.arguments,
            json=command.json,
            heredocs=heredocs,
            inner=inner,
        )

    return node(outer, node(inner, None) if inner else None)


def _heredocs(logical: Logical, reader: LineReader) -> Iterator[Heredoc]:
    for opening in heredocs_of(logical.text):
        body = reader.heredoc_body(opening.name, chomp=opening.chomp)
        if body is None:
            raise DockerfileError(f"heredoc {opening.name!r} isn't terminated")
        yield Heredoc(opening.name, opening.file_descriptor, opening.expand, opening.chomp, body)


def _command(logical: Logical, start: int, end: int) -> _Command:
    """Read one instruction out of `logical.text[start:end]` (parser.go, splitCommand)."""
    text = logical.text
    start, end = _trim(text, start, end)
    split = _KEYWORD_END.search(text, start, end)
    keyword_end, rest = split.span() if split else (end, end)
    flags, rest = _flags(logical, rest, end)
    arguments = _trim(text, rest, end)
    name = text[start:keyword_end].upper()
    command = _Command(name, logical.span(start, keyword_end), flags, arguments, None)
    if name in _JSON_FORM:
        return _with_json(command, text, *arguments)
    if name == "HEALTHCHECK":
        return _with_json(command, text, _second_word(text, *arguments), arguments[1])
    return command


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in SPACE:
        start += 1
    while end > start and text[end - 1] in SPACE:
        end -= 1
    return start, end


def _second_word(text: str, start: int, end: int) -> int:
    while start < end and text[start] not in SPACE:
        start += 1
    while start < end and text[start] in SPACE:
        start += 1
    return start


def _with_json(command: _Command, text: str, start: int, end: int) -> _Command:
    if not text.startswith("[", start, end):
        return command
    try:
        # BuildKit reads one JSON value and passes over whatever follows it
        items, _ = _JSON.raw_decode(text[start:end])
    except (ValueError, RecursionError):
        return command  # BuildKit falls back on the shell form
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise DockerfileError("an array in JSON form may hold only strings")
    return _Command(command.name, command.keyword, command.flags, command.arguments, tuple(items))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")  # Python reads NaN and Infinity, Go doesn't


def _number(digits: str) -> None:
    """Stands for any number: they are refused, and long ones would take quadratic time."""


_JSON = json.JSONDecoder(parse_constant=_no_constant, parse_int=_number, parse_float=_number)


def _flags(logical: Logical, start: int, end: int) -> tuple[tuple[Flag, ...], int]:
    """The flags at the front, and where the arguments begin (extractBuilderFlags)."""
    text = logical.text
    flags: list[Flag] = []
    position = start
    while True:
        while position < end and text[position] in SPACE:
            position += 1
        if not text.startswith("--", position, end):
            return tuple(flags), position
        first = position
        characters: list[str] = []
        quote = ""
        while position < end and (quote or text[position] not in SPACE):
            character = text[position]
            if quote and character == quote:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            elif character == "\\":
                position += 1
                characters.append(text[position : min(position + 1, end)])
            else:
                characters.append(character)
            position += 1
        position = min(position, end)
        word = "".join(characters)
        if word == "--":
            return tuple(flags), position
        flags.append(_flag(logical, word, first, position))


def _flag(logical: Logical, word: str, start: int, end: int) -> Flag:
    name, equals, value = word[2:].partition("=")
    span = logical.span(start, end)
    if not equals:
        return Flag(name.lower(), None, span, None)
    first = logical.text.index("=", start, end) + 1
    return Flag(name.lower(), value, span, logical.span(first, end))


def _stages(
    instructions: Sequence[Instruction],
) -> tuple[tuple[Instruction, ...], tuple[Stage, ...]]:
    starts = [index for index, item in enumerate(instructions) if item.name == "FROM"]
    if not starts:
        return tuple(instructions), ()
    ends = [*starts[1:], len(instructions)]
    stages = []
    for number, (index, behind) in enumerate(zip(starts, ends, strict=True)):
        start = instructions[index]
        words = start.words()
        image = words[0] if words else Word("", start.value_span)
        name = words[2].value.lower() if _names_stage(words) else None
        stages.append(Stage(number, start, image, name, tuple(instructions[index + 1 : behind])))
    return tuple(instructions[: starts[0]]), tuple(stages)


def _by_name(stages: Sequence[Stage]) -> dict[str, tuple[int, ...]]:
    indices: dict[str, list[int]] = {}
    for stage in stages:
        if stage.name is not None:
            indices.setdefault(stage.name, []).append(stage.index)
    return {name: tuple(found) for name, found in indices.items()}


def _names_stage(words: Sequence[Word]) -> bool:
    return len(words) == 3 and words[1].value.lower() == "as"
