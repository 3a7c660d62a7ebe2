"""Tells what verifying found: a table for a terminal, JSON for programs, Markdown for people."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hardener.templating import filled
from hardener.verify.difference import Difference, Verdict
from hardener.verify.facts import ImageFacts, RunFacts, Side
from hardener.verify.inspect import holdings
from hardener.verify.outcome import Outcome
from hardener.verify.printed import lines_of

JSON_VERSION = 1
EXECUTES = "verify builds the Dockerfiles and runs the images: it executes what they say"
_MOST_ITEMS = 200
_OUTPUT_LINES = 12
_COLOURS = {
    Verdict.SAME: "\x1b[32m",
    Verdict.DIFFERS: "\x1b[33m",
    Verdict.BROKEN: "\x1b[31m",
    Verdict.CANT_TELL: "\x1b[36m",
}
_PLAIN = "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted in one image, each as text; a dash where it isn't known."""

    user: str
    size: str
    layers: str
    setuid: str
    shells: str
    tools: str


def figures(side: Side | None) -> Figures:
    """The figures of one side; tools are compilers and package managers together."""
    if side is None or side.image is None:
        return Figures("-", "-", "-", "-", "-", "-")
    held = holdings(side.image)
    return Figures(
        user=_user(side),
        size=f"{side.image.size / 1e6:.1f} MB",
        layers=str(side.image.layers),
        setuid=str(len(held.setuid)),
        shells=str(len(held.shells)),
        tools=str(len(held.compilers) + len(held.package_managers)),
    )


def _user(side: Side) -> str:
    if side.run is not None and side.run.uid is not None:
        return str(side.run.uid)
    return side.image.config.user or "root" if side.image is not None else "-"


_TITLES = ("FILE", "VERDICT", "USER", "SIZE", "LAYERS", "SETUID", "SHELLS", "TOOLS")


def table(outcomes: Sequence[Outcome], *, colour: bool = False) -> str:
    """The table, what is wrong below it, and a line that counts; ends with a line break."""
    rows = [_TITLES, *map(_row, outcomes)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for number, row in enumerate(rows):
        cells = [
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        if colour and number:
            cells[1] = f"{_COLOURS[outcomes[number - 1].verdict]}{cells[1]}{_PLAIN}"
        lines.append("  ".join(cells).rstrip())
    for outcome in outcomes:
        details = list(_details(outcome))
        if details:
            lines += ["", f"{outcome.name}: {outcome.headline}", *(f"  {line}" for line in details)]
    return "\n".join([*lines, "", _count(outcomes), ""])


def _row(outcome: Outcome) -> tuple[str, ...]:
    one, other = figures(outcome.before), figures(outcome.after)
    cells = (
        _change(getattr(one, name), getattr(other, name))
        for name in ("user", "size", "layers", "setuid", "shells", "tools")
    )
    return (outcome.name, str(outcome.verdict), *cells)


def _change(before: str, after: str) -> str:
    if before == after:
        return before
    number, _, unit = before.partition(" ")
    before = number if unit and after.endswith(unit) else before
    return f"{before} → {after}"


def _details(outcome: Outcome) -> Iterator[str]:
    """What a person has to know beside the row."""
    for difference in outcome.counted:
        yield f"{difference.title}: {difference.text}"
        for name in difference.blamed:
            yield f"  by {_place(outcome, name)}"
    yield from outcome.unproved
    for difference in outcome.differences:
        if difference.announced and difference.field == "files":
            yield f"on purpose: {difference.text} (by {', '.join(difference.announced)})"
    if outcome.verdict is Verdict.BROKEN and outcome.after is not None:
        lines = _last_lines(outcome.after.run)
        if lines:
            yield "its last output:"
            yield from (f"  | {line}" for line in lines)
    if outcome.verdict is not Verdict.SAME:
        yield from (f"note: {note}" for note in outcome.notes)
    if outcome.kept:
        yield f"kept: {', '.join(outcome.kept)}"


def _place(outcome: Outcome, transform: str) -> str:
    """A transform with the places and reasons of its changes."""
    found = [change for change in outcome.changes if change.transform == transform]
    places = ", ".join(f"{change.path}:{change.line}" for change in found[:3])
    return f"{transform} ({places}: {found[0].reason})" if found else transform


def _last_lines(run: RunFacts | None) -> list[str]:
    return lines_of(run.output)[-_OUTPUT_LINES:] if run is not None else []


def _count(outcomes: Sequence[Outcome]) -> str:
    found = Counter(outcome.verdict for outcome in outcomes)
    parts = [f"{verdict} {found[verdict]}" for verdict in Verdict if found[verdict]]
    noun = "Dockerfile" if len(outcomes) == 1 else "Dockerfiles"
    return f"{len(outcomes)} {noun}: {', '.join(parts) or 'nothing to verify'}"


def _width(text: str) -> int:
    """Columns of a terminal that a text takes (Unicode Standard Annex 11)."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )


def as_json(outcomes: Sequence[Outcome], engine: str, engine_version: str) -> str:
    """The outcomes as JSON, with a version number that grows when a key changes its meaning."""
    document = {
        "version": JSON_VERSION,
        "engine": {"name": engine, "version": engine_version},
        "verdicts": dict(Counter(str(outcome.verdict) for outcome in outcomes)),
        "results": [_result(outcome) for outcome in outcomes],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _result(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.name,
        "verdict": str(outcome.verdict),
        "reason": outcome.reason,
        "failed_before": outcome.failed_before,
        "blamed": list(outcome.blamed),
        "differences": [_difference(found) for found in outcome.differences],
        "not_shown": list(outcome.unproved),
        "notes": list(outcome.notes),
        "changes": [
            {
                "transform": change.transform,
                "file": change.path,
                "line": change.line,
                "reason": change.reason,
                "announces": sorted(change.says),
            }
            for change in outcome.changes
        ],
        "builds": outcome.builds,
        "kept": list(outcome.kept),
        "before": _side(outcome.before),
        "after": _side(outcome.after),
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "field": found.field,
        "title": found.title,
        "text": found.text,
        "items": list(found.items[:_MOST_ITEMS]),
        "items_in_all": len(found.items),
        "broken": found.broken,
        "announced_by": list(found.announced),
        "blamed": list(found.blamed),
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "builds": side.build_error is None and side.image is not None,
        "build_error": side.build_error,
        "image": _image(side.image) if side.image is not None else None,
        "run": _run(side.run) if side.run is not None else None,
        "not_run": side.run_error or None,
        "commands": [_run(command) for command in side.commands],
    }


def _image(image: ImageFacts) -> dict[str, Any]:
    """An image without the values of its environment, which may be secrets nobody named."""
    held = holdings(image)
    config = image.config
    return {
        "bytes": image.size,
        "layers": image.layers,
        "files": sum(1 for fact in image.files.values() if fact.kind != "folder"),
        "user": config.user,
        "entrypoint": list(config.entrypoint),
        "command": list(config.command),
        "working_folder": config.working_folder,
        "environment": sorted(config.environment),
        "ports": sorted(config.ports),
        "volumes": sorted(config.volumes),
        "setuid": list(held.setuid),
        "world_writable": list(held.world_writable[:_MOST_ITEMS]),
        "shells": list(held.shells),
        "compilers": list(held.compilers),
        "package_managers": list(held.package_managers),
        "secrets": [
            {"secret": sighting.secret, "place": sighting.place} for sighting in image.sightings
        ],
    }


def _run(run: RunFacts) -> dict[str, Any]:
    return {
        "running": run.running,
        "exit_code": run.exit_code,
        "seconds": round(run.seconds, 1),
        "uid": run.uid,
        "uid_from": run.uid_from or None,
        "uids": list(run.uids),
        "listens": sorted(run.ports) if run.ports is not None else None,
        "ready": run.ready,
        "health": run.health,
        "written": dict(run.written),
        "stopped": run.stopped or None,
    }


def as_markdown(outcomes: Sequence[Outcome], engine: str, engine_version: str) -> str:
    """The outcomes as Markdown for a pull request (templates/verify/report.md.j2)."""
    rows = [
        {
            "outcome": outcome,
            "cells": _row(outcome)[2:],
            "announced": [found for found in outcome.differences if found.announced],
            "blamed": {name: _place(outcome, name) for name in outcome.blamed},
            "output": _last_lines(outcome.after.run)
            if outcome.verdict is Verdict.BROKEN and outcome.after
            else [],
        }
        for outcome in outcomes
    ]
    return filled(
        "verify/report.md.j2",
        rows=rows,
        count=_count(outcomes),
        engine=engine,
        engine_version=engine_version,
        cell=cell,
    )


def cell(text: str) -> str:
    """Text for a cell of a Markdown table: on one line, with nothing that Markdown would read."""
    escaped = "".join(
        f"&#{ord(character)};" if character in "&<>|`*_[]@#\\~" else character for character in text
    )
    return " ".join(escaped.split())
