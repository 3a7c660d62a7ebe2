"""Holds edited callers against what they said before: nothing but what was asked for may differ.

It is what makes edits trustworthy: the edited text is read again as a caller, and its builds and
runs have to be those of before, apart from the arguments that went and the secrets that came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from hardener.handover.demand import Demand, RunDemand
from hardener.project.callers.model import Build, Callers, Run, Secret, Value

_T = TypeVar("_T", Build, Run)

Verdict: TypeAlias = Literal["met", "untouched", "wrong"]

# forms in which `Secret` says where each comes from
_WITH_SOURCE = frozenset({"compose", "bake", "command"})


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of each demand, in their order, and the callers that came out wrong."""

    builds: tuple[Verdict, ...]
    runs: tuple[Verdict, ...]
    wrong: frozenset[Path]


def judge(
    before: Callers, after: Callers, demands: Sequence[Demand], runs: Sequence[RunDemand]
) -> Judged:
    """What became of demands on the builds and runs in `before`, as `after` says them."""
    wrong = {Path(problem.path) for problem in after.problems if problem.path}
    wrong -= {Path(problem.path) for problem in before.problems if problem.path}
    by_build = {id(demand.build): demand for demand in demands}
    by_run = {id(demand.run): demand for demand in runs}
    verdicts: dict[int, Verdict] = {}
    for old_build, new_build in _paired(before.builds, after.builds, wrong):
        demand = by_build.get(id(old_build))
        verdict = _build(old_build, new_build, demand)
        verdicts[id(old_build)] = verdict
        if verdict == "wrong":
            wrong.add(old_build.caller)
    for old_run, new_run in _paired(before.runs, after.runs, wrong):
        verdict = _run(old_run, new_run, by_run.get(id(old_run)))
        verdicts[id(old_run)] = verdict
        if verdict == "wrong":
            wrong.add(old_run.caller)
    return Judged(
        tuple(verdicts.get(id(demand.build), "wrong") for demand in demands),
        tuple(verdicts.get(id(demand.run), "wrong") for demand in runs),
        frozenset(wrong),
    )


def _paired(before: Sequence[_T], after: Sequence[_T], wrong: set[Path]) -> list[tuple[_T, _T]]:
    """What each caller says before and after; one that says another number of things is wrong."""
    old: Mapping[Path, list[_T]] = _by_caller(before)
    new: Mapping[Path, list[_T]] = _by_caller(after)
    pairs: list[tuple[_T, _T]] = []
    for caller in {*old, *new}:
        first, second = old.get(caller, []), new.get(caller, [])
        if len(first) == len(second):
            pairs += zip(first, second, strict=True)
        else:
            wrong.add(caller)
    return pairs


def _by_caller(said: Sequence[_T]) -> Mapping[Path, list[_T]]:
    found: dict[Path, list[_T]] = {}
    for one in said:
        found.setdefault(one.caller, []).append(one)
    return found


def _build(old: Build, new: Build, demand: Demand | None) -> Verdict:
    before, after = _bare(old), _bare(new)
    if before == after:
        return "untouched"
    if demand is None:
        return "wrong"
    # a key's path may hold a variable
    unclear = {key: why for key, why in after.unclear.items() if key != "ssh" or not demand.missing}
    rest = {name: value for name, value in before.args.items() if name not in demand.gone}
    secrets = [secret for secret in after.secrets if secret not in before.secrets]
    ssh = [key for key in after.ssh if key not in before.ssh]
    if (
        replace(after, args=before.args, secrets=before.secrets, ssh=before.ssh, unclear=unclear)
        != before
        or dict(after.args) != rest
        or not _kept(before.secrets, after.secrets)
        or not _kept(before.ssh, after.ssh)
        or {secret.id for secret in secrets}
        != {one.id for one in demand.missing if one.kind == "secret"}
        or {key.partition("=")[0] for key in ssh}
        != {one.id for one in demand.missing if one.kind == "ssh"}
        or (
            after.form in _WITH_SOURCE
            and any(secret.env is None and secret.file is None for secret in secrets)
        )
    ):
        return "wrong"
    return "met"


def _run(old: Run, new: Run, demand: RunDemand | None) -> Verdict:
    before, after = _bare_run(old), _bare_run(new)
    if before == after:
        return "untouched"
    if demand is None or replace(after, environment=before.environment) != before:
        return "wrong"
    added = {name for name in after.environment if name not in before.environment}
    same = all(after.environment.get(name) == one for name, one in before.environment.items())
    return "met" if same and added == set(demand.missing) else "wrong"


def _kept(before: Sequence[object], after: Sequence[object]) -> bool:
    return all(one in after for one in before)


def _bare(build: Build) -> Build:
    """A build without what says where it stands."""
    return replace(
        build,
        line=0,
        args={name: _bare_value(value) for name, value in build.args.items()},
        secrets=tuple(Secret(one.id, one.env, one.file) for one in build.secrets),
        unclear=dict.fromkeys(build.unclear, ""),
        spans={},
    )


def _bare_run(run: Run) -> Run:
    return replace(
        run,
        line=0,
        build=None,
        user=None if run.user is None else _bare_value(run.user),
        environment={name: _bare_value(value) for name, value in run.environment.items()},
        unclear=dict.fromkeys(run.unclear, ""),
        spans={},
    )


def _bare_value(value: Value) -> Value:
    return replace(value, span=None)
