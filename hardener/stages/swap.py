"""A final stage that builds nothing, and stands on a toolchain all the same: the image to take."""

from __future__ import annotations

from hardener.analysis.paths import joined
from hardener.images.facts import facts_for
from hardener.project.ecosystems.dotnet import read_dotnet
from hardener.project.ecosystems.java import read_java
from hardener.stages.bases import plain
from hardener.stages.candidate import Candidate
from hardener.stages.dotnet import cultures, runtime_image, unset_lines
from hardener.stages.effects import effects_of, unknown_in
from hardener.stages.java import java_command, runtime_of
from hardener.stages.knowledge import table
from hardener.stages.model import Base, Package, Refusal, Swap
from hardener.stages.packages import installed, is_for_the_container
from hardener.stages.runtime import tools_of


def swap_of(candidate: Candidate) -> Swap | Refusal | None:
    """The smaller image for a final stage on a toolchain; None where it stands on none."""
    base = _smaller(candidate)
    if base is None:
        return None
    if "$" in candidate.stage.image.value:
        return Refusal("unexpandable", candidate.stage.image.value)
    for refusal in (_wanted(candidate), _steps(candidate, base), _uses(candidate)):
        if refusal is not None:
            return refusal
    started = _started(candidate)
    if isinstance(started, Refusal):
        return started
    tools = tools_of(candidate, started, without=frozenset({"java", "dotnet"}))
    if isinstance(tools, Refusal):
        return tools
    packages = list(tools.packages(base))
    if _is_bare(base):
        added = table("toolchains")["added"][base.family]
        packages += [Package(name, candidate.shown_image) for name in added]
    lines: tuple[str, ...] = ()
    if _is_dotnet(candidate) and candidate.context is not None:
        project = read_dotnet(candidate.context)
        packages += cultures(base, project)
        lines = tuple(unset_lines(candidate, base, project))
    return Swap(base, tuple(packages), lines)


def _is_bare(base: Base) -> bool:
    return base.reference.partition(":")[0] in ("debian", "ubuntu", "alpine")


def _smaller(candidate: Candidate) -> Base | None:
    if candidate.model.base is not candidate.stage or candidate.image is None:
        return None
    facts = candidate.model.facts
    if facts is not None and facts.name in table("toolchains")["names"]:
        return plain(candidate)
    if _is_dotnet(candidate):
        return _dotnet(candidate)
    return runtime_of(candidate)


def _dotnet(candidate: Candidate) -> Base | None:
    context = candidate.context
    return None if context is None else runtime_image(candidate, read_dotnet(context), alone=False)


def _is_dotnet(candidate: Candidate) -> bool:
    return candidate.image is not None and candidate.image[0] in table("dotnet")["sdk"]


def _wanted(candidate: Candidate) -> Refusal | None:
    """Whether the comment above FROM says that the tools are there on purpose."""
    line = candidate.stage.start.first_line
    comments = {comment.line: comment.text for comment in candidate.dockerfile.comments}
    while (line := line - 1) in comments:
        text = comments[line].lower()
        if any(word in text for word in table("toolchains")["wanted"]):
            return Refusal("tools_wanted", comments[line].strip("# \t"))
    return None


def _steps(candidate: Candidate, base: Base) -> Refusal | None:
    """A RUN of the stage that may not work on another image."""
    facts, other = candidate.model.facts, facts_for(*base.reference.rsplit(":", 1))
    if facts is None or other is None or facts.distribution != other.distribution:
        known = table("programs")["packages"]["shadow"].values()
        for run, name in installed(candidate):
            if name is None or not (name in known or is_for_the_container(name)):
                line = run.instruction.first_line
                return Refusal("unknown_step", f"{name or 'a package'} (line {line})")
    for run in candidate.runs:
        effects = effects_of(run)
        if effects <= {"packages", "accounts", "files", "harmless"}:
            continue
        what = unknown_in(run) or " and ".join(sorted(effects))
        return Refusal("unknown_step", f"{what} (line {run.instruction.first_line})")
    return None


def _uses(candidate: Candidate) -> Refusal | None:
    """Whether the sources use what the toolchain alone has, or aren't there to be asked."""
    if candidate.context is None:
        return Refusal("unseen_tools", candidate.shown_image)
    names = {program.name for program in candidate.start.programs}
    if "java" not in names:
        return None
    if not all(
        java_command(program.call).complete
        for program in candidate.start.programs
        if program.name == "java"
    ):
        return Refusal("untraced_start", "java with a class path that can't be told")
    project = read_java(candidate.context)
    if project.tools is not None:
        return Refusal("needs_tools", project.tools)
    if not project.seen or not project.whole:
        return Refusal("unseen_tools", candidate.shown_image)
    return None


def _started(candidate: Candidate) -> str | Refusal:
    """What the container starts, which has to be a file that the stage copies, or a runtime."""
    programs = candidate.start.programs
    if len(programs) != 1:
        return Refusal("untraced_start", "nothing that was built")
    program = programs[0]
    if program.name in ("java", "dotnet"):
        return program.name
    for place in candidate.found_at(str(program.call.words[0])):
        supplier = candidate.analysis.supplier(candidate.model, place)
        if supplier is not None and supplier[1]:
            return place
    path = joined(candidate.folder, str(program.call.words[0]))
    return Refusal("untraced_start", path or program.name)
