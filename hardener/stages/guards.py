"""What can stand in the way of every split, whatever is built.

Each function looks for one thing, and tells what it met, None where there is nothing.
"""

from __future__ import annotations

from hardener.analysis.knowledge import names
from hardener.analysis.obstacles import is_base_for_others, is_for_development
from hardener.analysis.paths import is_below, name_of
from hardener.project.callers.model import Run
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table

_DEVELOPING = frozenset({"devcontainer"})


def base_for_others(candidate: Candidate) -> str | None:
    """ONBUILD: other files build on this stage, with its tools."""
    return is_base_for_others(candidate.container)


def stage_below(candidate: Candidate) -> str | None:
    """The stage is built on another one, whose ENV and the like the container has."""
    base = candidate.model.base
    return None if base is candidate.stage else base.name or f"of line {base.start.first_line}"


def development_stage(candidate: Candidate) -> str | None:
    """The stage's name says that people work in it."""
    return is_for_development(candidate.container)


def builds_at_start(candidate: Candidate) -> str | None:
    """What the container starts compiles, watches or installs."""
    words, _ = candidate.command
    if words and name_of(words[0]) in names("programs", "development.names"):
        return words[0]
    return candidate.container.sign("development", "installers")


def several_services(candidate: Candidate) -> str | None:
    """A supervisor, or a script that starts several programs."""
    return candidate.container.sign("supervisors")


def toolbox(candidate: Candidate) -> str | None:
    """Nothing of the build is started."""
    if candidate.start.programs:
        return None
    if candidate.model.entrypoint is None and candidate.model.command is None:
        return "no ENTRYPOINT and no CMD"
    return candidate.container.sign("shells", "placeholders")


def unread_start(candidate: Candidate) -> str | None:
    """A script or a variable whose value isn't at hand is what the container starts."""
    return candidate.container.sign("unseen", "unknown")


def mounted_sources(candidate: Candidate) -> str | None:
    """A caller puts files of the host over what the final stage would hold."""
    folders = [copy.target for copy in candidate.model.copies if copy.target]
    folders += [candidate.folder or "/"]
    for run in candidate.usage.runs:
        for mount in run.mounts:
            if mount.kind not in ("bind", "watch"):
                continue
            if any(folder != "/" and is_below(folder, mount.target) for folder in folders):
                return f"{mount.target} ({candidate.usage.where(run)})"
    return None


def caller_uses_tools(candidate: Candidate) -> str | None:
    """A caller starts something else than the image does, or works inside it."""
    for run in candidate.usage.runs:
        if run.form in _DEVELOPING:
            return f"{candidate.usage.where(run)} works with the builder's tools"
        other = _other_start(candidate, run)
        if other is not None:
            return f"{candidate.usage.where(run)} runs {other}"
    return None


def caller_builds(candidate: Candidate) -> str | None:
    """A caller works inside the container, or starts what only a build needs."""
    for run in candidate.usage.runs:
        if run.form in _DEVELOPING:
            return f"{candidate.usage.where(run)} works with the builder's tools"
        words = " ".join((*(run.entrypoint or ()), *(run.command or ()))).split()
        for word in words:
            if name_of(word) in table("programs")["build_only"]["names"]:
                return f"{candidate.usage.where(run)} runs {name_of(word)}"
    return None


def _other_start(candidate: Candidate, run: Run) -> str | None:
    """The program that a caller starts in place of the image's."""
    words = run.entrypoint
    if words is None and candidate.model.entrypoint is None:
        words = run.command
    if not words:
        return None
    own = {str(program.call.words[0]) for program in candidate.start.programs}
    own |= {program.name for program in candidate.start.programs}
    return None if words[0] in own else words[0]


def other_platform(candidate: Candidate) -> str | None:
    """FROM asks for a platform that only the builder of the image knows."""
    flag = candidate.stage.start.flag("platform")
    return f"--platform={flag.value}" if flag is not None and "$" in (flag.value or "") else None


def caller_target(candidate: Candidate) -> str | None:
    """A caller builds a stage by a name that isn't known, or by its number."""
    for reason in candidate.usage.unclear("target"):
        return reason
    for target in candidate.usage.targets:
        if target.isdecimal():
            return f"the stage number {target} is named"
    return None
