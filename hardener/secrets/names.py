"""Tells by the name of a variable whether its value is a secret, and who reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from hardener.secrets.table import any_of, table

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads a variable without being told to.

    `build` is true where only building an image needs it, so that a container doesn't.
    """

    programs: frozenset[str]
    build: bool


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name holds a secret, as far as a name can tell.

    Source of the words: hardener/secrets/data/names.toml.
    """
    rules = _rules()
    if rules.harmless.fullmatch(name):
        return False
    if rules.named.fullmatch(name):
        return True
    words = [word.upper() for word in _WORD.findall(name)]
    while words and words[-1].isdigit():
        words.pop()
    if not words or words[-1] in rules.last or not rules.words.isdisjoint(words):
        return False
    if not rules.secret.isdisjoint(words) or words[-1].endswith(rules.joined):
        return True
    return any(
        word in ("KEY", "KEYS") and words[at - 1] in rules.keys
        for at, word in enumerate(words)
        if at
    )


def only_names_a_secret(name: str) -> bool:
    """Whether a variable of this name holds the number or name of a secret, in its shape."""
    return name.upper() in table("names")["harmless"]["ids"]


def is_public_by_design(name: str) -> bool:
    """Whether a framework puts a variable of this name into what it sends to browsers."""
    return name.startswith(tuple(table("names")["public"]["prefixes"]))


@cache
def readers_of(name: str) -> Readers:
    """The programs that read a variable of this name by themselves."""
    programs: set[str] = set()
    build = False
    for pattern, entry in _readers():
        if pattern.fullmatch(name):
            programs.update(entry["programs"])
            build = build or entry["build"]
    return Readers(frozenset(programs), build)


@cache
def runs_code() -> frozenset[str]:
    """Programs that run code of the project, which may read any variable."""
    return frozenset(table("names")["runs_code"]["programs"])


@cache
def _readers() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [(any_of(entry["names"]), entry) for entry in table("names")["reader"]]


@dataclass(frozen=True, slots=True)
class _Rules:
    secret: frozenset[str]
    keys: frozenset[str]
    joined: tuple[str, ...]
    named: re.Pattern[str]
    last: frozenset[str]
    words: frozenset[str]
    harmless: re.Pattern[str]


@cache
def _rules() -> _Rules:
    secret, harmless = table("names")["secret"], table("names")["harmless"]
    return _Rules(
        frozenset(secret["words"]),
        frozenset(secret["keys"]),
        tuple(secret["joined"]),
        any_of(secret["names"]),
        frozenset(harmless["last"]),
        frozenset(harmless["words"]),
        any_of(harmless["names"]),
    )
