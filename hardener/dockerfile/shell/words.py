"""Reads the words, assignments and redirects of a simple command out of its characters.

tree-sitter says where a command begins and ends and where its expansions are; quoting is read
here. Whatever the two don't agree on is a problem of the script.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from hardener.dockerfile.shell.expansions import Expansions, Replaced
from hardener.dockerfile.shell.model import Assignment, Expansion, Redirect, Word
from hardener.dockerfile.shell.source import Reading, Source
from hardener.dockerfile.shell.view import COMMENT_IN_BACKTICKS, HereDocument

_BLANK = re.compile(rf"(?:[ \t]|\r(?=\n)|\\\r?\n|{COMMENT_IN_BACKTICKS.pattern})+")
_PLAIN = re.compile(r"(?:[ \t]|\\\r?\n)*([\w./:@%+,=^-]+)(?![^ \t\n])")
_ALL_PLAIN = re.compile(r"[\w./:@%+,=^-][\w./:@%+,=^ \t-]*")
_RUN = re.compile(r"[^ \t]+")
_BARE = re.compile(r"(?:[^ \t\r\n\\'\"$`;&|()<>*?\[\]{}~]|\r(?!\n))+")
_IN_QUOTES = re.compile(r'[^"\\$`]+')
_ESCAPED_IN_QUOTES = re.compile(r'\\[$`"\\]')
_ANSI_C = re.compile(r"\$'(?:\\.|[^'\\])*'", re.DOTALL)
_EXPANDS = re.compile(r"`|\$(?:[{(]|\\\r?\n)")
_NAME_GOES_ON = re.compile(r"(?:\\\r?\n)+\w")
_CONTINUATION = re.compile(r"\\\r?\n")
_REDIRECT = re.compile(r"(\d{0,9})(<<<|<<-?|<>|<&|<|>>|>&|>\||>)|(&>>?)", re.ASCII)
_NAMED = re.compile(r"\{\w+\}\Z")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]\s]*\])?(\+?)=", re.ASCII)
_IN_BODY = re.compile(r"[^\\$`\n]+\n?|\\[$`\\]|\\\r?\n|.", re.DOTALL)
_LINE = re.compile(r"[^\n]*\n?")
_TABS = re.compile(r"\t*")

# POSIX.1-2024, XCU 2.4; tree-sitter-bash takes some of them for commands after a `!`
_RESERVED = frozenset(
    {"!", "{", "}", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function"}
    | {"if", "select", "then", "until", "while"}
)
# builtins whose `NAME=value` arguments set variables (Bash Reference Manual, 4.1 and 4.2)
_DECLARING = frozenset({"export", "readonly", "declare", "typeset", "local"})


def plain_words(source: Source, start: int, end: int) -> tuple[Word, ...]:
    """The words at `code[start:end]` where nothing but blanks has to be read, else none.

    That is so for most commands, and much faster.
    """
    code = source.code
    if not _ALL_PLAIN.fullmatch(code, start, end):
        return ()
    words = tuple([source.plain_word(*word.span()) for word in _RUN.finditer(code, start, end)])
    name = words[0].text
    return () if "=" in name or name in _DECLARING or name in _RESERVED else words


class CommandReader:
    """Reads the simple command at `code[start:end]`, in which `replaced` stands.

    With `test` operators are words, as between `[[` and `]]`. `in_body` finds the expansions in
    the body of a here-document.
    """

    def __init__(
        self,
        reading: Reading,
        start: int,
        end: int,
        replaced: Sequence[Replaced],
        *,
        test: bool = False,
        in_body: Callable[[HereDocument], Sequence[Replaced]] = lambda document: (),
    ) -> None:
        self.words: list[Word] = []
        self.assignments: list[Assignment] = []
        self.redirects: list[Redirect] = []
        self._reading = reading
        self._source = reading.source
        self._code = reading.source.code
        self._end = end
        self._expansions = Expansions(reading.source, replaced)
        self._test = test
        self._may_assign = not test
        self._line_ended = False
        self._in_body = in_body
        position = start
        while position < end:
            found = _PLAIN.match(self._code, position, end)
            if found and not (self._may_assign and "=" in found[1]):
                self._add(self._source.plain_word(*found.span(1)), position)
                position = found.end()
            else:
                position = self._item(self._skip_blanks(position))

    def _item(self, position: int) -> int:
        """Read what stands at `position`; where that ends."""
        if position >= self._end:
            return position
        if self._code[position] == "#" and not self._test:
            return self._comment(position)
        self._line_ended = False
        assigns = _ASSIGNMENT.match(self._code, position, self._end) if self._may_assign else None
        if assigns and not self.words:
            return self._assignment(assigns)
        if not self._test and not self._expansions.begins(position):
            found = _REDIRECT.match(self._code, position, self._end)
            if found:
                return self._redirect(found)
        reader = self._word(position, assigned=assigns is not None)
        word = reader.read()
        self._test = self._test and not self._code.startswith("]]", position)
        if self._may_assign and (assigns := _ASSIGNMENT.match(word.text)):
            self._assigned(word.start, word.end, assigns, word.after(assigns.end()))
        self._add(word, position)
        return reader.position

    def _comment(self, position: int) -> int:
        """Pass over a comment, which tree-sitter took no notice of, with its line end."""
        self._reading.complain(position, "a comment within a command")
        if self._code[position - 1] in " \t":
            self._end_line(position - 1)
        line_end = self._code.find("\n", position, self._end)
        return self._end if line_end < 0 else line_end + 1

    def _end_line(self, position: int) -> None:
        """Note that the command ends at `position`, once for any number of line ends."""
        if not self._line_ended:
            self._reading.line_ends.append(position)
            self._reading.complain(position, "a line ends within a command")
        self._line_ended = True

    def _add(self, word: Word, position: int) -> None:
        if not self.words:
            self._may_assign = word.text in _DECLARING
            if word.text in _RESERVED and self._code.startswith(word.text, position):
                self._reading.complain(position, f"an unexpected `{word.text}`")
        self.words.append(word)
        self._line_ended = False

    def _skip_blanks(self, position: int) -> int:
        while position < self._end:
            if found := _BLANK.match(self._code, position, self._end):
                position = found.end()
            elif self._code[position] == "\n":
                if not self._test:
                    self._end_line(position)
                position += 1
            else:
                break
        return position

    def _word(self, position: int, *, assigned: bool = False) -> _WordReader:
        return _WordReader(
            self._reading, self._expansions, position, self._end, self._test, assigned
        )

    def _assignment(self, found: re.Match[str]) -> int:
        """Read an assignment before the command's name."""
        reader = self._word(found.end(), assigned=True)
        value = reader.read()
        start, end = self._source.span(found.start(), reader.position)
        self._assigned(start, end, found, value)
        return reader.position

    def _assigned(self, start: int, end: int, found: re.Match[str], value: Word) -> None:
        self.assignments.append(Assignment(start, end, found[1], value, bool(found[2])))

    def _redirect(self, found: re.Match[str]) -> int:
        operator = found[2] or found[3]
        before = self.words[-1] if self.words else None
        if (
            before
            and before.end == self._source.offsets[found.start()]
            and _NAMED.match(before.raw)
        ):
            self._reading.complain(found.start(), "a redirect to a named descriptor")
        target = self._word(self._skip_blanks(found.end()))
        word = target.read()
        if not word.raw:
            self._reading.complain(found.end(), "a redirect has no target")
        body = self._here_document(found.start(2)) if operator in ("<<", "<<-") else None
        start, end = self._source.span(found.start(), target.position)
        descriptor = int(found[1]) if found[1] else None
        self.redirects.append(Redirect(start, end, operator, descriptor, word, body))
        return max(target.position, found.end())

    def _here_document(self, place: int) -> Word | None:
        document = self._reading.documents.get(place)
        if document is None:
            self._reading.complain(place, "a here-document has no body")
            return None
        self._reading.taken.add(place)
        return read_body(self._reading, document, self._in_body(document))


class _WordReader:
    """Reads one word from `position` on, quote by quote; `position` is then where it ends."""

    def __init__(
        self,
        reading: Reading,
        expansions: Expansions,
        position: int,
        end: int,
        test: bool,
        assigned: bool,
    ) -> None:
        self.position = position
        self._start = position
        self._end = end
        self._reading = reading
        self._code = reading.source.code
        self._places = expansions
        self._test = test
        self._assigned = assigned
        self._kept: list[tuple[int, int]] = []
        self._expansions: list[Expansion] = []
        self._pattern = False
        self._bracket = False
        self._brace = ""

    def read(self) -> Word:
        """The word, which may be empty."""
        while self.position < self._end and self._piece():
            pass
        return self._reading.source.word(
            self._start, self.position, self._kept, self._pattern, tuple(self._expansions)
        )

    def _keep(self, end: int) -> bool:
        self._kept.append((self.position, end))
        self.position = end
        return True

    def _piece(self) -> bool:
        """Read on; False where the word ends."""
        code, position = self._code, self.position
        if bare := _BARE.match(code, position, self._end):
            if self._brace and ("," in bare[0] or ".." in bare[0]):
                self._brace = "{,"
            return self._keep(bare.end())
        if self._expansion(quoted=False):
            return True
        match code[position]:
            case " " | "\t" | "\n" | "\r":
                return False
            case "'":
                return self._single_quoted()
            case '"':
                self.position += 1
                self._keep(self.position)
                return self._double_quoted()
            case "\\":
                return self._escaped()
            case "$" | "`":
                return self._dollar_or_backtick()
            case "<" | ">" if not self._test:
                return False
            case ";" | "&" | "|" | "(" | ")" as operator if not self._test:
                self._reading.complain(position, f"an unexpected `{operator}`")
            case character:
                self._special(character)
        return self._keep(position + 1)

    def _special(self, character: str) -> None:
        """Note an unquoted character that may make the word a pattern (Bash manual, 3.5)."""
        if self._test:
            return
        before = self._code[self._kept[-1][1] - 1] if self._kept else "="
        match character:
            case "~" if before == "=":
                self._pattern = True
            case "~" if self._assigned and before == ":":
                self._pattern = True
            case _ if self._assigned:
                return
            case "*" | "?":
                self._pattern = True
            case "[":
                self._bracket = True
            case "]" if self._bracket:
                self._pattern = True
            case "{":
                self._brace = self._brace or "{"
            case "}" if self._brace == "{,":
                # dash knows no brace lists, so what the shell passes isn't sure
                self._pattern = True

    def _single_quoted(self) -> bool:
        closing = self._code.find("'", self.position + 1, self._end)
        if closing < 0:
            self._reading.complain(self.position, "a single quote isn't closed")
            return self._keep(self._end)
        self.position += 1
        self._keep(closing)
        self.position += 1
        return True

    def _double_quoted(self) -> bool:
        code = self._code
        while self.position < self._end:
            position = self.position
            if plain := _IN_QUOTES.match(code, position, self._end):
                self._keep(plain.end())
                continue
            if code[position] == '"':
                self.position += 1
                return True
            if self._expansion(quoted=True):
                continue
            if _ESCAPED_IN_QUOTES.match(code, position, self._end):
                self.position += 1
                self._keep(position + 2)
            elif skipped := (
                _CONTINUATION.match(code, position, self._end)
                or COMMENT_IN_BACKTICKS.match(code, position, self._end)
            ):
                self.position = skipped.end()
            else:
                self._literal_dollar()
        self._reading.complain(self._start, "a double quote isn't closed")
        return True

    def _escaped(self) -> bool:
        if skipped := _CONTINUATION.match(self._code, self.position, self._end):
            self.position = skipped.end()
            return True
        if self.position + 1 < self._end:
            self.position += 1
        return self._keep(self.position + 1)

    def _dollar_or_backtick(self) -> bool:
        """Read `$'…'`, `$"…"`, a comment in backticks, or a `$` that stands for itself."""
        position = self.position
        if comment := COMMENT_IN_BACKTICKS.match(self._code, position, self._end):
            self.position = comment.end()
            return True
        if quoted := _ANSI_C.match(self._code, position, self._end):
            return self._opaque(quoted.end(), "$'", len(self._expansions))
        if self._code.startswith('$"', position, self._end):
            pieces, expansions = len(self._kept), len(self._expansions)
            self.position += 2
            self._double_quoted()
            del self._kept[pieces:]
            behind, self.position = self.position, position
            return self._opaque(behind, '$"', expansions)
        self._literal_dollar()
        return True

    def _opaque(self, end: int, operator: str, index: int) -> bool:
        start, behind = self._reading.source.span(self.position, end)
        self._expansions.insert(index, Expansion(start, behind, "", operator))
        return self._keep(end)

    def _expansion(self, *, quoted: bool) -> bool:
        """Read an expansion if there is one."""
        end = self._places.take(self.position, self._end, self._expansions, quoted)
        if end is None:
            return False
        if _NAME_GOES_ON.match(self._code, end, self._end) and self._code[end - 1] not in "})`":
            self._reading.complain(end, "a variable's name goes on in the next line")
        return self._keep(end)

    def _literal_dollar(self) -> None:
        if _EXPANDS.match(self._code, self.position, self._end):
            self._reading.complain(self.position, "an expansion isn't understood")
        self._keep(self.position + 1)


def read_body(reading: Reading, document: HereDocument, replaced: Sequence[Replaced]) -> Word:
    """A here-document's body, in which the expansions `replaced` stand, as one word."""
    code, end = reading.source.code, document.end
    places = Expansions(reading.source, replaced)
    kept: list[tuple[int, int]] = []
    expansions: list[Expansion] = []
    position = document.start
    while position < end:
        if document.strips and (position == document.start or code[position - 1] == "\n"):
            position = _end_of(_TABS, code, position, end)
        behind = places.take(position, end, expansions, quoted=True) if document.expands else None
        if behind is None:
            behind = _end_of(_IN_BODY if document.expands else _LINE, code, position, end)
            if document.expands and code[position : position + 1] == "\\" and behind > position + 1:
                position = behind if code[behind - 1] == "\n" else position + 1
            elif document.expands and _EXPANDS.match(code, position, end):
                reading.complain(position, "an expansion in a here-document isn't understood")
        if position < behind:
            kept.append((position, behind))
        position = behind
    return reading.source.word(document.start, end, kept, False, tuple(expansions))


def _end_of(pattern: re.Pattern[str], code: str, position: int, end: int) -> int:
    found = pattern.match(code, position, end)
    return found.end() if found else position
