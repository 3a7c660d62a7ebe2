"""Matches the part of Go's regular expressions that an ignore pattern can turn into.

Docker makes a regular expression of a pattern and leaves some characters in it that the pattern's
author meant literally (`|`, `{2}`, `^`, `\\d`), so that such a pattern means what Go makes of it.
Matching walks all states at once and takes time linear in the text.

Source: Go's regexp/syntax/parse.go with the flags of regexp.Compile (Perl).
"""

from dataclasses import dataclass
from typing import Final

_MAX_REPEAT: Final = 1000
_MAX_CODE: Final = 0x10FFFF
_MOST_STATES: Final = 10_000
_LONGEST_REPETITION: Final = len("{99999999,99999999}")
_LONGEST_ESCAPE: Final = 16

Ranges = tuple[tuple[int, int], ...]

_POSIX: Final[dict[str, Ranges]] = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": ((48, 57),),
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": ((48, 57), (65, 90), (95, 95), (97, 122)),
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_PERL: Final[dict[str, Ranges]] = {
    "d": _POSIX["digit"],
    "s": ((9, 10), (12, 13), (32, 32)),
    "w": _POSIX["word"],
}
_CONTROL: Final = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_NOT_NEWLINE: Final[Ranges] = ((0, 9), (11, _MAX_CODE))
_SLASH: Final[Ranges] = ((47, 47),)
# the first letters of Unicode's general categories, and what begins a name of more letters
_UNICODE_CLASSES: Final = frozenset("CLMNPSZ{")
_ASSERTIONS: Final = {"A": "begin", "z": "end", "b": "boundary", "B": "inside"}


class GoSyntaxError(ValueError):
    """Go's regexp.Compile refuses the expression; the text says why."""


class NotKnownHereError(ValueError):
    """Go knows what the expression means and this module doesn't; the text says what."""


@dataclass(frozen=True, slots=True)
class _Item:
    """One thing to match, `least` to `most` times (None: without end): ranges of characters, the
    name of an assertion, or a group of items."""

    what: "Ranges | str | tuple[_Item, ...]"
    least: int = 1
    most: int | None = 1


@dataclass(frozen=True, slots=True)
class _State:
    """Reads one character (`ranges`), or asserts, or only leads on; `then` are the next states."""

    ranges: Ranges | None
    assertion: str | None
    then: tuple[int, ...]


class GoRegexp:
    """A compiled expression.

    Raises GoSyntaxError for what Go refuses, NotKnownHereError for a class of Unicode (`\\pL`) and
    for an expression of more than 10,000 states.
    """

    __slots__ = ("_accept", "_start", "_states")

    def __init__(self, expression: str) -> None:
        self._states: list[_State] = []
        self._accept = self._add(_State(None, None, ()))
        starts = []
        for items in _Parser(expression).parse():
            then = self._accept
            for item in reversed(items):
                then = self._compile(item, then)
            starts.append(then)
        self._start = tuple(starts)

    def search(self, text: str) -> bool:
        """Whether the expression matches anywhere in `text`."""
        current: set[int] = set()
        for place in range(len(text) + 1):
            if self._close(current, self._start, text, place):
                return True
            if place == len(text):
                return False
            code = ord(text[place])
            arrived: set[int] = set()
            for number in current:
                state = self._states[number]
                if state.ranges is not None and _within(code, state.ranges):
                    arrived.update(state.then)
            current = set()
            if self._close(current, tuple(arrived), text, place + 1):
                return True
        return False

    def _close(self, reached: set[int], entered: tuple[int, ...], text: str, place: int) -> bool:
        """Adds the states that can be reached without reading; True if the end is among them."""
        pending = [number for number in entered if number not in reached]
        while pending:
            number = pending.pop()
            if number == self._accept:
                return True
            if number in reached:
                continue
            reached.add(number)
            state = self._states[number]
            if state.ranges is None and (
                state.assertion is None or _holds(state.assertion, text, place)
            ):
                pending.extend(state.then)
        return False

    def _add(self, state: _State) -> int:
        if len(self._states) == _MOST_STATES:
            raise NotKnownHereError("more repetitions than are worth following")
        self._states.append(state)
        return len(self._states) - 1

    def _compile(self, item: _Item, then: int) -> int:
        if item.most is None:
            loop = self._add(_State(None, None, ()))
            once = self._compile_once(item.what, loop)
            self._states[loop] = _State(None, None, (once, then))
            then = loop
        else:
            end = then
            for _ in range(item.most - item.least):
                then = self._add(_State(None, None, (self._compile_once(item.what, then), end)))
        for _ in range(item.least):
            then = self._compile_once(item.what, then)
        return then

    def _compile_once(self, what: "Ranges | str | tuple[_Item, ...]", then: int) -> int:
        if isinstance(what, str):
            return self._add(_State(None, what, (then,)))
        items = [part for part in what if isinstance(part, _Item)]
        if items:
            for item in reversed(items):
                then = self._compile(item, then)
            return then
        ranges = tuple(part for part in what if not isinstance(part, _Item))
        return self._add(_State(ranges, None, (then,)))


def _within(code: int, ranges: Ranges) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _holds(assertion: str, text: str, place: int) -> bool:
    if assertion == "begin":
        return place == 0
    if assertion == "end":
        return place == len(text)
    before = place > 0 and _within(ord(text[place - 1]), _PERL["w"])
    after = place < len(text) and _within(ord(text[place]), _PERL["w"])
    return (before != after) == (assertion == "boundary")


def _negated(ranges: Ranges) -> Ranges:
    outside: list[tuple[int, int]] = []
    free = 0
    for low, high in sorted(ranges):
        if low > free:
            outside.append((free, low - 1))
        free = max(free, high + 1)
    if free <= _MAX_CODE:
        outside.append((free, _MAX_CODE))
    return tuple(outside)


class _Parser:
    """Reads an expression from left to right into alternatives, each a list of items."""

    def __init__(self, expression: str) -> None:
        self.text = expression
        self.at = 0
        self.items: list[_Item] = []

    def parse(self) -> list[list[_Item]]:
        alternatives = [self.items]
        repeated = False
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "|":
                self.at += 1
                self.items = []
                alternatives.append(self.items)
                repeated = False
                continue
            repetition = self.repetition()
            if repetition is None:
                self.item(char)
            elif repeated:
                raise GoSyntaxError("a repetition of a repetition")
            elif not self.items:
                raise GoSyntaxError("nothing to repeat")
            else:
                self.items[-1] = _Item(self.items[-1].what, *repetition)
            repeated = repetition is not None
        return alternatives

    def repetition(self) -> tuple[int, int | None] | None:
        """Reads `*` or `{2}`, `{2,}`, `{2,3}`; None if the text goes on with something else."""
        if self.text[self.at] == "*":
            self.at += 1
            return 0, None
        if self.text[self.at] != "{":
            return None
        end = self.text.find("}", self.at, self.at + _LONGEST_REPETITION)
        least, comma, most = self.text[self.at + 1 : max(end, self.at)].partition(",")
        if not _is_count(least) or (most and not _is_count(most)):
            return None
        low = int(least)
        high = low if not comma else int(most) if most else None
        if low > _MAX_REPEAT or (high is not None and (high > _MAX_REPEAT or high < low)):
            raise GoSyntaxError("a repetition of more than 1000, or from more to fewer")
        self.at = end + 1
        return low, high

    def item(self, char: str) -> None:
        if self.text.startswith("(.*/)?", self.at):
            self.at += len("(.*/)?")
            slash = (_Item(_NOT_NEWLINE, 0, None), _Item(_SLASH))
            self.items.append(_Item(slash, 0, 1))
        elif char == ".":
            self.at += 1
            self.items.append(_Item(_NOT_NEWLINE))
        elif char in "^$":
            self.at += 1
            self.items.append(_Item("begin" if char == "^" else "end"))
        elif char == "[":
            self.items.append(_Item(self.char_class()))
        elif char == "\\":
            self.escape()
        else:
            self.at += 1
            self.items.append(_Item(((ord(char), ord(char)),)))

    def escape(self) -> None:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ASSERTIONS:
            self.at += 2
            self.items.append(_Item(_ASSERTIONS[letter]))
        elif letter == "Q":
            literal, _, _ = self.text[self.at + 2 :].partition("\\E")
            self.at += 2 + len(literal) + 2
            self.items.extend(_Item(((ord(char), ord(char)),)) for char in literal)
        else:
            self.items.append(_Item(self.named_class() or self.single()))

    def named_class(self) -> Ranges | None:
        r"""Reads `\d` and its like, if it stands here."""
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in ("p", "P"):
            name = self.text[self.at + 2 : self.at + 3]
            if name in _UNICODE_CLASSES:
                raise NotKnownHereError(f"the Unicode class \\{letter}{name}")
            raise GoSyntaxError(f"a Unicode class Go doesn't know: \\{letter}{name}")
        ranges = _PERL.get(letter.lower()) if letter else None
        if ranges is None:
            return None
        self.at += 2
        return ranges if letter.islower() else _negated(ranges)

    def single(self) -> Ranges:
        """Reads one character, escaped or not."""
        if self.at >= len(self.text):
            raise GoSyntaxError("a missing ]")
        if self.text[self.at] == "\\":
            code = self.escaped_code()
        else:
            code = ord(self.text[self.at])
            self.at += 1
        return ((code, code),)

    def escaped_code(self) -> int:
        rest = self.text[self.at + 1 : self.at + 1 + _LONGEST_ESCAPE]
        letter = rest[:1]
        digits = ""
        if letter and letter in "01234567" and (letter == "0" or rest[1:2] in set("01234567")):
            digits = _leading(rest[:3], "01234567")
            used, code = len(digits), int(digits, 8)
        elif letter == "x" and rest[1:2] == "{":
            digits = _leading(rest[2:], "0123456789abcdefABCDEF")
            used, code = len(digits) + 3, int(digits or "0", 16)
            if not digits or rest[used - 1 : used] != "}" or code > _MAX_CODE:
                raise GoSyntaxError("an escape Go doesn't know: \\x{")
        elif letter == "x" and len(_leading(rest[1:3], "0123456789abcdefABCDEF")) == 2:
            used, code = 3, int(rest[1:3], 16)
        elif letter in _CONTROL:
            used, code = 1, _CONTROL[letter]
        elif letter.isascii() and letter and not letter.isalnum():
            used, code = 1, ord(letter)
        else:
            raise GoSyntaxError(f"an escape Go doesn't know: \\{letter}")
        self.at += 1 + used
        return code

    def char_class(self) -> Ranges:
        self.at += 1
        negated = self.text.startswith("^", self.at)
        if negated:
            self.at += 1
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self.text.startswith("]", self.at):
            first = False
            ranges.extend(self.posix_class() or self.escaped_class() or self.range())
        self.at += 1
        return _negated(tuple(ranges)) if negated else tuple(ranges)

    def posix_class(self) -> Ranges | None:
        if not self.text.startswith("[:", self.at):
            return None
        end = self.text.find(":]", self.at + 2)
        if end < 0:
            return None
        name = self.text[self.at + 2 : end]
        ranges = _POSIX.get(name.removeprefix("^"))
        if ranges is None:
            raise GoSyntaxError("a class Go doesn't know: [:" + name + ":]")
        self.at = end + 2
        return _negated(ranges) if name.startswith("^") else ranges

    def escaped_class(self) -> Ranges | None:
        return self.named_class() if self.text.startswith("\\", self.at) else None

    def range(self) -> Ranges:
        ((low, _),) = self.single()
        if not self.text.startswith("-", self.at) or self.text.startswith("-]", self.at):
            return ((low, low),)
        self.at += 1
        ((high, _),) = self.single()
        if high < low:
            raise GoSyntaxError("a range that runs backwards")
        return ((low, high),)


def _is_count(text: str) -> bool:
    # Go takes no leading zeros; the length keeps int() from reading a megabyte of digits
    return text.isascii() and text.isdigit() and len(text) < 9 and (text == "0" or text[0] != "0")


def _leading(text: str, allowed: str) -> str:
    return text[: len(text) - len(text.lstrip(allowed))]
