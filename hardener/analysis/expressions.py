"""Reads the path out of an argument such as `os.path.join(BASE, "uploads")`, in several languages.

It is no interpreter: what it doesn't understand has no place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hardener.analysis.knowledge import names

Start = Literal["folder", "source", "root", "open"]

_MOST_DEPTH = 8
_MOST_CHARACTERS = 400
_STRING = re.compile(r"""(?:[rRbBuU]{0,2}|@)(["'`])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL)
_FORMATTED = re.compile(
    r"""(?:[fF][rR]?|[rR][fF]|\$@?|@\$)(["'])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL
)
_SUBSTITUTION = re.compile(r"\$\{|#\{|\{|%[sdv]|\$[A-Za-z_]")
_LEADING = re.compile(r"(?:\$|#)?\{\s*([\w.]+)\s*\}(/.*)?\Z", re.ASCII)
_CALL = re.compile(r"(?:new\s+)?([A-Za-z_$][\w.:$]*)\s*\(", re.ASCII)
_NAME = re.compile(r"\$?[A-Za-z_][\w.$]*|@\w+", re.ASCII)
_WORKING_FOLDER = re.compile(
    r"(?:os\.getcwd|process\.cwd|Path\.cwd|Dir\.pwd|getcwd|os\.Getwd|Directory\.GetCurrentDirectory"
    r"|System\.getProperty|Deno\.cwd)\s*(?:\([^()]*\))?"
)
_ENVIRONMENT = re.compile(
    r"""(?:os\.environ\.get|os\.getenv|getenv|environ\.get|env\.str|env|config|ENV\.fetch|os\.Getenv
    |System\.getenv|Environment\.GetEnvironmentVariable|decouple\.config|Deno\.env\.get)
    \s*\(\s*["'](\w+)["']\s*(?:,\s*(?:default\s*=\s*)?(.*))?\)\Z""",
    re.DOTALL | re.VERBOSE,
)
_VARIABLE = re.compile(
    r"""(?:process\.env|import\.meta\.env)\.(\w+)\Z
    |(?:os\.environ|ENV|process\.env)\[["'](\w+)["']\]\Z""",
    re.VERBOSE,
)
_METHOD = re.compile(r"\.\s*(\w+)\s*(\(|\[|)")


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a program.

    Attributes:
        start: what `path` is relative to: the working `folder`, the folder of the `source` file,
            the `root`; `open` stands for where everybody may write, memory included.
        path: the path, "." where it is the start itself.
        exact: whether that is all; else something unknown follows below it.
    """

    start: Start
    path: str
    exact: bool = True

    def then(self, other: Place | None) -> Place:
        """This folder with what comes below it."""
        if not self.exact or other is None:
            return replace(self, exact=False)
        if other.start in ("root", "open"):
            return other
        path = self.path
        if other.path != ".":
            path = other.path.lstrip("/") if path == "." else f"{path}/{other.path}"
        return Place(self.start, path or ".", other.exact)

    @property
    def parent(self) -> Place:
        """The folder it stands in."""
        if self.path == ".":
            return replace(self, path="..")
        if self.path.rpartition("/")[2] == "..":
            return replace(self, path=f"{self.path}/..")
        return replace(self, path=self.path.rpartition("/")[0] or ".")


@dataclass(frozen=True, slots=True)
class Names:
    """What names mean in a source file: its assignments, and the container's environment."""

    assigned: Callable[[str], str | None]
    environment: Callable[[str], str | None]


def _words(key: str) -> frozenset[str]:
    return names("expressions", key)


def place_of(expression: str, known: Names, depth: int = 0) -> Place | None:
    """The path that an expression stands for; None where it can't be told."""
    text = _stripped(expression)
    if not text or depth > _MOST_DEPTH or len(text) > _MOST_CHARACTERS:
        return None
    if any(word in text for word in _words("open")):
        return Place("open", ".")
    for operator in ("||", "??", "?:", " or "):
        first, *rest = split(text, operator)
        if rest:
            return place_of(first, known, depth + 1) or place_of(rest[0], known, depth + 1)
    for operator in ("+", "/", " . ", " <> "):
        first, *rest = split(text, operator)
        if rest and first:
            return _joined([first, *rest], operator != "/", known, depth)
    return _atom(text, known, depth)


def _joined(parts: Sequence[str], glued: bool, known: Names, depth: int) -> Place | None:
    place = place_of(parts[0], known, depth + 1)
    if place is None or place.start == "open":
        return place
    for part in parts[1:]:
        further = place_of(part, known, depth + 1)
        if glued and further is not None and further.start == "root":
            # `__dirname + '/uploads'`
            further = Place("folder", further.path.lstrip("/") or ".", further.exact)
        elif glued and place.exact and not place.path.endswith("/") and place.path != ".":
            # a name is put together out of pieces
            return replace(place.parent, exact=False)
        place = place.then(further)
    return place


def _atom(text: str, known: Names, depth: int) -> Place | None:
    literal = _STRING.match(text)
    if literal:
        quote, content = literal[1], literal[2]
        cut = _SUBSTITUTION.search(content) if quote == "`" or "#{" in content else None
        place = _literal(content, cut) or _filled(content, known, depth)
        return _followed(place, text[literal.end() :], known, depth)
    formatted = _FORMATTED.match(text)
    if formatted:
        cut = _SUBSTITUTION.search(formatted[2])
        return _literal(formatted[2], cut) or _filled(formatted[2], known, depth)
    if found := _ENVIRONMENT.match(text):
        return _environment(found[1], found[2], known, depth)
    if found := _VARIABLE.match(text):
        return _environment(found[1] or found[2], None, known, depth)
    if found := _WORKING_FOLDER.match(text):
        return _followed(Place("folder", "."), text[found.end() :], known, depth)
    if call := _CALL.match(text):
        return _called(text, call, known, depth)
    return _named(text, known, depth)


def _literal(content: str, cut: re.Match[str] | None) -> Place | None:
    exact = cut is None
    if cut is not None:
        content = content[: cut.start()].rpartition("/")[0]
        if not cut.start() or (not content and cut.string.startswith("/")):
            return None
    if content.startswith("~"):
        return Place("open", ".")
    if content.startswith(("http:", "https:", "s3:", "gs:", "postgres", "mysql", "redis")):
        return Place("open", ".")
    if content.startswith("file:"):
        content = content[5:].removeprefix("//")
    if content.startswith("/"):
        return Place("root", content, exact)
    while content.startswith("./"):
        content = content[2:]
    return Place("folder", content.rstrip("/") or ".", exact)


def _filled(content: str, known: Names, depth: int) -> Place | None:
    """The path of a text that begins with a variable, as `{folder}/name` does."""
    found = _LEADING.match(content)
    if found is None:
        return None
    place = place_of(found[1], known, depth + 1)
    rest = found[2]
    if place is None or not rest:
        return place
    rest = rest.lstrip("/")
    return place.then(_literal(rest, _SUBSTITUTION.search(rest)))


def _environment(name: str, default: str | None, known: Names, depth: int) -> Place | None:
    value = known.environment(name)
    if value:
        return _literal(value, None)
    return place_of(default, known, depth + 1) if default else None


def _called(text: str, call: re.Match[str], known: Names, depth: int) -> Place | None:
    name = call[1]
    end = closing(text, call.end() - 1)
    if end is None:
        return None
    arguments = split(text[call.end() : end], ",")
    rest = text[end + 1 :]
    short = name.rpartition("::")[2] if name.startswith("std::") else name
    if name in _words("parents") and arguments:
        place = place_of(arguments[0], known, depth + 1)
        return _followed(place.parent if place else None, rest, known, depth)
    if name in _words("same") and arguments:
        return _followed(place_of(arguments[0], known, depth + 1), rest, known, depth)
    if name == "File.expand_path" and len(arguments) == 2:
        arguments = [arguments[1], arguments[0]]
    if {name, short} & _words("joins"):
        place = place_of(arguments[0], known, depth + 1) if arguments else None
        for part in arguments[1:]:
            place = None if place is None else place.then(place_of(part, known, depth + 1))
        return _followed(place, rest, known, depth)
    receiver, _, method = name.rpartition(".")
    if receiver and method in _words("adding") | {"with_name"}:
        start = place_of(receiver, known, depth + 1)
        return _followed(start, f".{method}({text[call.end() : end]}){rest}", known, depth)
    if receiver and method in _words("keeping"):
        return _followed(place_of(receiver, known, depth + 1), rest, known, depth)
    return None


def _named(text: str, known: Names, depth: int) -> Place | None:
    found = _NAME.match(text)
    if found is None:
        return None
    name, rest = found[0], text[found.end() :]
    # the parent of this file, whatever its name, is this folder
    for special, place in (("folder", Place("source", ".")), ("file", Place("source", "-"))):
        for word in _words(f"this_{special}"):
            if name == word or name.startswith(word + "."):
                return _followed(place, name[len(word) :] + rest, known, depth)
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        value = known.assigned(".".join(parts[:length]))
        if value is not None and _stripped(value) != text:
            further = "".join(f".{part}" for part in parts[length:]) + rest
            return _followed(place_of(value, known, depth + 1), further, known, depth)
    return None


def _followed(place: Place | None, rest: str, known: Names, depth: int) -> Place | None:
    """A path with the methods that are called on it."""
    rest = rest.strip()
    while place is not None and rest:
        found = _METHOD.match(rest)
        if found is None:
            return None
        method, opening = found[1], found[2]
        end = closing(rest, found.end() - 1) if opening else found.end() - 1
        if end is None:
            return None
        inner = [part for part in split(rest[found.end() : end], ",") if part] if opening else []
        rest = rest[end + 1 :].strip()
        if method == "parent":
            place = place.parent
        elif method == "parents":
            for _ in range(1 + (int(inner[0]) if inner and inner[0].isdecimal() else 0)):
                place = place.parent
        elif method == "with_name" and inner:
            place = place.parent.then(place_of(inner[0], known, depth + 1))
        elif method in _words("adding") and inner:
            for part in inner:
                place = place.then(place_of(part, known, depth + 1))
        elif method not in _words("keeping"):
            return None
    return place


def _stripped(text: str) -> str:
    text = text.strip().rstrip(";").strip()
    text = re.sub(r"\A(?:await|return|&mut|&|new URL)\s*", "", text)
    while text.startswith("(") and closing(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def closing(text: str, start: int) -> int | None:
    """Where the bracket that opens at `start` closes, quotes minded; None if it doesn't."""
    depth = 0
    position = start
    while position < len(text):
        character = text[position]
        if character in "\"'`":
            found = _STRING.match(text, position)
            if found is None:
                return None
            position = found.end()
            continue
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
            if not depth:
                return position
        position += 1
    return None


def split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand in no bracket and no quotes."""
    parts = []
    position = first = 0
    while position < len(text):
        character = text[position]
        if character in "\"'`" and (found := _STRING.match(text, position)):
            position = found.end()
        elif character in "([{" and (end := closing(text, position)) is not None:
            position = end + 1
        elif text.startswith(separator, position):
            parts.append(text[first:position].strip())
            position += len(separator)
            first = position
        else:
            position += 1
    parts.append(text[first:].strip())
    return parts
