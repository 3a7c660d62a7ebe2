"""Reads shell code into its model: the tree by tree-sitter-bash, the words by our own hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING

from hardener.dockerfile.shell.expansions import Replaced
from hardener.dockerfile.shell.model import (
    Assignment,
    Command,
    Compound,
    Expansion,
    Redirect,
    Script,
    Word,
)
from hardener.dockerfile.shell.source import Reading, Source
from hardener.dockerfile.shell.view import HereDocument, ascii_view, view_of
from hardener.dockerfile.shell.walk import AndOr, DraftStep, Walk
from hardener.dockerfile.shell.words import CommandReader, plain_words

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

# the longest line that BuildKit takes (frontend/dockerfile/parser/parser.go, bufio.Scanner)
MAX_CHARACTERS = 65_536
# tree-sitter recovers from errors in quadratic time, and it is these that make it lose its way; the
# longest RUN of real Dockerfiles has a tenth of them
MAX_OPERATORS = 1_000
_OPERATOR = re.compile(r"[`<>()\[\]!|]|(?<!\$)\{|\b(?:case|for|function|if|select|until|while)\b")
MAX_SIGNS = 4_000
_SIGN = re.compile(r"[;&$?@]")

_ATTEMPTS = 3

_LOOP_NAME = re.compile(r"(?:for|select)[ \t]+(\w+)")
_FUNCTION_NAME = re.compile(r"(?:function[ \t]+)?([^\s()]+)")
_NAMES = {"for": _LOOP_NAME, "select": _LOOP_NAME, "function": _FUNCTION_NAME}
_DELIMITER_LIKE = re.compile(r"E_*")


def read_script(text: str, *, origin: int = 0, cuts: Sequence[tuple[int, int]] = ()) -> Script:
    """Read POSIX sh or bash code.

    Args:
        text: the code as it stands in the file, or any piece of shell code.
        origin: the offset of the first character of `text` in the file; all offsets of the
            result, and those in `cuts`, are offsets in the file.
        cuts: ranges of `text`, in order, that the shell doesn't see: what BuildKit takes out of a
            RUN that goes on over several lines. A backslash before a line end that isn't cut is
            read as the shell reads it.

    Returns:
        The script. It never fails: what can't be read is its `problem`. Code with a NUL, with more
        than MAX_CHARACTERS, or with more operators than MAX_OPERATORS and MAX_SIGNS allow isn't
        read at all; what is nested deeper than MAX_NESTING is passed over.
    """
    source = Source.of(text, origin, cuts)
    code = source.code
    if refusal := _refusal(code):
        return Script(origin, origin + len(text), (), refusal, origin)
    view, documents = view_of(code)
    for _ in range(_ATTEMPTS):
        reading = Reading(source, documents)
        script = _Builder(reading).script(_parser().parse(bytes(view)).root_node)
        if not reading.line_ends:
            break
        # after a long pipeline tree-sitter-bash may read on over the end of the line
        for place in reading.line_ends:
            view[place] = ord(";")
    return script


def _refusal(code: str) -> str:
    """Why `code` isn't given to tree-sitter, "" where it may be."""
    if len(code) > MAX_CHARACTERS:
        return f"longer than {MAX_CHARACTERS} characters"
    for pattern, limit in ((_OPERATOR, MAX_OPERATORS), (_SIGN, MAX_SIGNS)):
        if len(code) > limit and sum(1 for _ in pattern.finditer(code)) > limit:
            return f"more than {limit} operators"
    return "a NUL character" if "\0" in code else ""


@cache
def _parser() -> Parser:
    # imported late: it takes longer than all else that `harden --version` does
    import tree_sitter_bash
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bash.language()))


def _first_error(root: Node) -> int:
    """Where the first error of the tree stands."""
    node = root
    while not node.is_error and not node.is_missing:
        inner = next((child for child in node.children if child.has_error), None)
        if inner is None:
            break
        node = inner
    return node.start_byte


class _Builder:
    """Turns the drafts of a walk into the model, parents before children."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._source = reading.source
        self._walk = Walk(reading)
        self._within: dict[int, tuple[Compound, ...]] = {}
        self._conditional: dict[int, bool] = {}

    def script(self, root: Node) -> Script:
        """The script of which `root` is the tree."""
        source, reading = self._source, self._reading
        if root.has_error:
            reading.complain(_first_error(root), "a syntax error")
        self._walk.program(root)
        # the list grows on the way, by what is found in the bodies of here-documents
        steps = [self._step(draft) for draft in self._walk.steps]
        if reading.documents:
            steps.sort(key=lambda step: (step.start, -step.end))
        for place in sorted(reading.documents.keys() - reading.taken):
            reading.complain(place, "a here-document belongs to no command")
        end = source.origin + len(source.text)
        if reading.problem is None:
            return Script(source.origin, end, tuple(steps))
        at, problem = reading.problem
        return Script(source.origin, end, tuple(steps), problem, source.offsets[at])

    def _step(self, draft: DraftStep) -> Command | Compound:
        parent = draft.level.step
        within = self._within[id(parent)] if parent else ()
        conditional = self._conditional[id(draft)] = self._may_be_left_out(draft)
        start, end = self._source.span(draft.start, draft.end)
        words, assignments, redirects = self._parts(draft)
        hanging_together = (
            start,
            end,
            draft.connector,
            within,
            draft.part,
            draft.stage,
            draft.piped,
            draft.negated,
            draft.and_or.background,
            conditional,
            redirects,
        )
        if draft.kind is None:
            return Command(*hanging_together, words, assignments)
        pattern = _NAMES.get(draft.kind)
        name = pattern.match(self._source.code, draft.start) if pattern else None
        reads = tuple(self._reads(draft, draft.tail or draft.end))
        compound = Compound(*hanging_together, draft.kind, name[1] if name else "", words, reads)
        self._within[id(draft)] = (*within, compound)
        return compound

    def _parts(
        self, draft: DraftStep
    ) -> tuple[tuple[Word, ...], tuple[Assignment, ...], tuple[Redirect, ...]]:
        if draft.kind is None and (plain := plain_words(self._source, draft.start, draft.end)):
            return plain, (), ()
        in_body = partial(self._expansions_in, draft)
        reading, replaced = self._reading, draft.replaced
        if draft.kind is None and draft.opening != "((":
            reader = CommandReader(
                reading,
                draft.start,
                draft.end,
                replaced,
                test=draft.opening == "[[",
                in_body=in_body,
            )
            return tuple(reader.words), tuple(reader.assignments), tuple(reader.redirects)
        words: tuple[Word, ...] = ()
        redirects: tuple[Redirect, ...] = ()
        if draft.kind is None:
            words = self._arithmetic(draft)
        elif draft.head:
            words = tuple(CommandReader(reading, *draft.head, replaced, test=True).words)
        if draft.tail is not None:
            tail = CommandReader(reading, draft.tail, draft.end, replaced, in_body=in_body)
            redirects = tuple(tail.redirects)
            if tail.words:
                reading.complain(draft.tail, "a word follows a compound command")
        return words, (), redirects

    def _reads(self, draft: DraftStep, behind: int) -> Iterator[Expansion]:
        """The expansions before `behind`: in the head of a compound, or in arithmetic."""
        for item in draft.replaced:
            if item.end <= behind:
                start, end = self._source.span(item.start, item.end)
                yield Expansion(start, end, item.name, item.operator, item.operand)

    def _arithmetic(self, draft: DraftStep) -> tuple[Word, ...]:
        source, start = self._source, draft.start
        end = source.code.rfind("))", start + 2, draft.tail or draft.end)
        if end < 0:
            self._reading.complain(start, "arithmetic isn't closed")
            return ()
        return (
            source.word(start, start + 2, ((start, start + 2),)),
            source.word(start + 2, end, ((start + 2, end),), False, tuple(self._reads(draft, end))),
            source.word(end, end + 2, ((end, end + 2),)),
        )

    def _expansions_in(self, host: DraftStep, document: HereDocument) -> Sequence[Replaced]:
        """The expansions in the body of a here-document that belongs to `host`."""
        body = self._source.code[document.start : document.end]
        if not document.expands or not ("$" in body or "`" in body):
            return ()
        longest = max(map(len, _DELIMITER_LIKE.findall(body)), default=0)
        delimiter = "E" + "_" * longest
        opening = f"x<<{delimiter}\n"
        newline = "" if body.endswith("\n") else "\n"
        view = ascii_view(f"{opening}{body}{newline}{delimiter}\n").encode("ascii")
        root = _parser().parse(view).root_node
        steps = self._walk.steps
        known = len(steps)
        found: Sequence[Replaced] = ()
        if not root.has_error:
            found = self._walk.expansions(root, document.start - len(opening), host)
        ends = [item.end for item in found] + [step.end for step in steps[known:]]
        if root.has_error or max(ends, default=0) > document.end:
            self._reading.complain(document.start, "a syntax error in a here-document")
            del steps[known:]
            return ()
        return found

    def _may_be_left_out(self, draft: DraftStep) -> bool:
        around = draft.host or draft.level.step
        if around is not None and self._conditional[id(around)]:
            return True
        if draft.host is None and draft.part not in ("", "condition"):
            return True
        if draft.follows and _is_ignored(draft.level.step):
            return True
        return draft.place > 0 and (draft.and_or.has_or or not _decides(draft.and_or))


def _is_ignored(step: DraftStep | None) -> bool:
    """Whether `step`, or one around it, runs in a shell of its own whose status isn't looked at.

    With `set -e` such a shell may end early while the whole code goes on.
    """
    while step is not None:
        if step.kind == "substitution" or step.piped or step.and_or.background:
            return True
        step = step.level.step
    return False


def _decides(and_or: AndOr) -> bool:
    """Whether the whole code ends with a status other than 0 where this list does.

    `set -e` changes nothing about it: it looks at the last pipeline of a list only.
    """
    step = and_or.level.step
    if and_or.background or and_or.level.and_or is not and_or:
        return False
    if step is None:
        return True
    if step.kind not in ("subshell", "group") or step.piped or step.negated:
        return False
    return not step.and_or.has_or and _decides(step.and_or)
