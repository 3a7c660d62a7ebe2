"""Compares an image and its container before hardening with those after it; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hardener.verify.comparerun import run_differences, unmet
from hardener.verify.declared import Declared
from hardener.verify.difference import Difference, judged
from hardener.verify.facts import FileFact, ImageFacts, Side
from hardener.verify.hardening import AppliedChange
from hardener.verify.inspect import Holdings, holdings
from hardener.verify.printed import lines_of
from hardener.verify.recipe import Recipe

_SHOWN = 3
# a hardened image may grow by this much without a word: a user's entry, a label, a moved file
_GROWTH_FACTOR = 1.1
_GROWTH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Question:
    """What the comparison goes by.

    Attributes:
        changes: what the hardening did and announced.
        declared: what the Dockerfile says itself, before hardening.
        again: the container before hardening, run a second time, so that what differs from run
            to run isn't held against the hardening; None if it wasn't.
    """

    recipe: Recipe
    changes: tuple[AppliedChange, ...]
    declared: Declared
    again: Side | None = None


def compare(before: Side, after: Side, question: Question) -> list[Difference]:
    """All differences, announced or not, the gravest first."""
    if before.build_error is not None:
        return []
    if after.build_error is not None:
        return [judged("build", f"it no longer builds: {after.build_error}", question.changes)]
    found = [*run_differences(before, after, question.recipe, question.changes, question.again)]
    found += _unmet_expectations(before, after, question, plain=not any(d.broken for d in found))
    if before.image is not None and after.image is not None:
        found += image_differences(before.image, after.image, question)
    return sorted(found, key=lambda difference: (bool(difference.announced), not difference.broken))


def _unmet_expectations(
    before: Side, after: Side, question: Question, *, plain: bool
) -> Iterator[Difference]:
    """Expectations of the recipe that hardening has to meet, or that only hold before it.

    Parameters:
        plain: nothing else tells yet that the run is broken.
    """
    already = set(unmet(before, question.recipe))
    for text in unmet(after, question.recipe) if plain else ():
        if text not in already:
            yield judged("expectation", text, question.changes, broken=True)
    expect = question.recipe.expect
    reason = f" ({expect.reason})" if expect.reason else ""
    if before.image is None or after.image is None:
        return
    if expect.nonroot and after.run is not None and after.run.uid == 0:
        yield judged("expectation", f"it still runs as root{reason}", question.changes)
    if expect.nonroot is False and before.image.config.user != after.image.config.user:
        yield judged("expectation", f"the user was to be left alone{reason}", question.changes)
    if expect.smaller and after.image.size >= before.image.size:
        yield judged(
            "expectation",
            f"it was to become smaller: {_megabytes(before.image.size)} before, "
            f"{_megabytes(after.image.size)} after{reason}",
            question.changes,
        )


def unproved(before: Side, after: Side, question: Question) -> list[str]:
    """What couldn't be seen, each as a sentence; empty where everything could."""
    if before.build_error is not None:
        if after.build_error is None:
            return [f"it failed to build before hardening, and builds now: {before.build_error}"]
        return [f"it failed to build before hardening too: {before.build_error}"]
    reasons = [f"before hardening already: {text}" for text in unmet(before, question.recipe)]
    if after.build_error is not None:
        return reasons
    if before.run is None or after.run is None:
        reasons.append(before.run_error or after.run_error or "it wasn't run")
    elif before.run.never_started:
        reasons.append(f"it can't be started before hardening either: {before.run.never_started}")
    elif before.run.stopped:
        reasons.append(f"it was stopped before hardening too: {before.run.stopped}")
    elif _says_nothing(before, question.recipe):
        last = "".join(lines_of(before.run.output)[-1:])
        reasons.append(
            f"it ends with exit code {before.run.exit_code} before hardening too"
            + (f" ({last})" if last else "")
            + ", so running shows little: give --run, --network, or [run] in sample.toml"
        )
    elif before.run.running and not before.run.ready:
        reasons.append("it didn't become ready before hardening either")
    elif before.run.health == "unhealthy":
        reasons.append("its healthcheck failed before hardening too")
    if question.recipe.expect.nonroot and after.run is not None and after.run.uid is None:
        reasons.append("its user id at run time couldn't be asked")
    return reasons


def _says_nothing(side: Side, recipe: Recipe) -> bool:
    """The container only failed, and nobody expected that."""
    return (
        side.run is not None
        and not side.run.running
        and side.run.exit_code not in (0, recipe.run.exit_code)
        and not any(command.exit_code == 0 for command in side.commands)
    )


def image_differences(
    before: ImageFacts, after: ImageFacts, question: Question
) -> Iterator[Difference]:
    """Differences of config, files, contents and size."""
    changes, own = question.changes, question.declared
    old, new = before.config, after.config
    for field, one, other in (
        ("user", old.user or "root", new.user or "root"),
        ("entrypoint", old.entrypoint, new.entrypoint),
        ("command", old.command, new.command),
        ("working_folder", old.working_folder, new.working_folder),
        ("stop_signal", old.stop_signal, new.stop_signal),
        ("healthcheck", old.healthcheck, new.healthcheck),
        ("shell", old.shell, new.shell),
        ("on_build", old.on_build, new.on_build),
    ):
        if one != other:
            yield judged(field, f"{_said(one)} before, {_said(other)} after", changes)
    for field, names, others in (
        ("ports", old.ports, new.ports),
        ("volumes", old.volumes, new.volumes),
    ):
        if names != others:
            lost, added = sorted(names - others), sorted(others - names)
            yield judged(field, _lost_and_added(lost, added), changes, items=[*lost, *added])
    yield from _mappings(
        "environment", old.environment, new.environment, own.environment.__contains__, changes
    )
    yield from _mappings("labels", old.labels, new.labels, own.labels.__contains__, changes)
    yield from _missing_files(before.files, after.files, question)
    yield from _more_held(holdings(before), holdings(after), before.files, changes)
    yield from _secrets(before, after, changes)
    if after.size > before.size * _GROWTH_FACTOR and after.size > before.size + _GROWTH_BYTES:
        yield judged(
            "size", f"{_megabytes(before.size)} before, {_megabytes(after.size)} after", changes
        )


def _mappings(
    field: str,
    before: Mapping[str, str],
    after: Mapping[str, str],
    is_own: Callable[[str], bool],
    changes: Sequence[AppliedChange],
) -> Iterator[Difference]:
    """Names that are gone, changed or new. Values are shown of what isn't likely a secret: none."""
    for name in sorted({*before, *after}):
        if before.get(name) == after.get(name):
            continue
        what = (
            f"{name} is gone"
            if name not in after
            else f"{name} is new"
            if name not in before
            else f"{name} has another value"
        )
        yield judged(field, what, changes, items=[name], own=is_own(name))


def _missing_files(
    before: Mapping[str, FileFact], after: Mapping[str, FileFact], question: Question
) -> Iterator[Difference]:
    missing = [
        f"/{path}"
        for path, fact in sorted(before.items())
        if path not in after
        and fact.kind in ("file", "link")
        and question.declared.owns(path)
        and not is_regenerated(path)
    ]
    emptied = [
        f"/{path}"
        for path, fact in sorted(before.items())
        if fact.kind == "file"
        and fact.size > 0
        and path in after
        and after[path].kind == "file"
        and after[path].size == 0
        and question.declared.owns(path)
    ]
    if missing:
        text = f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        yield judged("files", text, question.changes, items=missing)
    if emptied:
        text = f"{_listed(emptied)} {'is' if len(emptied) == 1 else 'are'} empty now"
        yield judged("files", text, question.changes, items=emptied)


def is_regenerated(path: str) -> bool:
    """A file that an interpreter writes again when it needs it: Python's bytecode (PEP 3147)."""
    return "__pycache__/" in path or path.endswith((".pyc", ".pyo"))


def _more_held(
    before: Holdings,
    after: Holdings,
    files: Mapping[str, FileFact],
    changes: Sequence[AppliedChange],
) -> Iterator[Difference]:
    """What the image holds now and didn't before, of what an intruder would use."""
    for field in ("setuid", "world_writable", "shells", "compilers", "package_managers"):
        added = sorted(set(getattr(after, field)) - set(getattr(before, field)))
        if added:
            text = f"{_listed(added)} {'is' if len(added) == 1 else 'are'} new"
            yield judged(field, text, changes, items=added)


def _secrets(
    before: ImageFacts, after: ImageFacts, changes: Sequence[AppliedChange]
) -> Iterator[Difference]:
    """Secrets in the image after hardening, whether or not they were in it before."""
    were = {sighting.secret for sighting in before.sightings}
    seen: dict[str, list[str]] = {}
    for sighting in after.sightings:
        seen.setdefault(sighting.secret, []).append(sighting.place)
    for name, places in seen.items():
        still = "still " if name in were else ""
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        text = f"the secret {name} is {still}in {places[0]}{more}"
        yield judged("secrets", text, changes, items=[name])


def _said(value: str | tuple[str, ...]) -> str:
    if not value:
        return "none"
    return value if isinstance(value, str) else " ".join(value)


def _listed(paths: Sequence[str]) -> str:
    shown = ", ".join(paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"


def _lost_and_added(lost: Iterable[str], added: Iterable[str]) -> str:
    parts = [f"{name} is gone" for name in lost] + [f"{name} is new" for name in added]
    return ", ".join(parts)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
