"""A difference between before and after, and which of them count."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from hardener.verify.hardening import AppliedChange


class Verdict(StrEnum):
    """What came out for one Dockerfile."""

    SAME = "same"
    DIFFERS = "differs"
    BROKEN = "broken"
    CANT_TELL = "can't tell"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Attributes:
        field: its key in data/rules.toml.
        items: what exactly: names of variables, paths, probes; may be empty.
        text: one sentence for a person.
        broken: the application no longer does what it did.
        announced: transforms that said they would make it; where there is one, it isn't held
            against the hardening.
        blamed: transforms without which it isn't there.
    """

    field: str
    items: tuple[str, ...]
    text: str
    broken: bool
    announced: tuple[str, ...] = ()
    blamed: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The field in words."""
        return rules()[self.field].title

    @property
    def at_run(self) -> bool:
        """It only shows when the container runs."""
        return rules()[self.field].at_run


@dataclass(frozen=True, slots=True)
class Rule:
    """What data/rules.toml says of a field."""

    title: str
    broken: bool
    announced_by: frozenset[str]
    announced_for_base_by: frozenset[str]
    suspect: frozenset[str]
    at_run: bool


@cache
def rules() -> Mapping[str, Rule]:
    """The rules by field."""
    text = resources.files("hardener.verify").joinpath("data/rules.toml").read_text("utf-8")
    return {
        field: Rule(
            entry["title"],
            entry.get("broken", False),
            frozenset(entry.get("announced_by", ())),
            frozenset(entry.get("announced_for_base_by", ())),
            frozenset(entry.get("suspect", ())),
            entry.get("at_run", False),
        )
        for field, entry in tomllib.loads(text).items()
    }


def judged(
    field: str,
    text: str,
    changes: Sequence[AppliedChange],
    *,
    items: Iterable[str] = (),
    own: bool = True,
    broken: bool | None = None,
) -> Difference:
    """A difference with the transforms that announced it.

    A change announces a field's difference as a whole ("env"), or of some items ("env:HOME"):
    then all items have to be announced.

    Parameters:
        own: it's about something that the Dockerfile itself sets, not its base image.
        broken: in place of what the rules say.
    """
    rule = rules()[field]
    words = rule.announced_by | (frozenset() if own else rule.announced_for_base_by)
    items = tuple(items)
    whole = [change.transform for change in changes if words & change.says]
    by_item = [
        [
            change.transform
            for change in changes
            if any(f"{word}:{item}" in change.says for word in words)
        ]
        for item in items
    ]
    if not whole and items and all(by_item):
        whole = [name for names in by_item for name in names]
    return Difference(
        field,
        items,
        text,
        rule.broken if broken is None else broken,
        announced=tuple(dict.fromkeys(whole)),
    )


def verdict_of(differences: Iterable[Difference], unproved: Sequence[str]) -> Verdict:
    """The verdict: what was announced doesn't count; what couldn't be seen isn't *same*."""
    unannounced = [difference for difference in differences if not difference.announced]
    if any(difference.broken for difference in unannounced):
        return Verdict.BROKEN
    if unannounced:
        return Verdict.DIFFERS
    return Verdict.CANT_TELL if unproved else Verdict.SAME
