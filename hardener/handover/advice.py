"""What is told of callers: what was changed, and the very line to write where it wasn't."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hardener.errors import HardenError
from hardener.handover.demand import Demand, RunDemand
from hardener.handover.sources import source_of, variable_for
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Build

_DATA = Path(__file__).parent / "data" / "lines.toml"


@cache
def _lines() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(_DATA.read_text("utf-8"))


def changed(demand: Demand, dockerfile: str) -> str:
    """What was changed for a build of the Dockerfile shown by this name."""
    parts = []
    if demand.missing:
        parts.append(f"hands over {_named(demand.missing)}")
    if demand.passed:
        parts.append(f"no longer passes {', '.join(demand.passed)} as a build argument")
    return f"the build of {dockerfile} {', and '.join(parts)}"


def left(demand: Demand, dockerfile: str, reason: str) -> str:
    """Why a build isn't changed, and what to write there."""
    what = []
    if demand.missing:
        what.append(f"wants {_named(demand.missing)}")
    if demand.passed:
        what.append(f"no longer takes the build argument {', '.join(demand.passed)}")
    lines = [_line(one, demand.build) for one in demand.missing]
    written = "; ".join(dict.fromkeys(line for line in lines if line))
    never = _form(demand.build).get("never")
    todo = never or (f"Write {written}" if written else "Take it out")
    return f"{dockerfile} {' and '.join(what)}. Not changed here: {reason}. {todo}"


def unplaced(build: Build, names: Sequence[str], handovers: Sequence[Handover]) -> str:
    """What to do where a build of which the Dockerfile isn't known passes such an argument."""
    wanted = [one for one in handovers if one.arg in names]
    lines = "; ".join(dict.fromkeys(_line(one, build) for one in wanted))
    return (
        f"passes {', '.join(names)} as a build argument, which may be for a Dockerfile that no "
        f"longer takes it. Not changed here: what it builds isn't known. If so, write {lines}"
    )


def stray(name: str, handovers: Sequence[Handover], dockerfiles: Sequence[str]) -> str:
    """What to do where a command that isn't read passes such an argument."""
    wanted = next(one for one in handovers if one.arg == name)
    if wanted.kind == "ssh":
        todo = "have an ssh agent hold the key"
    else:
        todo = f"set {variable_for(wanted)} in its environment, which callers take it from"
    takers = " and ".join(dockerfiles)
    return (
        f"passes {name} as a build argument, which {takers} no longer takes. Not changed here: the "
        f"command isn't read. If it builds that, take the argument out and {todo}"
    )


def run_changed(demand: RunDemand) -> str:
    """What was changed for a run."""
    return f"the container is given {', '.join(demand.missing)}, which its image no longer holds"


def run_left(demand: RunDemand, reason: str) -> str:
    """Why a run isn't changed, and what to write there."""
    names = ", ".join(demand.missing)
    if demand.run.form == "compose":
        todo = " ".join(f"{name}: ${{{name}:?set {name}}}" for name in demand.missing)
        todo = f"{todo} under environment"
    else:
        todo = " ".join(f"-e {name}" for name in demand.missing)
    return f"its image no longer holds {names}. Not changed here: {reason}. Write {todo}"


def _named(handovers: Sequence[Handover]) -> str:
    secrets = [one.id for one in handovers if one.kind == "secret"]
    parts = []
    if secrets:
        parts.append(f"the secret{'s' if len(secrets) > 1 else ''} {', '.join(secrets)}")
    keys = [one.id for one in handovers if one.kind == "ssh"]
    if keys:
        parts.append(f"the ssh key {', '.join(keys)}")
    return " and ".join(parts)


def _form(build: Build) -> Mapping[str, Any]:
    lines = _lines()
    if build.program == "executor":
        return lines["kaniko"]
    return lines.get(build.form, lines["command"])


def _line(handover: Handover, build: Build) -> str:
    form = _form(build)
    if "never" in form:
        return str(form["never"])
    if handover.kind == "ssh":
        return str(form["ssh"]).format(id=handover.id)
    try:
        source = source_of(handover, build.args.get(handover.arg or ""))
        env = source.env
    except HardenError:
        env = None
    if handover.file is not None and handover.arg not in build.args:
        return str(form["file"]).format(id=handover.id, path=handover.file)
    return str(form["secret"]).format(id=handover.id, env=env or variable_for(handover))
