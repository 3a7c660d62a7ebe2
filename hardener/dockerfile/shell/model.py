"""The frozen model of a piece of shell code: its commands and words, and where each stands.

All offsets are of characters, in the text handed to `read_script`, its `origin` added.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Connector: TypeAlias = Literal["", "&&", "||", ";", "\n", "&", "|", "|&"]
Part: TypeAlias = Literal["", "condition", "then", "elif", "else", "body"]
Kind: TypeAlias = Literal[
    "subshell",
    "group",
    "if",
    "while",
    "until",
    "for",
    "select",
    "case",
    "function",
    "substitution",
]

# what would split or glob an unquoted value (POSIX.1-2024, XCU 2.6.5 and 2.6.6)
_SPLIT_OR_GLOBBED = re.compile(r"[\s*?\[\\]")
_PLAIN_OPERAND = re.compile(r"[\w./:@%+,=-]*")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Something in a word that the shell replaces: a variable, a substitution, arithmetic.

    Attributes:
        name: the variable read, "" for what reads none itself.
        operator: "" for `$X` and `${X}`; as written for `${X:-y}` and its like; "length" for
            `${#X}`; "indirect" for `${!X}`; "arithmetic" for a bare name in arithmetic; else what
            opens it: one of `$(`, "`", `$((`, `<(`, `>(`, `$'`, `$"`, and `(` for an array.
        operand: what follows the operator, as written.
        quoted: whether it stands in double quotes.
    """

    start: int
    end: int
    name: str
    operator: str = ""
    operand: str = ""
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a command, from `start` to `end`.

    Attributes:
        raw: the word as it stands in the file.
        text: the word without quotes and escapes; what the shell would expand stays as written.
        pattern: whether it has an unquoted glob, brace list or tilde.
        cuts: the ranges of the file that are in `raw` and not in `text`.
        expansions: in the order of their starts; those in the operand of another follow it. What
            the commands of a `$(…)` read belongs to those commands.
    """

    start: int
    end: int
    raw: str
    text: str
    pattern: bool = False
    cuts: tuple[tuple[int, int], ...] = ()
    expansions: tuple[Expansion, ...] = ()

    @property
    def value(self) -> str | None:
        """`text` where the shell is sure to pass just that, else None.

        None too for `$'…'` and `$"…"`, which dash and bash read differently.
        """
        return None if self.pattern or self.expansions else self.text

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the word reads, each once, in order."""
        return tuple(dict.fromkeys(part.name for part in self.expansions if part.name))

    def expand(self, lookup: Callable[[str], str | None]) -> str | None:
        """The value of the word, given those of its variables.

        `lookup` answers None for a variable whose value isn't known, "" for one that is unset or
        empty. None comes back where a value isn't known or would be split or globbed, for
        substitutions, and for operators other than `:-` and `:+` (POSIX.1-2024, XCU 2.6.2).
        """
        if self.pattern:
            return None
        pieces: list[str] = []
        position = self.start
        for part in self.expansions:
            if part.start < position:
                continue
            value = _expanded(part, lookup)
            if value is None:
                return None
            pieces += (self._kept(position, part.start), value)
            position = part.end
        pieces.append(self._kept(position, self.end))
        return "".join(pieces)

    def after(self, count: int) -> Word:
        """The word without the first `count` characters of its text."""
        start, left = self.start, count
        for cut_start, cut_end in self.cuts:
            if cut_start - start >= left:
                break
            left -= cut_start - start
            start = cut_end
        start += left
        return Word(
            start,
            self.end,
            self.raw[start - self.start :],
            self.text[count:],
            self.pattern,
            tuple(cut for cut in self.cuts if cut[0] >= start),
            tuple(part for part in self.expansions if part.start >= start),
        )

    def _kept(self, start: int, end: int) -> str:
        """What of `text` stands in the file from `start` to `end`."""
        pieces: list[str] = []
        for cut_start, cut_end in self.cuts:
            if start < cut_end and cut_start < end:
                pieces.append(self.raw[start - self.start : cut_start - self.start])
                start = cut_end
        pieces.append(self.raw[start - self.start : end - self.start])
        return "".join(pieces)


def _expanded(part: Expansion, lookup: Callable[[str], str | None]) -> str | None:
    if not part.name:
        return None
    value = lookup(part.name)
    if value is None:
        return None
    if part.operator:
        if part.operator not in (":-", ":+") or not _PLAIN_OPERAND.fullmatch(part.operand):
            return None
        if part.operator == ":+":
            value = part.operand if value else ""
        value = value or (part.operand if part.operator == ":-" else "")
    if not part.quoted and (not value or _SPLIT_OR_GLOBBED.search(value)):
        return None
    return value


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=value` before a command, alone, or as an argument of `export` and its like.

    `value` may be an empty word. `appends` is true for `NAME+=value`. Its `value.pattern` looks
    at tildes only: the shell globs no value that it assigns.
    """

    start: int
    end: int
    name: str
    value: Word
    appends: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """`2>file`, `<<EOF` and the like.

    `descriptor` is the number before the operator, None where there is none. `body` is a
    here-document's body, in which the tabs that `<<-` strips are `cuts`; `target` is then the
    delimiter.
    """

    start: int
    end: int
    operator: str
    descriptor: int | None
    target: Word
    body: Word | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What commands and compounds have in common: how they hang together with their neighbours.

    Attributes:
        connector: what stands between the step and the one before it at the same level ("\\n" for
            a line end, "" for the first).
        within: the compounds around it, outermost first.
        part: the part of the innermost of them that it stands in.
        stage: its place in its pipeline, from 0.
        piped: whether its output goes into the next stage.
        negated: whether a `!` turns the status of its pipeline round.
        background: whether its and-or list ends in `&`.
        conditional: whether a run of the whole code that ends with status 0 may have left it
            out. An early `exit` or `exec` isn't looked for.

    The body of a here-document stands behind the step's `end`.
    """

    start: int
    end: int
    connector: Connector
    within: tuple[Compound, ...]
    part: Part
    stage: int
    piped: bool
    negated: bool
    background: bool
    conditional: bool
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class Compound(Step):
    """A subshell, group, if, loop, case, function definition or command substitution.

    `name` is that of a function, or the variable of a `for`; `words` are the values of a `for`
    or the subject of a `case`. `reads` are the expansions in its head: in those words, in the
    patterns of a `case`, in the arithmetic of `for ((…))`.
    """

    kind: Kind
    name: str
    words: tuple[Word, ...]
    reads: tuple[Expansion, ...]


@dataclass(frozen=True, slots=True)
class Command(Step):
    """A simple command; `[[ … ]]` is one named `[[`, and `((…))` one named `((`.

    `words` are its name and arguments; it has none where it is made of assignments or redirects
    alone. `assignments` are those before it and, for `export` and its like, its arguments too.
    """

    words: tuple[Word, ...]
    assignments: tuple[Assignment, ...]

    @property
    def name(self) -> str | None:
        """The first word, None where there is none or it isn't known."""
        return self.words[0].value if self.words else None

    @property
    def args(self) -> tuple[Word, ...]:
        """The words after the first."""
        return self.words[1:]

    @property
    def expansions(self) -> tuple[Expansion, ...]:
        """All expansions in its assignments, words, redirects and here-documents."""
        words = [*(item.value for item in self.assignments), *self.words]
        for redirect in self.redirects:
            words += [redirect.target] if redirect.body is None else [redirect.body]
        found = {(part.start, part.end): part for word in words for part in word.expansions}
        return tuple(found[place] for place in sorted(found, key=lambda at: (at[0], -at[1])))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables that the shell reads for it, each once, in order."""
        return tuple(dict.fromkeys(part.name for part in self.expansions if part.name))


@dataclass(frozen=True, slots=True)
class Script:
    """A piece of shell code as read.

    `steps` holds the commands and compounds, also those in substitutions, in the order in which
    they start. `problem` says why the code isn't wholly understood ("" where it is) and
    `problem_at` where; then steps may be missing or wrong, and no guard may rest on them.
    """

    start: int
    end: int
    steps: tuple[Command | Compound, ...]
    problem: str = ""
    problem_at: int = 0

    @property
    def complete(self) -> bool:
        """Whether the code is wholly understood."""
        return not self.problem

    @property
    def commands(self) -> tuple[Command, ...]:
        """All simple commands, in the order in which they start."""
        return tuple(step for step in self.steps if isinstance(step, Command))

    @property
    def chain(self) -> tuple[Command | Compound, ...]:
        """The steps at the top level in order, substitutions left out."""
        return tuple(
            step
            for step in self.steps
            if not step.within and not (isinstance(step, Compound) and step.kind == "substitution")
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of all variables read, each once, in the order of the steps."""
        names: dict[str, None] = {}
        for step in self.steps:
            if isinstance(step, Command):
                names.update(dict.fromkeys(step.variables))
                continue
            names.update(dict.fromkeys(part.name for part in step.reads if part.name))
            for redirect in step.redirects:
                names.update(dict.fromkeys((redirect.body or redirect.target).variables))
        return tuple(names)
