"""Physical lines joined into logical ones, as BuildKit's parser joins them.

Source of the rules: moby/buildkit, frontend/dockerfile/parser (parser.go, directives.go).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.nodes import Comment, Directive, Escape, Logical, Span

# Go's unicode.IsSpace. str.strip() without an argument also takes \x1c to \x1f, which Go keeps.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + ("\u2028\u2029\u202f\u205f\u3000")
)
BYTE_ORDER_MARK = "\ufeff"

_DIRECTIVE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*\Z")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_RE2_SPACE = "\t\n\f\r "


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """A logical line that isn't blank, with the lines of the file it was joined from.

    `first_line` and `last_line` are 1-based; `end_line` of a heredoc is found later, by whoever
    reads the instruction.
    """

    logical: Logical
    first_line: int
    last_line: int


class LineReader:
    """Walks over the lines of one file; heredoc bodies are taken between two logical lines.

    Attributes:
        line_starts: the offset of the first character of every line.
        comments: the comment lines met so far.
        directives: the parser directives met so far.
        escape: the continuation character, known once the directives have been passed.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = text.split("\n")
        if self._lines and not self._lines[-1]:
            self._lines.pop()  # what follows the last line ending is no line
        starts, offset = [], 0
        for line in self._lines:
            starts.append(offset)
            offset += len(line) + 1
        self.line_starts = tuple(starts)
        self.comments: list[Comment] = []
        self.directives: list[Directive] = []
        self.escape: Escape = "\\"
        self._next = 0
        self._read_directives()

    def line_end(self, line: int) -> int:
        """The offset behind 1-based line `line`, its line ending included."""
        return self.line_starts[line] if line < len(self.line_starts) else len(self._text)

    def logical_line(self) -> LogicalLine | None:
        """The next logical line, or None at the end of the file."""
        lines, total = self._lines, len(self._lines)
        while self._next < total:
            index = self._next
            self._next += 1
            line = lines[index].rstrip("\r")
            indent = 1 if index == 0 and line.startswith(BYTE_ORDER_MARK) else 0
            content = line[indent:].lstrip(SPACE)
            if not content:
                continue
            if content[0] == "#":
                self._add_comment(index, line)
                continue
            content, ends = self._strip_continuation(content)
            offset = self.line_starts[index] + len(line) - len(line[indent:].lstrip(SPACE))
            if ends:
                return LogicalLine(Logical(content, (0,), (offset,)), index + 1, index + 1)
            return self._join(content, offset, index)
        return None

    def _join(self, content: str, offset: int, first: int) -> LogicalLine:
        lines, total = self._lines, len(self._lines)
        parts, starts, offsets, length = [content], [0], [offset], len(content)
        ends = False
        while not ends and self._next < total:
            index = self._next
            self._next += 1
            line = lines[index].rstrip("\r")
            stripped = line.lstrip(SPACE)
            if not stripped:
                continue
            if stripped[0] == "#":
                self._add_comment(index, line)
                continue
            content, ends = self._strip_continuation(line)
            if content:
                starts.append(length)
                offsets.append(self.line_starts[index])
                parts.append(content)
                length += len(content)
        return LogicalLine(
            Logical("".join(parts), tuple(starts), tuple(offsets)), first + 1, self._next
        )

    def heredoc_body(self, terminator: str, *, chomp: bool) -> Span | None:
        """The span of the lines before the one that is `terminator`; None if there is none.

        The terminator's line is passed over. With `chomp` its leading tabs don't count.
        """
        lines, first = self._lines, self._next
        for index in range(first, len(lines)):
            line = lines[index].rstrip("\r")
            if (line.lstrip("\t") if chomp else line) == terminator:
                self._next = index + 1
                return Span(self.line_end(first), self.line_starts[index])
        return None

    @property
    def lines_read(self) -> int:
        """How many lines have been passed, which is the 1-based number of the last one."""
        return self._next

    def _strip_continuation(self, line: str) -> tuple[str, bool]:
        """`line` without its continuation character, and whether the logical line ends here.

        A doubled escape character doesn't continue (parser.go, lineContinuationRegex).
        """
        stripped = line.rstrip(" \t")
        if not stripped.endswith(self.escape) or stripped[-2:-1] == self.escape:
            return line, True
        return stripped[:-1], False

    def _add_comment(self, index: int, line: str) -> None:
        start = self.line_starts[index]
        text = line.lstrip(SPACE + BYTE_ORDER_MARK)[1:].strip(SPACE)
        self.comments.append(Comment(text, index + 1, Span(start, start + len(line))))

    def _read_directives(self) -> None:
        """Read the parser directives at the top.

        BuildKit looks for `syntax` and `check` also behind a `#!` line, but its parser, which
        obeys `escape`, doesn't pass over one.
        """
        seen: set[str] = set()
        shebang = False
        for index, raw in enumerate(self._lines):
            line = raw.rstrip("\r")
            content = (line.removeprefix(BYTE_ORDER_MARK) if index == 0 else line).lstrip(SPACE)
            if index == 0 and content.startswith("#!"):
                shebang = True
                continue
            name, equals, value = content[1:].partition("=")
            name, bare = name.strip(_RE2_SPACE).lower(), value.strip(_RE2_SPACE)
            if not (content.startswith("#") and equals and bare and _DIRECTIVE_NAME.match(name)):
                return
            if name not in _DIRECTIVES:
                return
            if shebang and (name == "escape" or name in seen):
                continue
            if name in seen:
                raise DockerfileError(
                    f"only one {name} parser directive can be used", line=index + 1
                )
            seen.add(name)
            start = self.line_starts[index] + line.rfind(bare)
            self.directives.append(Directive(name, bare, index + 1, Span(start, start + len(bare))))
            if name == "escape":
                if bare not in ("\\", "`"):
                    raise DockerfileError(
                        "the escape directive takes a backslash or a backtick", line=index + 1
                    )
                self.escape = "`" if bare == "`" else "\\"
