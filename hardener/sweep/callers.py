"""Changes the callers of the Dockerfiles of a sweep along with them, each caller once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hardener.dockerfile.edits import Edit, PieceTable
from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.handover import (
    CallerText,
    Demand,
    Rewritten,
    RunDemand,
    arguments_gone,
    demands_of,
    rewrite,
)
from hardener.handover import advice as told
from hardener.handover.check import Verdict, judge
from hardener.handover.strays import stray_arguments
from hardener.pipeline import Hardened, Remark
from hardener.project.callers import Build, find_callers
from hardener.project.callers.find import caller_files, merged_names
from hardener.project.callers.handover import Handover
from hardener.sweep.task import Outcome, Task, failure_of, outcome_of

_MOST_ROUNDS = 8
_MOST_GUESSES = 5
_NOT_SURE = "it can't be changed without changing more than that"
_LINK = "it is a symbolic link"
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Caller:
    """A caller and what is demanded of it.

    Attributes:
        by: the transform that demands it.
        names: the Dockerfile, as shown, of each demand on a build.
        unplaced: what is told of builds whose Dockerfile isn't known, and of arguments for builds
            that aren't read, by line.
    """

    path: Path
    by: str
    builds: list[Demand] = field(default_factory=list)
    runs: list[RunDemand] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    unplaced: list[tuple[int, str]] = field(default_factory=list)
    text: str = ""
    rewritten: Rewritten | None = None


def sweep_callers(outcomes: Sequence[Outcome], task: Task) -> Iterator[Outcome]:
    """Change the callers, in the order of their paths, whose Dockerfiles want something else of
    them now; what can't be changed for sure is advised."""
    callers = _demanded(outcomes, task)
    if not callers:
        return
    read: list[_Caller] = []
    real = {path.resolve() for path in callers if not path.is_symlink()}
    for path in sorted(callers, key=lambda path: path.parts):
        caller = callers[path]
        if path.is_symlink() and path.resolve() in real:
            # it is changed where it stands
            continue
        try:
            caller.text = path.read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            problem = HardenError(f"can't be read: {error.strerror or error}")
            yield failure_of(path, problem, task, surrounding=True)
            continue
        read.append(caller)
    bases = _bases(task)
    for caller in read:
        text = CallerText(_place(caller, task), caller.text)
        caller.rewritten = rewrite(text, caller.builds, caller.runs, bases.get(caller.path, _NONE))
    verdicts = _settled(read, task)
    for caller in read:
        hardened = _hardened(caller, verdicts)
        if hardened.changed or hardened.advice:
            yield outcome_of(caller.path, hardened, task, surrounding=True)


def _demanded(outcomes: Sequence[Outcome], task: Task) -> dict[Path, _Caller]:
    found: dict[Path, _Caller] = {}
    everything: dict[str, list[Handover]] = {}
    names: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.hardened is None or outcome.surrounding:
            continue
        for by, handovers in outcome.hardened.demanded.items():
            dockerfile = parse(outcome.hardened.table.text)
            usage = task.callers.usage_of(outcome.path)
            builds, runs = demands_of(usage, handovers, dockerfile)
            for demand in builds:
                caller = found.setdefault(demand.build.caller, _Caller(demand.build.caller, by))
                caller.builds.append(demand)
                caller.names.append(outcome.name)
            for run in runs:
                caller = found.setdefault(run.run.caller, _Caller(run.run.caller, by))
                caller.runs.append(run)
            gone = arguments_gone(handovers, dockerfile)
            everything.setdefault(by, []).extend(one for one in handovers if one.arg in gone)
            for name in gone:
                names.setdefault(name, []).append(outcome.name)
    for by, several in everything.items():
        guesses = sorted({*_unplaced(several, task), *_strays(several, names, task)})
        for path, line, text in guesses[:_MOST_GUESSES]:
            caller = found.setdefault(path, _Caller(path, by))
            caller.unplaced.append((line, text))
        if len(guesses) > _MOST_GUESSES:
            path, line, text = guesses[_MOST_GUESSES - 1]
            more = (
                f"{text}; and so for {len(guesses) - _MOST_GUESSES} other builds of the repository"
            )
            found[path].unplaced[-1] = (line, more)
    return found


def _strays(
    handovers: Sequence[Handover], names: Mapping[str, list[str]], task: Task
) -> Iterator[tuple[Path, int, str]]:
    gone = list(dict.fromkeys(one.arg for one in handovers if one.arg is not None))
    if not gone:
        return
    builds: dict[Path, list[Build]] = {}
    for build in task.callers.builds:
        builds.setdefault(build.caller, []).append(build)
    for file in caller_files(task.callers.root, exclude=task.settings.exclude):
        for line, name in stray_arguments(file, gone, builds.get(file.path, ())):
            yield file.path, line, told.stray(name, handovers, names[name])


def _unplaced(handovers: Sequence[Handover], task: Task) -> Iterator[tuple[Path, int, str]]:
    gone = {one.arg for one in handovers if one.kind != "environment"}
    for build in task.callers.unplaced:
        names = [name for name in build.args if name in gone]
        if names:
            yield build.caller, build.line, told.unplaced(build, names, handovers)


def _bases(task: Task) -> Mapping[Path, frozenset[str]]:
    """For each compose file, the services that the one below it builds."""
    names = merged_names().compose
    below: dict[Path, set[str]] = {}
    for build in task.callers.builds:
        if build.form == "compose" and build.caller.name in names and build.service is not None:
            below.setdefault(build.caller.parent, set()).add(build.service)
    return {
        build.caller: frozenset(below.get(build.caller.parent, ()))
        for build in task.callers.builds
        if build.form == "compose" and build.caller.name not in names
    }


def _settled(callers: Sequence[_Caller], task: Task) -> Mapping[int, Verdict]:
    """What becomes of each demand once every caller whose edits come out wrong is left alone."""
    demands = [demand for caller in callers for demand in caller.builds]
    runs = [run for caller in callers for run in caller.runs]
    for caller in callers:
        if caller.path.is_symlink():
            _leave(caller, _LINK)
    for _ in range(_MOST_ROUNDS):
        edited = {caller.path: caller for caller in callers if _edits(caller)}
        if not edited:
            break
        texts = {_place(caller, task): _table(caller).text for caller in edited.values()}
        after = find_callers(task.callers.root, exclude=task.settings.exclude, texts=texts)
        judged = judge(task.callers, after, demands, runs)
        said = [*zip(demands, judged.builds, strict=True), *zip(runs, judged.runs, strict=True)]
        verdicts = {id(one): verdict for one, verdict in said}
        wrong = judged.wrong | {path for path, one in edited.items() if _in_vain(one, verdicts)}
        if not wrong:
            return verdicts
        # what went wrong in a file that isn't edited came from one that it is merged with
        blamed = [edited[path] for path in wrong if path in edited]
        for caller in blamed or edited.values():
            _leave(caller, _NOT_SURE)
    for caller in callers:
        if _edits(caller):
            _leave(caller, _NOT_SURE)
    return {}


def _in_vain(caller: _Caller, verdicts: Mapping[int, Verdict]) -> bool:
    """Whether something was to be changed in a caller that says the same as before."""
    assert caller.rewritten is not None
    refused = {id(one) for one, _ in caller.rewritten.refused}
    builds = [one for one in caller.builds if not one.met]
    runs = [one for one in caller.runs if one.missing]
    return any(verdicts.get(id(one)) != "met" for one in (*builds, *runs) if id(one) not in refused)


def _place(caller: _Caller, task: Task) -> str:
    """The path of a caller relative to the root."""
    return caller.path.relative_to(task.callers.root).as_posix()


def _edits(caller: _Caller) -> tuple[Edit, ...]:
    return caller.rewritten.edits if caller.rewritten is not None else ()


def _table(caller: _Caller) -> PieceTable:
    return PieceTable.of(caller.text).apply(_edits(caller), caller.by)


def _leave(caller: _Caller, reason: str) -> None:
    """Takes back the edits to a caller."""
    assert caller.rewritten is not None
    refused = caller.rewritten.refused
    left = {id(one) for one, _ in refused}
    every: tuple[Demand | RunDemand, ...] = (*caller.builds, *caller.runs)
    more = tuple((one, reason) for one in every if id(one) not in left)
    caller.rewritten = Rewritten((), (), (*refused, *more))


def _hardened(caller: _Caller, verdicts: Mapping[int, Verdict]) -> Hardened:
    assert caller.rewritten is not None
    reasons = {id(one): reason for one, reason in caller.rewritten.refused}
    changes: list[Remark] = []
    advice = [Remark(caller.by, note.line, note.text) for note in caller.rewritten.notes]
    advice += [Remark(caller.by, line, text) for line, text in caller.unplaced]
    for demand, name in zip(caller.builds, caller.names, strict=True):
        if demand.met:
            continue
        line = demand.build.line
        if verdicts.get(id(demand)) == "met":
            if not _edits(caller):
                # it is merged with what another file says, where it was changed
                continue
            changes.append(Remark(caller.by, line, told.changed(demand, name)))
        else:
            reason = reasons.get(id(demand), "it is described in another file as well")
            advice.append(Remark(caller.by, line, told.left(demand, name, reason)))
    for run in caller.runs:
        if not run.missing:
            continue
        if verdicts.get(id(run)) == "met":
            changes.append(Remark(caller.by, run.run.line, told.run_changed(run)))
        else:
            reason = reasons.get(id(run), "it is described in another file as well")
            advice.append(Remark(caller.by, run.run.line, told.run_left(run, reason)))
    return Hardened(
        _table(caller),
        tuple(sorted(changes, key=lambda remark: remark.line)),
        tuple(sorted(advice, key=lambda remark: remark.line)),
        (),
    )
