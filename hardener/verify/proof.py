"""Verifies one Dockerfile: before and after hardening, compared, and the change to blame."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hardener.errors import HardenError
from hardener.project.context import read_ignore_file
from hardener.project.ignorefile import NO_IGNORE_FILE, IgnoreFile, IgnoreFileError
from hardener.verify.bench import Bench, Built, Options
from hardener.verify.blame import culprits
from hardener.verify.build import copy_tree
from hardener.verify.compare import Question, compare, unproved
from hardener.verify.comparerun import differs_by_itself
from hardener.verify.difference import Difference, Verdict, rules, verdict_of
from hardener.verify.engine import EngineError, is_transient
from hardener.verify.facts import Side
from hardener.verify.handed import with_handovers
from hardener.verify.hardening import AppliedChange, Hardened, Hardening
from hardener.verify.outcome import Outcome, without_secrets
from hardener.verify.recipe import Recipe
from hardener.verify.secretsearch import Secrets
from hardener.verify.session import Session

_MOST_BUILDS = 16
# BuildKit: "secret NAME: not found"; buildah: "… secret with id NAME found"
_MISSING_SECRET = re.compile(r"secret ([\w.-]+): not found|secret with id ([\w.-]+) found")


def verify_file(
    session: Session,
    recipe: Recipe,
    hardening: Hardening,
    options: Options,
    tell: Callable[[str], None] = lambda text: None,
) -> Outcome:
    """Verify one Dockerfile. It executes what the Dockerfile says.

    The working tree isn't touched; images are taken away at the end unless they are to be kept.

    Parameters:
        tell: given a line of progress now and then.

    Raises:
        EngineError: the engine can't be used, or went away. Everything else that goes wrong
            stands in the outcome.
    """
    secrets = Secrets.of(recipe.secrets)
    try:
        hardened = hardening(frozenset())
        if not hardened.files and recipe.expect.nonroot is None and recipe.expect.smaller is None:
            return Outcome(recipe.title, Verdict.SAME, notes=("nothing to change; not built",))
        recipe = with_handovers(recipe, hardened.handovers)
        secrets = Secrets.of(recipe.secrets)
        with tempfile.TemporaryDirectory(dir=session.folder) as folder:
            tree = copy_tree(
                recipe.dockerfile, recipe.context, recipe.root, Path(folder), _ignored(recipe)
            )
            bench = Bench(session, recipe, options, tree, secrets, tell)
            kept: tuple[str, ...] = ()
            try:
                outcome = _Proof(bench, hardening, hardened).outcome()
                kept = outcome.kept
            finally:
                bench.remove_images(kept)
            return without_secrets(outcome, secrets)
    except EngineError as error:
        raise EngineError(secrets.hide(error.message)) from error
    except HardenError as error:
        return Outcome(recipe.title, Verdict.CANT_TELL, unproved=(secrets.hide(str(error)),))


def _ignored(recipe: Recipe) -> IgnoreFile:
    """What need not be copied: what the ignore file keeps out of the context anyway.

    Hardening only ever adds to it. One that Docker refuses is left for the build to refuse, and
    where there is a .containerignore too, engines differ in which one they read.
    """
    if (recipe.context / ".containerignore").exists():
        return NO_IGNORE_FILE
    try:
        return read_ignore_file(recipe.dockerfile, recipe.context)
    except IgnoreFileError:
        return NO_IGNORE_FILE


@dataclass(slots=True)
class _Proof:
    """The comparison of one Dockerfile before and after, and the search for who is to blame."""

    bench: Bench
    hardening: Hardening
    hardened: Hardened
    before: Side = field(default_factory=Side)
    before_tag: str = ""
    built: tuple[str, ...] = ()
    again: Side | None = None
    _known: dict[tuple[frozenset[str], str], list[Difference]] = field(default_factory=dict)

    def outcome(self) -> Outcome:
        """Everything, from the first build to the blame."""
        bench = self.bench
        first, second = bench.build({}, "before"), bench.build(self.hardened.files, "after")
        self.before_tag = first.tag
        self.built = tuple(built.tag for built in (first, second) if built.error is None)
        outside = _missing_secret(first, second) or _engine_trouble(first, second)
        if outside:
            return self._outcome(Side(), [], [outside])
        self.before = Side(build_error=first.error)
        after = Side(build_error=second.error)
        if first.error is None and second.error is None:
            bench.look_into(first.tag, second.tag)
            self.before = bench.run(first.tag, "before")
            after = bench.run(second.tag, "after", first=self.before, first_tag=first.tag)
        differences = self._compared(after, self.hardened)
        if differs_by_itself(differences):
            # what differs from run to run by itself isn't held against the hardening
            self.again = bench.run(first.tag, "before, once more")
            differences = self._compared(after, self.hardened)
        reasons = unproved(self.before, after, self._question(self.hardened))
        return self._outcome(after, *self._blamed(differences, reasons))

    def _question(self, hardened: Hardened) -> Question:
        return Question(
            self.bench.recipe, hardened.changes, self.bench.declared({}), again=self.again
        )

    def _compared(self, after: Side, hardened: Hardened) -> list[Difference]:
        return compare(self.before, after, self._question(hardened))

    def _outcome(
        self, after: Side, differences: Sequence[Difference], reasons: Sequence[str]
    ) -> Outcome:
        return Outcome(
            self.bench.recipe.title,
            verdict_of(differences, reasons),
            tuple(differences),
            tuple(reasons),
            _notes(self.before, after, self.bench.secrets),
            self.hardened.changes,
            self.before,
            after,
            self.bench.builds,
            self.built if self.bench.options.keep else (),
        )

    def _blamed(
        self, differences: Sequence[Difference], reasons: Sequence[str]
    ) -> tuple[list[Difference], list[str]]:
        """The differences with the transforms to blame; reasons grow if that can't be found."""
        found, reasons = list(differences), list(reasons)
        transforms = self.hardened.transforms
        for number, difference in enumerate(found):
            by_no_change = difference.field == "expectation" and not difference.broken
            if difference.announced or by_no_change:
                continue
            if _was_there_before(difference, self.before):
                found[number] = replace(
                    difference, blamed=_claiming(difference, self.hardened.changes)
                )
                continue
            if len(transforms) > 1 and not self.bench.options.bisect:
                continue

            def fails(leave_out: frozenset[str], wanted: Difference = difference) -> bool:
                return any(
                    _same_difference(wanted, other) for other in self._without(leave_out, wanted)
                )

            suspects = _suspects(difference, self.hardened.changes)
            try:
                blamed = culprits(transforms, fails, suspects)
            except EngineError:
                raise
            except HardenError as error:
                reasons.append(f"the change to blame wasn't found: {error}")
                break
            found[number] = replace(difference, blamed=blamed)
        return found, reasons

    def _without(self, leave_out: frozenset[str], wanted: Difference) -> list[Difference]:
        """The differences that are left without some transforms, as far as `wanted` needs."""
        need = "build" if wanted.field == "build" else "run" if wanted.at_run else "image"
        key = (leave_out, need)
        if key not in self._known:
            self._known[key] = self._left_without(leave_out, need)
        return self._known[key]

    def _left_without(self, leave_out: frozenset[str], need: str) -> list[Difference]:
        bench = self.bench
        if bench.builds >= _MOST_BUILDS:
            raise HardenError(f"gave up after {bench.builds} builds")
        hardened = self.hardening(leave_out)
        if not hardened.files:
            return []
        built = bench.build(hardened.files, f"without {', '.join(sorted(leave_out))}")
        if built.error is not None or need == "build":
            after = Side(build_error=built.error)
            return self._compared(after, hardened) if built.error is not None else []
        bench.look_into(built.tag)
        if need == "image":
            return self._compared(Side(image=bench.images[built.tag]), hardened)
        after = bench.run(built.tag, "what is left", first=self.before, first_tag=self.before_tag)
        return self._compared(after, hardened)


def _missing_secret(before: Built, after: Built) -> str:
    """The way out where only the hardened build asks for a secret that nobody gave."""
    found = _MISSING_SECRET.search(after.error or "")
    if before.error is not None or found is None:
        return ""
    name = found[1] or found[2]
    return (
        f"the hardened build asks for the secret {name}: "
        f"give it with --secret id={name},env=VARIABLE or id={name},src=FILE"
    )


def _engine_trouble(before: Built, after: Built) -> str:
    """What kept the second build from an image, where neither Dockerfile is the cause."""
    if before.error is None and after.error is not None and is_transient(after.error):
        return f"the hardened build had no answer from a registry: {after.error}"
    return ""


def _notes(before: Side, after: Side, secrets: Secrets) -> tuple[str, ...]:
    notes = [
        f"the secret {name} is shorter than six characters and wasn't looked for"
        for name in secrets.too_short
    ]
    images = [side.image for side in (before, after) if side.image is not None]
    notes += [f"not looked into: {text}" for image in images for text in image.unread]
    if after.run is not None and after.run.uid_from == "the image":
        notes.append("it ended too soon to ask the kernel for its user id; the image says it")
    if after.run is not None and after.run.uid is None:
        notes.append("its user id at run time couldn't be asked")
    return tuple(dict.fromkeys(notes))


def _same_difference(wanted: Difference, other: Difference) -> bool:
    """The same field, and one of the same items where there are any.

    A variant that doesn't build acquits nobody.
    """
    if other.field == "build":
        return True
    if wanted.field != other.field:
        return False
    return not wanted.items or not other.items or bool(set(wanted.items) & set(other.items))


def _suspects(difference: Difference, changes: Sequence[AppliedChange]) -> list[str]:
    """Transforms that touch what the difference is about, by what they announce."""
    rule = rules()[difference.field]
    words = rule.announced_by | rule.announced_for_base_by | rule.suspect
    return list(
        dict.fromkeys(
            change.transform
            for change in changes
            if {word.partition(":")[0] for word in change.says} & words
        )
    )


def _claiming(difference: Difference, changes: Sequence[AppliedChange]) -> tuple[str, ...]:
    """The transforms that say that they take away what is still there."""
    return tuple(
        dict.fromkeys(change.transform for change in changes if difference.field in change.says)
    )


def _was_there_before(difference: Difference, before: Side) -> bool:
    """A secret that was in the image before hardening: leaving changes out can't show a cause."""
    return (
        difference.field == "secrets"
        and before.image is not None
        and {sighting.secret for sighting in before.image.sightings} >= set(difference.items)
    )
