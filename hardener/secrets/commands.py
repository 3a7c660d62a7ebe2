"""What commands do with a secret that they are given: send it, set it, or write it down."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from hardener.dockerfile.shell import Word
from hardener.secrets.credentials import is_begun_by
from hardener.secrets.table import table

_SAFE_KEY = re.compile(r"[\w./:@-]+")
_SCOPES = ("--global", "--system", "--local", "-g")


@dataclass(frozen=True, slots=True)
class Option:
    """An option that is given a secret; explained in data/commands.toml."""

    programs: frozenset[str]
    options: tuple[str, ...]
    behind_colon: bool
    name: str


@dataclass(frozen=True, slots=True)
class Store:
    """A command that writes a secret down; explained in data/commands.toml."""

    words: tuple[str, ...]
    keeps: re.Pattern[str] | None
    undo: str | None
    done: tuple[tuple[str, ...], ...]
    programs: frozenset[str]

    def is_read_by(self, words: Sequence[str]) -> bool:
        """Whether a command, its name without folders first, reads what was written."""
        return is_begun_by(words, self.programs) and not is_begun_by(words, _quiet())

    def undone_by(self, words: Sequence[str]) -> bool:
        """Whether a command takes away again what was written."""
        return any(tuple(words[: len(done)]) == done for done in self.done)


@cache
def _quiet() -> frozenset[str]:
    return frozenset(table("commands")["quiet"]["commands"])


@cache
def sending() -> frozenset[str]:
    """Programs that use a secret of their arguments and don't keep it."""
    return frozenset(table("commands")["sends"]["programs"])


@cache
def fetching() -> frozenset[str]:
    """Programs that write what they fetch, not what they are given."""
    return frozenset(table("commands")["sends"]["fetch"])


@cache
def setting() -> frozenset[str]:
    """Programs that set a password in the image."""
    return frozenset(table("commands")["sets"]["programs"])


@cache
def options() -> tuple[Option, ...]:
    """The options that are given secrets."""
    return tuple(
        Option(
            frozenset(entry["programs"]),
            tuple(entry["options"]),
            entry["value"] == "behind colon",
            entry["name"],
        )
        for entry in table("commands")["option"]
    )


@cache
def _stores() -> tuple[Store, ...]:
    return tuple(
        Store(
            tuple(entry["words"]),
            re.compile(entry["keeps"], re.IGNORECASE) if "keeps" in entry else None,
            entry.get("undo"),
            tuple(tuple(done.split()) for done in entry["done"]),
            frozenset(entry["programs"]),
        )
        for entry in table("commands")["store"]
    )


def store_of(words: Sequence[str]) -> Store | None:
    """What a command, its name without folders first, writes down; None where it doesn't."""
    for store in _stores():
        begins = tuple(words[: len(store.words)]) == store.words
        if begins and (store.keeps is None or store.keeps.search(" ".join(words))):
            return store
    return None


def undoing(store: Store, words: Sequence[Word]) -> str | None:
    """The command that takes away what `words` wrote down, as shell code; None if not known."""
    if store.undo is None:
        return None
    given = words[len(store.words) :]
    scope = next((word.text for word in given if word.text in _SCOPES), "")
    operands = [word for word in given if not word.text.startswith("-") and word.text != "set"]
    if not operands:
        return store.undo.replace(" {registry}", "") if "{registry}" in store.undo else None
    first = operands[0]
    if "{section}" in store.undo:
        section = re.sub(r"(?i)\.insteadof|\.extraheader", "", first.raw)
        if section == first.raw:
            return None
        undo = store.undo.replace("{section}", section)
        return undo.replace(" --global", f" {scope}" if scope else "")
    if "{registry}" in store.undo:
        hosts = [word.raw for word in operands if "." in word.text or "$" in word.text]
        return store.undo.replace("{registry}", hosts[-1]) if hosts else None
    key = first.text.partition("=")[0]
    if not _SAFE_KEY.fullmatch(key):
        return None
    undo = store.undo.replace("{globally}", "--global " if scope in ("-g", "--global") else "")
    if store.words == ("bundle", "config") and not any(word.text == "set" for word in given):
        undo = undo.replace("unset", "--delete")
    return undo.replace("{key}", key)
