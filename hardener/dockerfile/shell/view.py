"""The text as tree-sitter may see it: one byte for each character, nothing that it misreads.

tree-sitter-bash loses its way in here-documents (two of them, one before the command's name, a
`;` after the delimiter) and here-strings, so their operators are shown to it as a plain `<` and the
bodies as blanks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# a carriage return belongs to the word it stands in, unless it ends a line; so do \f and \v
_NOT_FOR_TREE_SITTER = re.compile(r"[^\t\n\r -~]|\r(?!\n)")
_ESCAPE = re.compile(r"\\(?:([ \t])|.)", re.DOTALL)
_LONE_DOLLAR = re.compile(r"""\$(?![\w{(@*#?!$'"\[-])""")
# how a comment is put between the lines of one command
COMMENT_IN_BACKTICKS = re.compile(r"""(?<![^\s"])`[ \t]*#[^`\n]*`(?![^\s;&|)"])""")
_BETWEEN_BACKTICKS = re.compile(r"(?<=`)(?:[ \t\n]|\r\n|\\\r?\n)+(?=`)")
_LINE_END = re.compile(r"(?<!\\)(?<!\\\r)\n")

_CODE = re.compile(
    r"""\\.|'[^']*'|\$'(?:\\.|[^'\\])*'|"|`|\$\(\(|\$\(|\$\#|\(\(?|\)\)?|\#|<<<|<<-?|\n
    |[^\\'"`$()#<\n]+|.""",
    re.DOTALL | re.VERBOSE,
)
_QUOTED = re.compile(r"""("|`|\$\(\(?)|\\.|[^\\"`$]+|.""", re.DOTALL)
_DELIMITER = re.compile(r"""[ \t]*((?:\\.|'[^'\n]*'|"[^"\n]*"|[^ \t\r\n;&|<>()'"\\`])+)""")
_QUOTES = re.compile(r"""['"]|\\(.)""")
_BEFORE_COMMENT = frozenset(" \t\n;&|()")
_ARITHMETIC = "(("


@dataclass(frozen=True, slots=True)
class HereDocument:
    """A here-document: its body goes from `start` to `end`; `strips` tabs if it is a `<<-`."""

    start: int
    end: int
    expands: bool
    strips: bool


def ascii_view(code: str) -> str:
    """`code` with each character that isn't plain ASCII as the letter x."""
    return _NOT_FOR_TREE_SITTER.sub("x", code)


def view_of(code: str) -> tuple[bytearray, dict[int, HereDocument]]:
    """What tree-sitter is given for `code`, and the here-documents by the place of their `<<`."""
    view = ascii_view(code)
    documents: dict[int, HereDocument] = {}
    if "<<" in code:
        reader = _HereDocumentReader(code)
        documents = reader.documents
        view = _with_blanks(view, reader.blanks)
    view = _without_traps(view)
    end = _end_of(view)
    return bytearray(view[:end].ljust(len(view)), "ascii"), documents


def _end_of(view: str) -> int:
    """Where `view` ends but for blank lines that are continued, an error to tree-sitter-bash."""
    end = position = len(view)
    while position and view[position - 1] in " \t\r\n":
        position -= 1
        before = view.rfind("\\", max(0, position - 2), position)
        if view[position] == "\n" and before >= 0 and view[before:position] in ("\\", "\\\r"):
            end = position = before
    return end


def _without_traps(view: str) -> str:
    """`view` with letters for what tree-sitter-bash takes for something else.

    It sees no word in an escaped blank, no literal in a `$` before an operator, one token in "` `",
    and nothing it knows in `<>`.
    """
    if "\\ " in view or "\\\t" in view:
        view = _ESCAPE.sub(lambda found: "xx" if found[1] else found[0], view)
    if "$" in view:
        view = _LONE_DOLLAR.sub("x", view)
    if "`" in view:
        view = COMMENT_IN_BACKTICKS.sub(lambda found: ":" * len(found[0]), view)
        view = _BETWEEN_BACKTICKS.sub(_between_backticks, view)
    return view.replace("<>", "< ")


def _between_backticks(found: re.Match[str]) -> str:
    """What stands between two substitutions, as a word or a separator."""
    line_end = _LINE_END.search(found[0])
    if line_end is None:
        return "x" * len(found[0])
    return ";".rjust(line_end.end()).ljust(len(found[0]))


def _with_blanks(text: str, ranges: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in ranges:
        pieces += (text[position:start], " " * (end - start))
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


class _HereDocumentReader:
    """Finds here-documents; follows quotes, substitutions and arithmetic as far as that takes.

    Source of the rules: POSIX.1-2024, XCU 2.3 (tokens) and 2.7.4 (here-documents).

    Attributes:
        documents: what was found, by the place of the `<<`.
        blanks: all but the first `<` of each operator, and the bodies, in order.
    """

    def __init__(self, code: str) -> None:
        self.documents: dict[int, HereDocument] = {}
        self.blanks: list[tuple[int, int]] = []
        self._code = code
        self._awaited: list[tuple[int, str, bool, bool]] = []
        self._around: list[str] = []
        position = 0
        while position < len(code):
            position = self._token(position)

    def _token(self, start: int) -> int:
        """Read the token at `start`; where the next begins."""
        around = self._around
        top = around[-1] if around else ""
        quoted = top == '"'
        found = (_QUOTED if quoted else _CODE).match(self._code, start)
        if found is None:
            return len(self._code)
        token, end = found[1 if quoted else 0], found.end()
        match token:
            case '"' | "`" if token == top:
                around.pop()
            case '"' | "`" | "(" | "((":
                around.append(token)
            case "$(" | "$((":
                around.append(token[1:])
            case "))" if top == _ARITHMETIC:
                around.pop()
            case "))":
                return self._closed(start)
            case ")":
                return self._closed(start)
            case "#" if start == 0 or self._code[start - 1] in _BEFORE_COMMENT:
                newline = self._code.find("\n", start)
                return len(self._code) if newline < 0 else newline
            case "<<<" if top != _ARITHMETIC:
                self.blanks.append((start + 1, end))
            case "<<" | "<<-" if top != _ARITHMETIC:
                return self._opening(start, end)
            case "\n" if self._awaited:
                return self._bodies(end)
        return end

    def _closed(self, start: int) -> int:
        if self._around[-1:] == ["("]:
            self._around.pop()
        return start + 1

    def _opening(self, start: int, end: int) -> int:
        found = _DELIMITER.match(self._code, end)
        if not found:
            return end
        written = found[1]
        delimiter = _QUOTES.sub(r"\1", written)
        self._awaited.append((start, delimiter, delimiter == written, end - start == 3))
        self.blanks.append((start + 1, end))
        return found.end()

    def _bodies(self, position: int) -> int:
        code, first = self._code, position
        for start, delimiter, expands, strips in self._awaited:
            tabs = r"\t*" if strips else ""
            line = re.compile(rf"^{tabs}{re.escape(delimiter)}\r?$", re.MULTILINE)
            found = line.search(code, position)
            body_end = found.start() if found else len(code)
            self.documents[start] = HereDocument(position, body_end, expands, strips)
            position = min(found.end() + 1, len(code)) if found else len(code)
        self._awaited.clear()
        self.blanks.append((first, position))
        return position
