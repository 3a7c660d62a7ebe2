"""What the words of a command in a caller mean there: values, paths, places."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hardener.dockerfile.nodes import Span
from hardener.dockerfile.shell import Command, Script, Word
from hardener.project.callers.callerfile import CallerFile
from hardener.project.callers.checkout import Checkout
from hardener.project.callers.folders import Anchor, Folders, anchored
from hardener.project.callers.model import Form, Value
from hardener.project.callers.snippets import NO_VARIABLES, Snippet, Variables

_DECLARE = frozenset({None, "export", "declare", "typeset", "readonly", "local"})
_SET_BY_LOOP = frozenset({"for", "select"})


@dataclass(frozen=True, slots=True)
class Where:
    """What surrounds a piece of shell code.

    Attributes:
        folders: those in which it may be run, relative to the root; None if they aren't known.
        line: where it stands, for code whose exact place isn't known.
        service: the job, script or target that it belongs to.
        language: "" for a POSIX shell, else what it is written in, which is not read.
        form: of the builds and runs that are found.
    """

    file: CallerFile
    checkout: Checkout
    folders: Folders
    line: int
    service: str | None = None
    variables: Variables = NO_VARIABLES
    language: str = ""
    form: Form = "command"


@dataclass(frozen=True, slots=True)
class Words:
    """Reads the words of the commands in a snippet.

    Attributes:
        variables: what the code and what surrounds it set.
    """

    snippet: Snippet
    where: Where
    variables: Variables

    @classmethod
    def of(cls, snippet: Snippet, where: Where, script: Script) -> Words:
        """For the words of `script`, which `snippet` was read into."""
        return cls(snippet, where, _variables(script, where))

    def among(self, folders: Folders) -> Words:
        """The same for a command that may be run in these folders."""
        return replace(self, where=replace(self.where, folders=folders))

    def holes(self, word: Word) -> tuple[str, ...]:
        """What of a word another program replaces."""
        return self.snippet.holes_in(word)

    def line(self, offset: int) -> int:
        """The line in the caller of an offset in the snippet's code."""
        if not self.snippet.exact:
            return self.where.line
        return self.where.file.line(self.snippet.offsets[offset])

    def span(self, start: int, end: int) -> Span | None:
        """The span in the caller of a range of the snippet's code; None if it isn't known."""
        return self.snippet.span(start, end)

    def value(self, word: Word) -> Value:
        """What is known of a word."""
        return self.snippet.value(word, self.variables)

    def is_known(self, word: Word) -> bool:
        """Whether the value of a word is known."""
        return self.value(word).known is not None

    def path(self, word: Word) -> Value:
        """What is known of a word that is a path; it may begin with a folder of the repository."""
        found = anchored(_with_hole_shown(word, self.snippet))
        if found is None:
            return self.value(word)
        path = self.located(*found)
        return Value(self.snippet.written(word), path, path, word.variables)

    def located(self, anchor: Anchor, rest: str) -> str:
        """The path that `anchored` found in a word: absolute, or from where the command runs."""
        return _path_of(anchor, rest, self.where)


def before(word: Word, count: int) -> Word:
    """The first `count` characters of a word's text as a word."""
    end = word.after(count).start
    return Word(
        word.start,
        end,
        word.raw[: end - word.start],
        word.text[:count],
        word.pattern,
        tuple(cut for cut in word.cuts if cut[1] <= end),
        tuple(part for part in word.expansions if part.end <= end),
    )


def _path_of(anchor: Anchor, rest: str, where: Where) -> str:
    if anchor == "here":
        return f".{rest}"
    root = where.checkout.real
    return root + rest if anchor == "root" else f"{root}/{where.file.folder}{rest}"


def _with_hole_shown(word: Word, snippet: Snippet) -> str:
    """The text of a word; of one that begins with a hole, with what stands there in the file."""
    for hole in snippet.holes:
        size = hole.end - hole.start
        if word.start <= hole.start <= word.start + 1 and word.text[:size] == "_" * size:
            return hole.text + word.text[size:]
    return word.text


def _variables(script: Script, where: Where) -> Variables:
    """What variables hold: those that the code sets once and for all, to a text or a folder of the
    repository, and those that it gives a default. What is set more than once isn't known."""
    values: dict[str, list[Word | None]] = {}
    defaults = dict(where.variables.defaults)
    for step in script.steps:
        if isinstance(step, Command):
            _note(step, values)
            for part in step.expansions:
                if part.operator == ":=" and part.operand.isalnum():
                    defaults.setdefault(part.name, part.operand)
        elif step.kind in _SET_BY_LOOP:
            values.setdefault(step.name, []).append(None)
    known = {name: text for name, text in where.variables.known.items() if name not in values}
    for name, words in values.items():
        word = words[0] if len(words) == 1 else None
        if word is None:
            defaults.pop(name, None)
            continue
        found = anchored(word.text)
        if word.value is not None:
            known[name] = word.value
        elif found is not None and found[0] != "here":
            known[name] = _path_of(*found, where)
        elif [(part.name, part.operator) for part in word.expansions] == [(name, ":-")]:
            default = word.expand(lambda _: "")
            if default is not None:
                defaults[name] = default
    return Variables(known, defaults)


def _note(command: Command, values: dict[str, list[Word | None]]) -> None:
    """Notes the variables that a command sets for those that follow."""
    if command.name == "read":
        for word in command.args:
            values.setdefault(word.text, []).append(None)
    if command.words and command.name not in _DECLARE:
        # `X=y program` sets X for the program alone
        return
    for assignment in command.assignments:
        sure = not command.conditional and not assignment.appends
        values.setdefault(assignment.name, []).append(assignment.value if sure else None)
