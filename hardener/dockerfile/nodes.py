"""The nodes of a Dockerfile: frozen, with exact spans into the text they were read from."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Escape = Literal["\\", "`"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets, `start` included and `end` excluded."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Logical:
    """One logical line: what BuildKit sees once continuations and comments are taken out.

    `text` is the joined line. `starts` and `offsets` run in parallel: the character at
    `starts[i]` of `text` stands at `offsets[i]` of the file, and so do those after it up to
    the next start.
    """

    text: str
    starts: tuple[int, ...]
    offsets: tuple[int, ...]

    def offset(self, index: int) -> int:
        """The offset in the file of the character at `index` of `text`."""
        if len(self.starts) == 1:
            return self.offsets[0] + index
        piece = bisect_right(self.starts, index) - 1
        return self.offsets[piece] + index - self.starts[piece]

    def span(self, start: int, end: int) -> Span:
        """The span in the file of `text[start:end]`, from its first to its last character."""
        if start >= end:
            return Span(self.offset(start), self.offset(start))
        return Span(self.offset(start), self.offset(end - 1) + 1)


@dataclass(frozen=True, slots=True)
class Word:
    """One whitespace-separated word as BuildKit reads it, and where it stands in the file."""

    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Flag:
    """A builder flag such as `--from=build`; `value` is None for a bare `--link`.

    Quotes and backslashes are taken out of `value` as BuildKit's extractBuilderFlags does;
    `value_span` covers the value as written.
    """

    name: str
    value: str | None
    span: Span
    value_span: Span | None


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document of RUN, COPY or ADD.

    `body` covers the lines between the instruction and the terminator, the last line ending
    included; `expand` is false where the delimiter is quoted, `chomp` true for `<<-`.
    """

    name: str
    file_descriptor: int
    expand: bool
    chomp: bool
    body: Span


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with all its lines.

    Attributes:
        name: the keyword in capitals.
        keyword: where the keyword stands, as written.
        span: from the start of the first line to the end of the last, heredocs and the last
            line ending included.
        first_line, last_line: 1-based, heredocs included.
        logical: the joined line, keyword included.
        flags: the builder flags, in order.
        arguments: what follows the keyword and the flags, trimmed, as (start, end) in
            `logical.text`.
        json: the items where the arguments are a JSON array of strings that BuildKit takes as
            one (exec form), else None.
        heredocs: in the order of their bodies.
        inner: the instruction behind ONBUILD, else None.
    """

    name: str
    keyword: Span
    span: Span
    first_line: int
    last_line: int
    logical: Logical
    flags: tuple[Flag, ...]
    arguments: tuple[int, int]
    json: tuple[str, ...] | None
    heredocs: tuple[Heredoc, ...]
    inner: Instruction | None

    @property
    def value(self) -> str:
        """The arguments as one line, without keyword and flags."""
        return self.logical.text[self.arguments[0] : self.arguments[1]]

    @property
    def value_span(self) -> Span:
        """Where the arguments stand in the file, heredoc bodies left out."""
        return self.logical.span(*self.arguments)

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name (without dashes), as BuildKit lets the last one win."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None

    def flags_named(self, name: str) -> tuple[Flag, ...]:
        """All flags of that name, for those that may be repeated (`--mount`, `--exclude`)."""
        return tuple(flag for flag in self.flags if flag.name == name)

    def words(self) -> tuple[Word, ...]:
        """The arguments split at white space, quotes not looked at.

        That is how BuildKit reads FROM, EXPOSE and the shell form of ADD, COPY and VOLUME
        (parser/line_parsers.go, parseStringsWhitespaceDelimited).
        """
        return tuple(words_of(self.logical, *self.arguments))


_WORD = re.compile(r"[^\t\v\f\r ]+")


def words_of(logical: Logical, start: int, end: int) -> Iterator[Word]:
    """The words between `start` and `end` of a logical line."""
    for found in _WORD.finditer(logical.text, start, end):
        yield Word(found[0], logical.span(*found.span()))


@dataclass(frozen=True, slots=True)
class Directive:
    """A parser directive: `syntax`, `escape` or `check` (the name in lower case)."""

    name: str
    value: str
    line: int
    value_span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A line that is a comment, also between the lines of a continued instruction."""

    text: str
    line: int
    span: Span


@dataclass(frozen=True, slots=True)
class Stage:
    """A FROM and what follows it.

    `image` is the word that names the base image or an earlier stage, as written, variables
    not expanded; `name` the stage's own name in lower case, None where it has none.
    """

    index: int
    start: Instruction
    image: Word
    name: str | None
    instructions: tuple[Instruction, ...]

    @property
    def end(self) -> int:
        """Offset behind the last line of the stage's last instruction."""
        return (self.instructions[-1] if self.instructions else self.start).span.end


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole Dockerfile as read; `text` is the file, character for character.

    `preamble` holds the instructions before the first FROM, `instructions` all of them in
    order, `line_starts` the offset at which each line begins, `named_stages` the indices of the
    stages of each name, in order.
    """

    text: str
    escape: Escape
    directives: tuple[Directive, ...]
    comments: tuple[Comment, ...]
    preamble: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    instructions: tuple[Instruction, ...]
    line_starts: tuple[int, ...]
    named_stages: Mapping[str, tuple[int, ...]]

    def __hash__(self) -> int:
        # all else is read off the text
        return hash(self.text)

    def render(self) -> str:
        """The text that was read."""
        return self.text

    def line_of(self, offset: int) -> int:
        """The 1-based line on which the character at `offset` stands."""
        return bisect_right(self.line_starts, offset)

    @property
    def newline(self) -> str:
        """The line ending that most lines have."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"

    @property
    def syntax(self) -> str | None:
        """The frontend image that `# syntax=` names."""
        for directive in self.directives:
            if directive.name == "syntax":
                return directive.value
        return None

    def stage_named(self, name: str, before: int | None = None) -> Stage | None:
        """The last stage of that name or number among the first `before` stages.

        BuildKit compares stage names without regard to case and lets a later stage of the
        same name hide an earlier one.
        """
        count = len(self.stages) if before is None else before
        indices = self.named_stages.get(name.lower(), ())
        earlier = bisect_left(indices, count)
        if earlier:
            return self.stages[indices[earlier - 1]]
        if name.isascii() and name.isdigit() and len(name) < 8 and int(name) < count:
            return self.stages[int(name)]
        return None
