"""Works out what of a value is known: compose's variables, templates, YAML's numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hardener.dockerfile.nodes import Span
from hardener.project.callers.model import Value
from hardener.project.callers.tree import ScalarNode, is_null

FROM_ENVIRONMENT = Value(None, None, None)
"""A name that is given without a value."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
_SPECIAL = re.compile(r"[$}]")

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,11})?\.[0-9]{1,4}|[-+]?[1-9][0-9]{0,11}\.")
_BOOLEAN = re.compile(r"true|True|TRUE|false|False|FALSE")
# octal, hexadecimal, binary, exponents, digit groups, infinities and dates, of which every program
# makes something else
_OTHER_NUMBER = re.compile(
    r"[-+]?(?:0[xob][0-9a-fA-F_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|"
    r"\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)|"
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"
)


def literal(text: str) -> Value:
    """A value with nothing in it to replace."""
    return Value(text, text, text)


def unknown(text: str, *variables: str) -> Value:
    """A value that depends on variables whose values aren't known."""
    return Value(text, None, None, variables)


def of_scalar(node: ScalarNode, read: Callable[[str], Value]) -> Value:
    """The value of a scalar in YAML or JSON where a string is wanted; `read` is for its text.

    A plain number is given as Go prints it: `3.10` becomes `3.1`. Null stands for a name without a
    value. The span is that of the scalar.

    Source: go-yaml resolve.go, compose-go's mappings (fmt.Sprint).
    """
    span = Span(node.start, node.end)
    if is_null(node):
        return replace(FROM_ENVIRONMENT, span=span)
    text: str | None = node.text
    if node.style == "plain" and not node.tag:
        text = _as_go_prints(node.text)
    if text is None:
        return replace(unknown(node.text), span=span)
    return replace(read(text), span=span)


def _as_go_prints(text: str) -> str | None:
    if _INTEGER.fullmatch(text):
        return str(int(text))
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return None if 0 < abs(number) < 1e-4 else repr(number).removesuffix(".0")
    if _BOOLEAN.fullmatch(text):
        return text.lower()
    return None if _OTHER_NUMBER.fullmatch(text) else text


def interpolated(text: str, variables: Mapping[str, str] = MappingProxyType({})) -> Value:
    """A value in a compose file: `$X`, `${X}`, `${X:-default}` and the like; `$$` is a dollar sign.

    `variables` are those that a `.env` file sets, as long as the environment doesn't.

    Source: the Compose specification, 12-interpolation.md, and compose-go template/template.go.
    """
    if "$" not in text:
        return literal(text)
    reader = _Interpolation(text, variables)
    known = reader.read()
    if reader.names:
        names = tuple(dict.fromkeys(reader.names))
        return Value(text, None, None if reader.lost else known, names)
    return Value(text, known, known) if not reader.lost else unknown(text)


class _Interpolation:
    """Replaces the variables of a text as if no others were set, and notes their names."""

    def __init__(self, text: str, variables: Mapping[str, str]) -> None:
        self._text = text
        self._variables = variables
        # the braces that are open, below them the whole: name, operator, the text so far, and
        # whether something in it isn't known
        self._levels: list[tuple[str, str, list[str], bool]] = [("", "", [], False)]
        self.names: list[str] = []

    def read(self) -> str:
        text, at = self._text, 0
        while at < len(text):
            if text.startswith("$$", at):
                self._add("$")
                at += 2
            elif text[at] == "$":
                at = self._variable(at)
            elif text[at] == "}" and len(self._levels) > 1:
                self._close(*self._levels.pop())
                at += 1
            else:
                found = _SPECIAL.search(text, at + 1)
                behind = found.start() if found else len(text)
                self._add(text[at:behind])
                at = behind
        return "".join(self._levels[0][2])

    @property
    def lost(self) -> bool:
        """Whether the text isn't known."""
        return len(self._levels) > 1 or self._levels[0][3]

    def _add(self, text: str) -> None:
        self._levels[-1][2].append(text)

    def _close(self, name: str, operator: str, pieces: list[str], lost: bool) -> None:
        """Puts `${name operator pieces}` in place."""
        value = self._variables.get(name)
        is_set = value is not None and (value != "" or not operator.startswith(":"))
        if operator.endswith("+"):
            value, lost = ("".join(pieces), lost) if is_set else ("", False)
        elif is_set:
            lost = False
        elif operator.endswith("-"):
            value = "".join(pieces)
        else:
            lost = True
        self._add(value or "")
        self._lose(lost)

    def _lose(self, lost: bool) -> None:
        """Notes that what stands here isn't known, in the brace that is open, if one is."""
        if lost:
            self._levels[-1] = (*self._levels[-1][:3], True)

    def _variable(self, at: int) -> int:
        """Reads `$NAME` or what opens `${NAME…}`, and returns the offset behind it."""
        text = self._text
        braced = text.startswith("${", at)
        name = _NAME.match(text, at + (2 if braced else 1))
        if name is None:
            self._lose(True)
            return at + 1
        self.names.append(name[0])
        operator = _OPERATOR.match(text, name.end()) if braced else None
        if operator is None:
            value = self._variables.get(name[0])
            self._add(value or "")
            closed = not braced or text.startswith("}", name.end())
            self._lose(value is None or not closed)
            return name.end() + (1 if braced and closed else 0)
        self._levels.append((name[0], operator[0], [], False))
        return operator.end()


def templated(text: str, opening: str, closing: str) -> Value:
    """A value with expressions between `opening` and `closing`, as in `${{ matrix.version }}`."""
    names = [name for _, _, name in templates(text, opening, closing)]
    return unknown(text, *dict.fromkeys(names)) if names else literal(text)


def templates(text: str, opening: str, closing: str) -> list[tuple[int, int, str]]:
    """The expressions between `opening` and `closing`: start, end and what stands inside."""
    found: list[tuple[int, int, str]] = []
    at = text.find(opening)
    while at >= 0:
        end = text.find(closing, at + len(opening))
        if end < 0:
            break
        found.append((at, end + len(closing), text[at + len(opening) : end].strip()))
        at = text.find(opening, end + len(closing))
    return found


def substituted(text: str, variables: Mapping[str, str | None]) -> Value:
    """A value in a bake file: `${NAME}` stands for a variable, whose default is in `variables`.

    The environment may set each of them, so that no such value is more than a default.
    """
    found = templates(text, "${", "}")
    if not found:
        return literal(text)
    pieces: list[str] = []
    position = 0
    known = True
    for start, end, name in found:
        default = variables.get(name)
        known = known and default is not None
        pieces += (text[position:start], default or "")
        position = end
    default = "".join([*pieces, text[position:]]) if known else None
    return Value(text, None, default, tuple(dict.fromkeys(name for _, _, name in found)))


def given(value: Value) -> str | None:
    """What a value is, or is by default; None if neither is known."""
    return value.known if value.known is not None else value.default


def reason(value: Value) -> str:
    """Why a value isn't known."""
    if value.variables:
        return "it depends on " + ", ".join(value.variables[:3])
    if value.written is None:
        return "it comes from the environment"
    return "it can't be read"
