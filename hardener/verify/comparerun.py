"""Compares what was seen of a container before hardening with what was seen after it; pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources

from hardener.verify.difference import Difference, judged
from hardener.verify.facts import Answer, RunFacts, Side
from hardener.verify.hardening import AppliedChange
from hardener.verify.printed import lines_of
from hardener.verify.probe import Probe
from hardener.verify.recipe import Recipe

_DIGITS = re.compile(r"[0-9]+")
_SHOWN = 160


def run_differences(
    before: Side,
    after: Side,
    recipe: Recipe,
    changes: Sequence[AppliedChange],
    again: Side | None,
) -> Iterator[Difference]:
    """Differences of the container and of the commands that were run beside it.

    Parameters:
        again: the side before hardening, run once more; None if it wasn't.
    """
    if before.run is not None and after.run is not None:
        second = again.run if again is not None else None
        yield from _container(before.run, after.run, recipe, changes, second)
    for number, (one, other) in enumerate(zip(before.commands, after.commands, strict=False)):
        second = again.commands[number] if again is not None and again.commands else None
        command = " ".join(recipe.commands[number])
        yield from _ended(one, other, changes, second, f"`{command}` ")


def _container(
    before: RunFacts,
    after: RunFacts,
    recipe: Recipe,
    changes: Sequence[AppliedChange],
    again: RunFacts | None,
) -> Iterator[Difference]:
    if before.uid is not None and after.uid is not None and before.uid != after.uid:
        yield judged("uid", f"{before.uid} before, {after.uid} after", changes)
    if before.stopped or before.never_started:
        return
    if after.never_started:
        yield judged("running", f"it can't be started: {after.never_started}", changes)
        return
    if after.stopped:
        yield judged("limits", f"it was stopped: {after.stopped}", changes)
        return
    if before.running and not after.running:
        yield judged(
            "running",
            f"it stays up before; after, it ends in {after.seconds:.0f} s with "
            f"{_code(after)}{_because(after)}",
            changes,
        )
        return
    if after.running and not before.running:
        yield judged("running", f"it ends with {_code(before)} before; after, it runs on", changes)
        return
    if not before.running:
        yield from _ended(before, after, changes, again, "it ")
    else:
        yield from _up(before, after, recipe, changes, again)
    yield from _complaints(before, after, changes, again)
    lost = sorted(
        path for path, there in before.written.items() if there and not after.written.get(path)
    )
    if lost:
        text = f"{', '.join(lost)} {'is' if len(lost) == 1 else 'are'} no longer written"
        yield judged("written", text, changes, items=lost)


def _ended(
    before: RunFacts,
    after: RunFacts,
    changes: Sequence[AppliedChange],
    again: RunFacts | None,
    who: str,
) -> Iterator[Difference]:
    """Both have ended: exit code and output are the same."""
    if after.never_started and not before.never_started:
        yield judged("running", f"{who}can't be started: {after.never_started}", changes)
    elif after.stopped and not before.stopped:
        yield judged("limits", f"{who}was stopped: {after.stopped}", changes)
    elif before.exit_code != after.exit_code:
        text = f"{who}ends with {_code(before)} before, {_code(after)} after{_because(after)}"
        yield judged("running", text, changes)
    elif not same_text(before.output, after.output, again.output if again else None):
        yield judged(
            "output", f"{who}prints something else: {_first_other(before, after)}", changes
        )


def _up(
    before: RunFacts,
    after: RunFacts,
    recipe: Recipe,
    changes: Sequence[AppliedChange],
    again: RunFacts | None,
) -> Iterator[Difference]:
    """Both are up: ports, health, answers."""
    if before.ports is not None and after.ports is not None:
        lost = sorted(before.ports - after.ports - {p + " on loopback" for p in after.ports})
        if lost:
            now = f", only {', '.join(sorted(after.ports))}" if after.ports else ""
            text = f"nothing listens on {', '.join(lost)} any more{now}{_because(after)}"
            yield judged("listening", text, changes, items=lost)
            return
    if before.ready and not after.ready:
        yield judged("ready", f"it doesn't become ready{_because(after)}", changes)
    if before.health == "healthy" and after.health != "healthy":
        yield judged("health", f"its healthcheck says {after.health or 'nothing'}", changes)
    second = again.answers if again is not None else ()
    for number, probe in enumerate(recipe.probes[: len(before.answers)]):
        one = before.answers[number]
        other = after.answers[number] if number < len(after.answers) else None
        text = _other_answer(one, other, second[number] if number < len(second) else None)
        if text:
            yield judged("answer", f"{probe.text}: {text}", changes, items=[probe.text])


def _other_answer(before: Answer, after: Answer | None, again: Answer | None) -> str:
    """How an answer is another than before; empty where it's the same."""
    if before.failure:
        return ""
    if after is None or after.failure:
        return f"HTTP {before.status} before; after, {after.failure if after else 'not asked'}"
    if before.status != after.status:
        return f"HTTP {before.status} before, {after.status} after"
    if _media_type(before.content_type) != _media_type(after.content_type):
        return f"{before.content_type or 'no type'} before, {after.content_type or 'none'} after"
    if not same_text(before.body, after.body, again.body if again else None):
        return f"another body: {_quoted(before.body)} before, {_quoted(after.body)} after"
    return ""


def _media_type(value: str) -> tuple[str, ...]:
    """A Content-Type by what it says: its type, and its parameters in order.

    Source: RFC 9110, 8.3.1 and 8.3.2 (no case in types and charsets, optional whitespace).
    """
    return tuple(part.strip().lower() for part in value.split(";"))


def _complaints(
    before: RunFacts, after: RunFacts, changes: Sequence[AppliedChange], again: RunFacts | None
) -> Iterator[Difference]:
    known = {_masked(line) for line in complaints(before.output)}
    known |= {_masked(line) for line in complaints(again.output)} if again is not None else set()
    new = [line for line in complaints(after.output) if _masked(line) not in known]
    if new:
        yield judged("complaints", f"it prints: {new[0][:_SHOWN]}", changes, items=new[:20])


def complaints(output: bytes) -> list[str]:
    """The lines of an output that say that something is missing or forbidden.

    The phrases stand in data/complaints.toml.
    """
    return [line for line in lines_of(output) if any(phrase in line for phrase in _phrases())]


@cache
def _phrases() -> tuple[str, ...]:
    text = resources.files("hardener.verify").joinpath("data/complaints.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)["phrases"])


def same_text(before: bytes, after: bytes, again: bytes | None) -> bool:
    """Whether two outputs are the same, but for what differs from run to run anyway.

    With `again`, a second one from before: lines that both from before have must be there after
    too; if they have none in common, digits aren't looked at.
    """
    if before == after:
        return True
    if again is None or before == again:
        return False
    stable = set(before.split(b"\n")) & set(again.split(b"\n")) - {b""}
    if stable:
        return stable <= set(after.split(b"\n"))
    return _masked(before.decode("latin-1")) == _masked(after.decode("latin-1")) or _masked(
        before.decode("latin-1")
    ) != _masked(again.decode("latin-1"))


def differs_by_itself(differences: Sequence[Difference]) -> bool:
    """Whether some difference is of a kind that a second run before hardening could explain."""
    return any(
        difference.field in ("output", "answer", "complaints") and not difference.announced
        for difference in differences
    )


def unmet(side: Side, recipe: Recipe) -> list[str]:
    """The recipe's own expectations of a run that one side doesn't meet, as sentences."""
    run, expect = side.run, recipe.run
    if run is None or run.never_started:
        return []
    found = []
    if expect.stays_up is True and not run.running:
        found.append("it was to stay up")
    if expect.stays_up is False and run.running:
        found.append("it was to end by itself")
    if expect.exit_code is not None and run.exit_code not in (None, expect.exit_code):
        found.append(f"it was to end with exit code {expect.exit_code}, not {run.exit_code}")
    if expect.output is not None and expect.output.encode() not in run.output:
        found.append(f"it was to print {_quoted(expect.output.encode())}")
    ports = {port.split()[0] for port in run.ports or ()}
    known = run.running and run.ports is not None
    if expect.port is not None and known and f"{expect.port}/tcp" not in ports:
        found.append(f"it was to listen on {expect.port}/tcp")
    for probe, answer in zip(recipe.probes, run.answers, strict=False):
        found += _unmet_answer(probe, answer)
    found += [f"{path} was to be written" for path, there in run.written.items() if not there]
    return found


def _unmet_answer(probe: Probe, answer: Answer) -> list[str]:
    if answer.failure:
        return [f"{probe.text} was to be answered: {answer.failure}"]
    wanted_status = probe.status
    if wanted_status is not None and answer.status != wanted_status:
        return [f"{probe.text} was to give HTTP {wanted_status}, not {answer.status}"]
    body = answer.body.decode("utf-8", "replace")
    if probe.exact and body.strip() != "".join(probe.contains).strip():
        return [f"{probe.text} was to answer exactly {_quoted(''.join(probe.contains).encode())}"]
    missing = [text for text in probe.contains if text not in body]
    return [f"{probe.text} was to answer {_quoted(missing[0].encode())}"] if missing else []


def _code(run: RunFacts) -> str:
    return f"exit code {run.exit_code}"


def _because(run: RunFacts) -> str:
    telling = complaints(run.output)[-1:] or lines_of(run.output)[-1:]
    return f" ({telling[0][:_SHOWN]})" if telling else ""


def _first_other(before: RunFacts, after: RunFacts) -> str:
    one, other = lines_of(before.output), lines_of(after.output)
    for left, right in zip(one, other, strict=False):
        if left != right:
            return f"{_quoted(left.encode())} before, {_quoted(right.encode())} after"
    return f"{len(one)} lines before, {len(other)} after"


def _quoted(data: bytes) -> str:
    text = "\n".join(lines_of(data))
    shown = text if len(text) <= _SHOWN // 2 else text[: _SHOWN // 2] + "…"
    return repr(shown)


def _masked(line: str) -> str:
    return _DIGITS.sub("0", line)
