"""Tells what a value is: a stand-in, a switch, a token that is known by its shape, a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from hardener.secrets.table import table

if TYPE_CHECKING:
    from detect_secrets.plugins.base import RegexBasedDetector

_PART = re.compile(r"[A-Za-z]+")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")
# userinfo of a URL (RFC 3986, 3.2.1)
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://([^\s/@'\"<>]{1,500})@[\w$\[{]")
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A secret in a text: from `start` to `end`, what kind it is, and the variable to hold it."""

    start: int
    end: int
    kind: str
    name: str


def is_switch(value: str) -> bool:
    """Whether a value says no more than yes, no or nothing, or is a small number."""
    plain = value.strip("'\"").lower()
    return plain in table("values")["switch"]["values"] or (plain.isdigit() and len(plain) < 4)


def is_placeholder(value: str) -> bool:
    """Whether a value is a stand-in: made of everyday words, digits and separators, all one
    character, or marked as something to fill in (`<token>`, `{{ token }}`)."""
    plain = value.strip("'\" ")
    if is_switch(plain) or len(set(plain)) <= 2:
        return True
    if plain[:1] in "<[{%" and plain[-1:] in ">]}%":
        return True
    parts = [part for part in _SEPARATORS.split(plain) if part]
    return all(_says_nothing(part) for part in parts) and any(not part.isdigit() for part in parts)


def _says_nothing(part: str) -> bool:
    words = _stand_ins()
    if part.isdigit():
        return len(part) < 7
    if part.lower() in words:
        return True
    if re.search(r"\d{4}|\d[A-Za-z]", part):
        return False
    return all(word.lower() in words or len(set(word)) == 1 for word in _PART.findall(part))


@cache
def _stand_ins() -> frozenset[str]:
    return frozenset(table("values")["placeholder"]["words"])


def tokens_in(text: str) -> Iterator[Found]:
    """The tokens in `text` that are known by their shape, by detect-secrets or by our own table."""
    shapes = table("values")["shape"]
    for number in dict.fromkeys([number for mark, number in _marks() if mark in text]):
        shape = shapes[number]
        if "pattern" in shape:
            for match in _own(number).finditer(text):
                yield Found(match.start(), match.end(), shape["kind"], shape["name"])
        else:
            yield from _detected(text, number, shape)


@cache
def _marks() -> tuple[tuple[str, int], ...]:
    """The marks of all shapes, each with the number of its shape."""
    return tuple(
        (mark, number)
        for number, shape in enumerate(table("values")["shape"])
        for mark in shape["marks"]
    )


@cache
def _own(number: int) -> re.Pattern[str]:
    shape = table("values")["shape"][number]
    return re.compile(shape.get("pattern") or shape["like"])


def _detected(text: str, number: int, shape: dict[str, str]) -> Iterator[Found]:
    """What detect-secrets finds, in the lines where it may find something."""
    end = 0
    for hint in _own(number).finditer(text):
        if hint.start() < end:
            continue
        start = text.rfind("\n", 0, hint.start()) + 1
        end = text.find("\n", hint.end())
        end = len(text) if end < 0 else end
        for pattern in _detector(shape["plugin"]).denylist:
            for match in pattern.finditer(text, start, min(end, start + _LONGEST_LINE)):
                # a group is the token where it is long, else a part of it
                long = [i + 1 for i, part in enumerate(match.groups()) if part and len(part) > 15]
                yield Found(*match.span(long[0] if long else 0), shape["kind"], shape["name"])


@cache
def _detector(plugin: str) -> RegexBasedDetector:
    # imported late: it takes longer than hardening a whole file
    module, _, name = plugin.partition(".")
    found: RegexBasedDetector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
    return found


def logins_in(text: str) -> Iterator[tuple[int, int]]:
    """Where the userinfo of URLs stands in `text` (`user:password`, or a token alone)."""
    if "@" not in text:
        return
    for match in _USERINFO.finditer(text):
        yield match.start(1), match.end(1)
