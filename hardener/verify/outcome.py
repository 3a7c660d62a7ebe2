"""What came out of verifying one Dockerfile."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hardener.verify.difference import Difference, Verdict
from hardener.verify.facts import RunFacts, Side
from hardener.verify.hardening import AppliedChange
from hardener.verify.secretsearch import Secrets


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one Dockerfile. No text in it holds a secret.

    Attributes:
        name: the Dockerfile's path relative to the root.
        unproved: what couldn't be seen, each a sentence; the reason of *can't tell*.
        notes: what is worth knowing and changes nothing.
        before, after: what was seen; None where it didn't come to that.
        builds: how many images were built.
        kept: the names of images that were kept for a person.
    """

    name: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    unproved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    changes: tuple[AppliedChange, ...] = ()
    before: Side | None = None
    after: Side | None = None
    builds: int = 0
    kept: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[Difference, ...]:
        """The differences that nobody announced, the gravest first."""
        return tuple(found for found in self.differences if not found.announced)

    @property
    def failed_before(self) -> bool:
        """It didn't build before hardening."""
        return self.before is not None and self.before.build_error is not None

    @property
    def headline(self) -> str:
        """The verdict in words: "differs in environment", "same"."""
        if self.verdict is Verdict.DIFFERS:
            titles = dict.fromkeys(difference.title for difference in self.counted)
            return f"differs in {', '.join(titles)}"
        if self.failed_before:
            return f"{self.verdict}: failed before"
        return str(self.verdict)

    @property
    def reason(self) -> str:
        """The sentence that says why; empty for *same*."""
        if self.counted:
            return self.counted[0].text
        return self.unproved[0] if self.unproved else ""

    @property
    def blamed(self) -> tuple[str, ...]:
        """The transforms to blame, in the order of the differences."""
        return tuple(dict.fromkeys(name for found in self.counted for name in found.blamed))


def without_secrets(outcome: Outcome, secrets: Secrets) -> Outcome:
    """The outcome with every secret in its sentences and outputs replaced, answers left out."""
    hide = secrets.hide
    return replace(
        outcome,
        differences=tuple(
            replace(found, text=hide(found.text), items=tuple(map(hide, found.items)))
            for found in outcome.differences
        ),
        unproved=tuple(map(hide, outcome.unproved)),
        notes=tuple(map(hide, outcome.notes)),
        before=_side(outcome.before, secrets),
        after=_side(outcome.after, secrets),
    )


def _side(side: Side | None, secrets: Secrets) -> Side | None:
    if side is None:
        return None
    return replace(
        side,
        build_error=None if side.build_error is None else secrets.hide(side.build_error),
        run_error=secrets.hide(side.run_error),
        run=None if side.run is None else _run(side.run, secrets),
        commands=tuple(_run(command, secrets) for command in side.commands),
    )


def _run(run: RunFacts, secrets: Secrets) -> RunFacts:
    output = secrets.hide(run.output.decode("utf-8", "replace")).encode()
    return replace(run, output=output, answers=())
