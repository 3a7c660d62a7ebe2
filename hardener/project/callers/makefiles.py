"""Reads makefiles: what the recipes of their rules build and run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout, outside_hidden
from hardener.project.callers.commands import may_call, read_commands, unread
from hardener.project.callers.folders import Folders
from hardener.project.callers.snippets import Hole, Snippet, Variables, of_range
from hardener.project.callers.words import Where

_LOGICAL_LINE = re.compile(r"(?:[^\\\n]|\\\r?\n|\\.|\\\Z)+", re.DOTALL)
_SETTING = re.compile(
    r"[ \t]*(?:(?:export|override|private|unexport)[ \t]+)*([\w.-]+)"
    r"[ \t]*(::?:?=|\?=|\+=|!=|=)[ \t]*"
)
_DEFINE = re.compile(r"[ ]*(?:override[ \t]+)?define[ \t]+([\w.-]+)")
_CONDITION = re.compile(r"[ \t]*(ifeq|ifneq|ifdef|ifndef|endif)\b")
_RULE = re.compile(r"([^\s:#=][^:#=]*)::?(?!=)")
_FOR_A_TARGET = re.compile(
    r"[^\t:#=][^:#=\n]*:[ \t]*(?:(?:export|override|private)[ \t]+)*([\w.-]+)[ \t]*[:?+]?="
)
_PREFIX = re.compile(r"\t[\t @+-]*")
_OWN_FOLDER = re.compile(r"(?i)(?:^|/)(?:gnu)?makefile$")
_ENTERS = re.compile(r"\bcd\b")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BRACKETS = {"(": ")", "{": "}"}


def read_makefile(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds and runs in a makefile's recipes, each line by itself, as make runs them.

    A Makefile is run in its own folder; another file is included, and may be run in the root too.

    Source: the GNU Make manual, 5 (recipes), 6 (variables).
    """
    if not may_call(file.text):
        return
    found = _LOGICAL_LINE.finditer(file.text)
    lines = [(line.start(), line[0].removesuffix("\r")) for line in found]
    variables = _variables(line for _, line in lines)
    folders: Folders = (
        (file.folder,) if _OWN_FOLDER.search(file.place) else outside_hidden(file.folder)
    )
    if ".ONESHELL" in file.text and _ENTERS.search(file.text):
        # the lines of a recipe run in one shell, and a `cd` holds for those that follow
        folders = None
    rule: str | None = None
    for start, line in lines:
        prefix = _PREFIX.match(line)
        if prefix is None:
            name = _RULE.match(line)
            rule = name[1].strip() if name else rule
            inline = line.find(";") if name else -1
            if inline < 0:
                continue
            code, at = line[inline + 1 :], start + inline + 1
        else:
            code, at = line[prefix.end() :], start + prefix.end()
        if may_call(code):
            where = Where(file, checkout, folders, file.line(at), rule, variables)
            snippet = recipe(code, at)
            yield from read_commands(snippet, where)
            for hole in snippet.holes:
                if may_call(hole.text):
                    part = of_range(
                        file.text, snippet.offsets[hole.start], snippet.offsets[hole.end]
                    )
                    yield from unread(part, where, f"make works it out by {hole.name}")


def recipe(code: str, start: int) -> Snippet:
    """A line of a recipe as the shell gets it: make's variables become the shell's, `$$` a dollar
    sign, and what make works out otherwise a hole. `start` is its offset in the file."""
    pieces: list[str] = []
    offsets: list[int] = []
    holes: list[Hole] = []
    rewritten: list[Hole] = []
    size, at, quoted = 0, 0, False
    while at < len(code):
        end = at + 1
        text = code[at]
        if text == "$" and end < len(code):
            end, text, hole = _reference(code, at, quoted)
            raw = code[at:end]
            if hole is not None:
                holes.append(Hole(size, size + len(text), hole, raw))
            elif text != raw:
                rewritten.append(Hole(size, size + len(text), text, raw))
        elif text == "'":
            # double quotes around it don't matter: to take a variable for a hole is always safe
            quoted = not quoted
        pieces.append(text)
        offsets += range(start + end - len(text), start + end)
        size += len(text)
        at = end
    places = [*offsets, start + len(code)]
    return Snippet("".join(pieces), places, rewritten=tuple(rewritten)).filled(holes)


def _reference(code: str, at: int, quoted: bool) -> tuple[int, str, str | None]:
    """What stands at a dollar sign: its end, what the shell gets, and the name if it is a hole."""
    following = code[at + 1]
    if following == "$":
        return at + 2, "$", None
    closing = _BRACKETS.get(following)
    if closing is None:
        return at + 2, "__", following
    end = _closing(code, at + 2, following, closing)
    inner = code[at + 2 : end]
    if _NAME.fullmatch(inner) and not quoted:
        return end + 1, f"${{{inner}}}", None
    return end + 1, "_" * (end + 1 - at), inner.partition(" ")[0]


def _closing(code: str, at: int, opening: str, closing: str) -> int:
    """Where the bracket that was opened before `at` is closed; the last character if nowhere."""
    depth = 1
    for index in range(at, len(code)):
        depth += (code[index] == opening) - (code[index] == closing)
        if not depth:
            return index
    return len(code) - 1


def _variables(lines: Iterator[str]) -> Variables:
    """What a makefile sets its variables to; those that it sets twice, or under a condition, or for
    one target, aren't known."""
    known: dict[str, str] = {}
    defaults: dict[str, str] = {}
    seen: set[str] = set()
    lost: set[str] = set()
    conditions = 0
    for line in lines:
        condition = _CONDITION.match(line)
        if condition is not None:
            conditions += -1 if condition[1] == "endif" else 1
        setting = _SETTING.match(line)
        other = _FOR_A_TARGET.match(line) or _DEFINE.match(line)
        if setting is None:
            lost.update([other[1]] if other else [])
            continue
        name, operator = setting[1], setting[2]
        text = line[setting.end() :].partition("#")[0].strip()
        if (
            line[0] == "\t"
            or name in seen
            or conditions
            or "$" in text
            or "\\" in text
            or operator in ("+=", "!=")
        ):
            lost.add(name)
        elif operator == "?=":
            defaults[name] = text
        else:
            known[name] = text
        seen.add(name)
    return Variables(_without(known, lost), _without(defaults, lost))


def _without(values: dict[str, str], lost: set[str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if name not in lost}
