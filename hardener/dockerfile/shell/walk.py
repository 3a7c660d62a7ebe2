"""Walks a tree-sitter-bash tree and notes the steps of the script in the order they stand.

The tree says where commands begin and end, what they stand in and where expansions are. How steps
hang together is read off the operators between them: a list of any length is then no deep
recursion, and a redirect goes to the command before it, where the tree gives it to the whole list.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hardener.dockerfile.shell.expansions import Replaced, read_braces
from hardener.dockerfile.shell.model import Connector, Kind, Part
from hardener.dockerfile.shell.source import Reading

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NESTING = 100

# plain variables are read together with the words; the tree isn't needed for them
_FOR_THE_TREE = re.compile(r"[`(]|\$\{(?!\w+\})")
_BLANKS = (" ", "\t", "\r", "\n")
# in a string the first token of an expansion may begin with what stands before it
_BEFORE_EXPANSION = (*_BLANKS, "$`")
_BEFORE_COMMENT = " \t\r\n;&|()`"
_NEVER = sys.maxsize
_KEYWORD = re.compile(r"[a-z]+")
_LINE_BREAK = re.compile(r"(?<!\\)(?<!\\\r)\n")
_ESCAPE_IN_BACKTICKS = re.compile(r"\\[`$\\]")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)

_COMMANDS = frozenset(
    {
        "command",
        "declaration_command",
        "unset_command",
        "test_command",
        "variable_assignment",
        "variable_assignments",
    }
)
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_EXPANSIONS = frozenset({"simple_expansion", "expansion", "arithmetic_expansion", "array"})
_COMPOUNDS: dict[str, tuple[Kind, Part]] = {
    "subshell": ("subshell", ""),
    "compound_statement": ("group", ""),
    "if_statement": ("if", "condition"),
    "while_statement": ("while", "condition"),
    "for_statement": ("for", "condition"),
    "c_style_for_statement": ("for", "condition"),
    "case_statement": ("case", "condition"),
    "function_definition": ("function", "body"),
}
_WITH_HEAD = frozenset({"for_statement", "c_style_for_statement", "case_statement"})
_PARTS: dict[str, Part] = {
    "then": "then",
    "elif_clause": "elif",
    "else_clause": "else",
    "do_group": "body",
}
_SEPARATORS: dict[str, Connector] = {
    "&&": "&&",
    "||": "||",
    "|": "|",
    "|&": "|&",
    ";": ";",
    "&": "&",
}


@dataclass(slots=True)
class AndOr:
    """A list of pipelines joined by `&&` and `||`."""

    level: Level
    has_or: bool = False
    background: bool = False


@dataclass(slots=True)
class Level:
    """The code at the top or in a compound, as far as it has been read.

    `separator` is what has been met since the `last` step; `in_head` is true where words are no
    commands: in the head of a `for` or `case`, and in the patterns of the latter.
    """

    step: DraftStep | None
    depth: int
    part: Part = ""
    in_head: bool = False
    negates: bool = False
    separator: Connector = ""
    last: DraftStep | None = None
    and_or: AndOr | None = None

    def turn_to(self, part: Part, *, head: bool = False) -> None:
        """Begin another part of the compound."""
        self.part, self.in_head = part, head
        self.separator, self.last, self.negates = "", None, False


@dataclass(slots=True)
class DraftStep:
    """A step as far as it has been read; offsets are those of the code.

    `kind` is None for a command; `opening` tells `[[` and `((` from others. `place` counts the
    pipelines of its list before it; `follows` is true where anything at its level is run before
    its pipeline. `replaced` are its expansions (of a compound those in its head
    and redirects). `head` is the range of a compound's words, `tail` where the redirects of a
    compound or of arithmetic begin. `host` is the step that a substitution stands in.
    """

    kind: Kind | None
    start: int
    end: int
    level: Level
    part: Part
    and_or: AndOr
    connector: Connector = ""
    opening: Literal["", "[[", "(("] = ""
    follows: bool = False
    place: int = 0
    stage: int = 0
    piped: bool = False
    negated: bool = False
    replaced: list[Replaced] = field(default_factory=list)
    head: tuple[int, int] | None = None
    tail: int | None = None
    host: DraftStep | None = None


@dataclass(slots=True)
class _Frame:
    """What is being read up to `end`: a level, or the expansions of a step."""

    end: int
    level: Level
    step: DraftStep | None = None
    arithmetic: int = -1


class Walk:
    """Adds to `steps`, parents before children, what it finds in one tree after another."""

    def __init__(self, reading: Reading) -> None:
        self.steps: list[DraftStep] = []
        self._reading = reading
        self._code = reading.source.code
        self._frames: list[_Frame] = []
        self._shift = 0

    def program(self, root: Node) -> None:
        """Walk the tree of the whole code."""
        self._walk(root, 0, _Frame(_NEVER, Level(None, 0)))

    def expansions(self, root: Node, shift: int, host: DraftStep) -> list[Replaced]:
        """Walk a tree for its expansions alone; they are returned.

        `shift` is what is added to the tree's offsets to make them those of the code; `host` the
        step which the commands in substitutions stand in.
        """
        own, host.replaced = host.replaced, []
        self._walk(root, shift, _Frame(_NEVER, host.level, host))
        found, host.replaced = host.replaced, own
        return found

    def _walk(self, root: Node, shift: int, frame: _Frame) -> None:
        self._shift = shift
        frames = self._frames = [frame]
        nodes = [root]
        while nodes:
            node = nodes.pop()
            start, end = node.start_byte + shift, node.end_byte + shift
            while start >= frames[-1].end:
                frames.pop()
            frame = frames[-1]
            visit = self._in_level if frame.step is None else self._in_step
            if start < end and visit(frame, node.type, start, end):
                nodes.extend(reversed(node.children))

    def _in_step(self, frame: _Frame, kind: str, start: int, end: int) -> bool:
        """Visit a node inside a command, redirect or head; whether to go into it."""
        step = frame.step or frame.level.step
        if step is None:
            return True
        if kind in _SUBSTITUTIONS or kind in _EXPANSIONS:
            while self._code.startswith(_BEFORE_EXPANSION, start):
                start += 1
        if kind in _SUBSTITUTIONS:
            return self._substitution(frame.level, step, start, end)
        if kind in _EXPANSIONS:
            self._expansion(frame, step, kind, start, end)
        elif kind in ("variable_name", "word") and start < frame.arithmetic:
            self._bare_name(step, start, end)
        return True

    def _substitution(self, level: Level, host: DraftStep, start: int, end: int) -> bool:
        opening = "`" if self._code.startswith("`", start) else self._code[start : start + 2]
        host.replaced.append(Replaced(start, end, "", opening))
        if opening == "`" and (found := _ESCAPE_IN_BACKTICKS.search(self._code, start, end)):
            self._reading.complain(found.start(), "an escape in backticks isn't followed")
        step = DraftStep("substitution", start, end, level, level.part, AndOr(level), host=host)
        return self._enter(step, "")

    def _expansion(self, frame: _Frame, step: DraftStep, kind: str, start: int, end: int) -> None:
        code = self._code
        if kind == "simple_expansion":
            step.replaced.append(Replaced(start, end, code[start + 1 : end], ""))
        elif kind == "array":
            step.replaced.append(Replaced(start, end, "", "("))
        elif kind == "arithmetic_expansion":
            step.replaced.append(Replaced(start, end, "", "$(("))
            frame.arithmetic = max(frame.arithmetic, end)
        elif braced := read_braces(code, start, end):
            step.replaced.append(braced)
        else:
            self._reading.complain(start, "an expansion isn't understood")
            step.replaced.append(Replaced(start, end, "", "${"))

    def _bare_name(self, step: DraftStep, start: int, end: int) -> None:
        name = self._code[start:end]
        around = step.replaced[-1] if step.replaced else None
        named = around is not None and start < around.end and name == around.name
        if not named and _IDENTIFIER.fullmatch(name):
            step.replaced.append(Replaced(start, end, name, "arithmetic"))

    def _in_level(self, frame: _Frame, kind: str, start: int, end: int) -> bool:
        """Visit a node between commands; whether to go into it."""
        level = frame.level
        if level.in_head and not self._leaves_head(frame, kind, end):
            return self._in_step(frame, kind, start, end)
        if kind in _COMMANDS:
            return self._command(level, kind, start, end)
        if kind in _COMPOUNDS:
            return self._compound(level, kind, start, end)
        if kind in _REDIRECTS:
            return self._redirect(level, start, end)
        if kind in _SEPARATORS:
            # a line end, or a blank before a comment, may have been shown to tree-sitter as a `;`
            hidden = self._code.startswith(_BLANKS, start)
            self._separate(level, "\n" if hidden else _SEPARATORS[kind])
        elif kind in _PARTS:
            level.turn_to(_PARTS[kind])
        elif kind == "case_item":
            level.turn_to("body", head=True)
        elif kind == "!":
            level.negates = not level.negates
        elif kind == "comment":
            self._check_comment(start, end)
        elif kind == "ERROR":
            self._reading.complain(start, "a syntax error")
        return True

    def _check_comment(self, start: int, end: int) -> None:
        """Complain where tree-sitter sees a comment that the shell doesn't."""
        code = self._code
        before = code[max(0, start - 1) : start]
        if "\n" in code[start:end] or before not in _BEFORE_COMMENT:
            self._reading.complain(start, "a comment that may be none")

    def _leaves_head(self, frame: _Frame, kind: str, end: int) -> bool:
        """Follow the head of a `for` or `case` or a pattern; whether it ends before the node."""
        level, step = frame.level, frame.level.step
        if kind in ("do_group", "compound_statement", "case_item"):
            frame.arithmetic = -1
            level.turn_to("body")
            return True
        if step is None:
            return False
        case = step.kind == "case"
        if level.part == "body":
            if kind == ")":
                level.turn_to("body")
        elif kind == "((":
            frame.arithmetic = frame.end
        elif kind == ("case" if case else "in"):
            step.head = end, end
        elif kind == "in":
            level.in_head = False
        elif step.head and kind not in (";", "comment"):
            step.head = step.head[0], max(step.head[1], end)
        return False

    def _command(self, level: Level, kind: str, start: int, end: int) -> bool:
        step = self._add(level, None, start, end)
        if kind == "test_command" and self._code.startswith("[[", start):
            step.opening = "[["
        return self._look_for_expansions(step, start, end)

    def _look_for_expansions(self, step: DraftStep, start: int, end: int) -> bool:
        if not _FOR_THE_TREE.search(self._code, start, end):
            return False
        arithmetic = end if step.opening == "((" else -1
        self._frames.append(_Frame(end, step.level, step, arithmetic))
        return True

    def _compound(self, level: Level, kind: str, start: int, end: int) -> bool:
        code = self._code
        if code.startswith("((", start):
            if kind == "compound_statement":
                step = self._add(level, None, start, end)
                step.opening = "(("
                return self._look_for_expansions(step, start, end)
            self._reading.complain(start, "`((` may be arithmetic or two subshells")
        compound, part = _COMPOUNDS[kind]
        word = _KEYWORD.match(code, start)
        if word and word[0] in ("until", "select"):
            compound = "until" if word[0] == "until" else "select"
        step = self._add(level, compound, start, end)
        return self._enter(step, part, head=kind in _WITH_HEAD)

    def _enter(self, step: DraftStep, part: Part, *, head: bool = False) -> bool:
        if step.kind == "substitution":
            self.steps.append(step)
        depth = step.level.depth + 1
        if depth > MAX_NESTING:
            self._reading.complain(step.start, f"nested more than {MAX_NESTING} deep")
            return False
        self._frames.append(_Frame(step.end, Level(step, depth, part, head)))
        return True

    def _redirect(self, level: Level, start: int, end: int) -> bool:
        step = level.last
        if step is None or level.separator or _LINE_BREAK.search(self._code, step.end, start):
            step = self._add(level, None, start, end)
        elif (step.kind is not None or step.opening == "((") and step.tail is None:
            step.tail = start
        step.end = max(step.end, end)
        return self._look_for_expansions(step, start, end)

    def _separate(self, level: Level, separator: Connector) -> None:
        level.separator = separator
        if level.last is None:
            return
        if separator in ("|", "|&"):
            level.last.piped = True
        elif separator == "&":
            level.last.and_or.background = True

    def _add(self, level: Level, kind: Kind | None, start: int, end: int) -> DraftStep:
        last, connector = level.last, level.separator
        if last is None:
            connector = ""
        elif not connector:
            connector = "\n"
        if last is None or connector in (";", "\n", "&"):
            level.and_or = AndOr(level)
            step = DraftStep(kind, start, end, level, level.part, level.and_or, connector)
        else:
            step = DraftStep(kind, start, end, level, level.part, last.and_or, connector)
            if connector in ("|", "|&"):
                step.place, step.stage = last.place, last.stage + 1
                step.follows, step.negated = last.follows, last.negated
            else:
                step.place = last.place + 1
                step.and_or.has_or |= connector == "||"
        step.follows = step.follows or (not step.stage and last is not None)
        step.negated = step.negated or level.negates
        level.negates, level.separator, level.last = False, "", step
        self.steps.append(step)
        return step
