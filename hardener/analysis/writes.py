"""Looks in the sources of a build context for what the program writes, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from hardener.analysis.expressions import Names, Place, closing, place_of, split
from hardener.analysis.knowledge import table

MOST_FILE_BYTES = 256 * 1024
_ASSIGNMENT = re.compile(
    r"(?:^|[;{(,\n])[ \t]*(?:(?:export|const|let|var|val|static|final|private|public|protected"
    r"|String|Path|File|auto|const char ?\*|def)[ \t]+)*(?:this\.|self\.|@|\$)?"
    r"([A-Za-z_]\w*)[ \t]*(?::[ \t]*[\w.\[\], |]+)?[ \t]*(?::=|=(?![=>~]))[ \t]*([^\n]{1,300})"
)
_RECEIVER = re.compile(r"[\w.\])\"'$@]")
_LONGEST_ARGUMENTS = 1500


@dataclass(frozen=True, slots=True)
class Write:
    """A place in a source file where something is written.

    Attributes:
        place: what is written; None where that can't be told.
        folder: whether a folder is made there, not a file.
        line: 1-based.
        call: the function's name.
    """

    place: Place | None
    folder: bool
    line: int
    call: str


@dataclass(frozen=True, slots=True)
class Need:
    """A place in a source file that only works as root."""

    what: str
    line: int


def language_of(path: str) -> str | None:
    """The table of data/writes.toml for a file, by the ending of its name."""
    name = path.rpartition("/")[2]
    for language, extensions, only in _languages():
        if name.endswith(extensions) and (not only or name.startswith(only)):
            return language
    return None


def is_left_out(path: str) -> bool:
    """Whether a file of the context is no part of what runs: tests, examples, other's code."""
    out = table("writes")["left_out"]
    *folders, name = path.split("/")
    return (
        not set(out["folders"]).isdisjoint(folders)
        or name in out["names"]
        or name.endswith(tuple(out["endings"]))
        or name.startswith(tuple(out["prefixes"]))
    )


def is_interpreted(language: str) -> bool:
    """Whether the source files themselves are what runs."""
    return bool(table("writes")[language].get("interpreted"))


def writes_in(
    text: str, language: str, environment: Callable[[str], str | None]
) -> Iterator[Write]:
    """What a source file writes.

    Args:
        environment: the value of an environment variable of the container, None where unknown.
    """
    rules = _rules(language)
    known = Names(_Assignments(text).value, environment)
    reader = _Reader(text, rules, known)
    yield from reader.calls()
    yield from reader.methods()
    yield from reader.keys()
    yield from reader.texts()


def needs_in(text: str, language: str) -> Iterator[Need]:
    """What in a source file only works as root."""
    for entry in table("writes")["needs_root"]["texts"]:
        if "languages" in entry and language not in entry["languages"]:
            continue
        at = text.find(entry["text"])
        while at >= 0 and _is_commented(text, at, _rules(language)["comments"]):
            at = text.find(entry["text"], at + 1)
        if at >= 0:
            yield Need(entry["what"], text.count("\n", 0, at) + 1)


@cache
def _languages() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(
        (name, tuple(entry["extensions"]), tuple(entry.get("only", ())))
        for name, entry in table("writes").items()
        if "extensions" in entry
    )


@cache
def _rules(language: str) -> dict[str, Any]:
    entry = table("writes")[language]
    if "like" in entry:
        return {**table("writes")[entry["like"]], **entry}
    found: dict[str, Any] = entry
    return found


@cache
def _called(names: tuple[str, ...], method: bool) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    before = r"\." if method else r"(?<![\w.$:>])"
    return re.compile(rf"{before}({alternatives})\s*\(")


@cache
def _assigned(names: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(names)
    return re.compile(
        rf"(?<![\w-])[\"']?(?:{alternatives})[\"']?\]?[ \t]*[:=](?![=>])[ \t]*([^\n]+)"
    )


def _is_commented(text: str, at: int, comment: str) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return comment in text[start:at]


class _Assignments:
    """The values that names are given in a source file; what is given two, has none."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._values: dict[str, str | None] | None = None

    def value(self, name: str) -> str | None:
        """The expression that a name stands for."""
        if self._values is None:
            self._values = {}
            for found in _ASSIGNMENT.finditer(self._text):
                key, value = found[1], self._whole(found)
                if self._values.setdefault(key, value) != value:
                    self._values[key] = None
        last = name.rpartition(".")[2].lstrip("$@")
        first = name.partition(".")[0].lstrip("$@")
        if name.startswith(("self.", "this.", "$this")) or "." not in name:
            return self._values.get(last)
        return self._values.get(first) if name == first else None

    def _whole(self, found: re.Match[str]) -> str:
        """The value, to the end of a bracket that goes on over further lines."""
        value = found[2].rstrip().rstrip(",;")
        opening = value.find("(")
        if opening >= 0 and value.count("(") > value.count(")"):
            start = found.start(2)
            end = closing(self._text[start : start + _LONGEST_ARGUMENTS], opening)
            if end is not None:
                value = self._text[start : start + end + 1]
        return value


class _Reader:
    """Finds the writes in one source file."""

    def __init__(self, text: str, rules: dict[str, Any], known: Names) -> None:
        self._text = text
        self._rules = rules
        self._known = known

    def calls(self) -> Iterator[Write]:
        for rule in self._rules.get("calls", ()):
            for found, arguments in self._found(rule, method=False):
                expression = _argument(arguments, rule.get("argument"), rule.get("key"))
                if "first" in rule and not _names_one(arguments, rule["first"]):
                    continue
                if expression is None and "argument" not in rule:
                    if found[1].startswith("OpenOptions"):
                        yield self._write(found.start(), None, rule, found[1])
                    continue
                yield self._write(found.start(), expression or "", rule, found[1])

    def methods(self) -> Iterator[Write]:
        for rule in self._rules.get("methods", ()):
            for found, arguments in self._found(rule, method=True):
                if "argument" in rule:
                    expression = _argument(arguments, rule["argument"], None)
                else:
                    expression = self._receiver(found.start())
                yield self._write(found.start(), expression or "", rule, found[1])

    def keys(self) -> Iterator[Write]:
        for rule in self._rules.get("keys", ()):
            needed = rule.get("needs")
            if needed and not any(word in self._text for word in needed):
                continue
            if not any(name in self._text for name in rule["names"]):
                continue
            for found in _assigned(tuple(rule["names"])).finditer(self._text):
                if _is_commented(self._text, found.start(), self._rules["comments"]):
                    continue
                value = split(found[1], ",")[0].rstrip("});")
                if "function" not in value and "=>" not in value and "(req" not in value:
                    yield self._write(found.start(), value, rule, found[0].split(":")[0])
        for rule in self._rules.get("callbacks", ()):
            if all(word in self._text for word in rule["needs"]):
                for found, arguments in self._found(rule, method=False):
                    expression = _argument(arguments, rule["argument"], None)
                    if expression and "/" not in expression and "+" in expression:
                        # the file's name, not the folder
                        continue
                    yield self._write(found.start(), expression or "", rule, found[1])

    def texts(self) -> Iterator[Write]:
        for source in self._rules.get("texts", ()):
            for found in re.finditer(source, self._text):
                if _is_commented(self._text, found.start(), self._rules["comments"]):
                    continue
                path = found[1]
                if path != ":memory:" and not path.startswith(":"):
                    yield self._write(found.start(), f'"{path}"', {"result": "file"}, "a database")
        for engine in self._rules.get("engines", ()):
            at = self._text.find(engine["text"])
            if at < 0 or _is_commented(self._text, at, self._rules["comments"]):
                continue
            around = self._text[max(0, at - 300) : at + 600]
            key = re.search(rf"[\"']{engine['key']}[\"']\s*:\s*([^\n]+)", around)
            value = split(key[1], ",")[0] if key else ""
            yield self._write(at, value, {"result": "file"}, engine["text"])

    def _found(
        self, rule: dict[str, Any], *, method: bool
    ) -> Iterator[tuple[re.Match[str], list[str]]]:
        names = tuple(name for name in rule["names"] if name.rpartition(".")[2] in self._text)
        if not names:
            return
        for found in _called(names, method).finditer(self._text):
            if _is_commented(self._text, found.start(), self._rules["comments"]):
                continue
            start = found.end() - 1
            end = closing(self._text[start : start + _LONGEST_ARGUMENTS], 0)
            if end is None:
                continue
            arguments = split(self._text[start + 1 : start + end], ",")
            if self._is_writing(rule, arguments):
                yield found, arguments

    def _is_writing(self, rule: dict[str, Any], arguments: list[str]) -> bool:
        """Whether the mode is one in which something is written; one that isn't known may be."""
        if "mode" not in rule:
            return True
        mode = _argument(arguments, rule["mode"], rule.get("mode_key"))
        if mode is None:
            return False
        if "words" in rule:
            return any(word in mode for word in rule["words"])
        literal = mode.strip("\"'` ")
        if literal == mode.strip() and not mode.startswith(("File::", ":")):
            return True
        return any(letter in literal for letter in rule["letters"])

    def _receiver(self, dot: int) -> str:
        """The expression in front of a method's dot."""
        text, start = self._text, dot
        while start > 0 and dot - start < _LONGEST_ARGUMENTS:
            character = text[start - 1]
            if character in ")]":
                opening = _opening(text, start - 1)
                if opening is None:
                    break
                start = opening
            elif _RECEIVER.match(character):
                start -= 1
            else:
                break
        return text[start:dot]

    def _write(self, at: int, expression: str | None, rule: dict[str, Any], call: str) -> Write:
        place = place_of(expression, self._known) if expression else None
        line = self._text.count("\n", 0, at) + 1
        return Write(place, rule["result"] == "folder", line, call.strip())


def _opening(text: str, end: int) -> int | None:
    """Where the bracket that closes at `end` opens, quotes not minded."""
    depth = 0
    for position in range(end, max(-1, end - _LONGEST_ARGUMENTS), -1):
        if text[position] in ")]":
            depth += 1
        elif text[position] in "([":
            depth -= 1
            if not depth:
                return position
    return None


def _argument(arguments: list[str], number: int | None, key: str | None) -> str | None:
    """An argument by its keyword, else by its number from 1."""
    if key is not None:
        pattern = re.compile(rf"(?:^|[{{,\s]){key}\s*[=:]\s*(.+)", re.DOTALL)
        for argument in arguments:
            inner = argument.strip()
            parts = split(inner[1:-1], ",") if inner.startswith("{") else [inner]
            for part in parts:
                if (found := pattern.match(part)) and not found[1].startswith("="):
                    return found[1]
                if part == key:
                    return key
    if number is not None and len(arguments) >= number and arguments[number - 1]:
        return arguments[number - 1]
    return None


def _names_one(arguments: list[str], words: list[str]) -> bool:
    return bool(arguments) and arguments[0].strip("\"'` ") in words
