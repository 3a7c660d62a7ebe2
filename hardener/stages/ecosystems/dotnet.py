""".NET: what was published, on the runtime of the SDK's version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined, name_of, parent
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.dotnet import DotnetProject, knowledge, read_dotnet
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, around_of, owner_of
from hardener.stages.dotnet import cultures, runtime_image, unset_lines
from hardener.stages.model import Artifact, Ecosystem, Needs, Refusal
from hardener.stages.packages import unplaced_package
from hardener.stages.reads import Code


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN with `dotnet publish` or `dotnet build`."""
    found = None
    for run, call in candidate.calls("dotnet"):
        if call.args[:1] in (("publish",), ("build",)):
            found = run.instruction
    return found


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folder that is published, and the runtime."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    outputs: dict[str, Ran] = {}
    flags: list[Call] = []
    for run, call in candidate.calls("dotnet"):
        if call.args[:1] in (("publish",), ("build",)):
            flags.append(call)
            for folder in _outputs(candidate, call):
                outputs[folder] = run
    started = _started(candidate)
    if isinstance(started, Refusal):
        return started
    place, runs_alone = started
    folder = parent(place)
    if folder not in outputs:
        return Refusal("untraced_start", place)
    project = read_dotnet(candidate.context)
    around = around_of(
        candidate,
        place,
        _reading(project),
        {folder, place},
        beside=knowledge()["beside"]["names"],
        without=frozenset({"dotnet"}),
    )
    if isinstance(around, Refusal):
        return around
    if any(is_below(at, folder) for at in around.tree.files):
        return Refusal("unknown_output", f"dotnet publish into {folder}, among the sources,")
    alone = project.alone is not None or any(
        call.has("--self-contained", "--sc") and "false" not in call.args for call in flags
    )
    base = runtime_image(candidate, project, alone=alone and runs_alone)
    if base is None:
        return Refusal("no_base", candidate.shown_image)
    unplaced = unplaced_package(candidate, around.tools.names)
    if unplaced is not None:
        return unplaced
    own = Artifact(folder, folder, "", folder=True, owner=owner_of(candidate, outputs[folder]))
    files = [item for item in around.files if not is_below(item.target, folder)]
    return Needs(
        f"the .NET program {name_of(place).removesuffix('.dll')}",
        base,
        tuple(dict.fromkeys((own, *files))),
        (*around.tools.packages(base), *cultures(base, project)),
        final_lines=tuple(unset_lines(candidate, base, project)),
        traced=True,
    )


def _started(candidate: Candidate) -> tuple[str, bool] | Refusal:
    """The assembly or program that the container starts, and whether it is started by itself."""
    programs = candidate.start.programs
    if len(programs) != 1:
        return Refusal("untraced_start", "nothing that was built")
    call = programs[0].call
    if programs[0].name != "dotnet":
        place = joined(candidate.folder, str(call.words[0]))
        return (place, True) if place is not None else Refusal("untraced_start", programs[0].name)
    words = [word for word in call.args if word is None or not word.startswith("-")]
    if not words or words[0] is None or not words[0].endswith(".dll"):
        return Refusal("untraced_start", "dotnet without the name of an assembly")
    place = joined(call.folder or candidate.folder, words[0])
    return (place, False) if place is not None else Refusal("untraced_start", words[0])


def _outputs(candidate: Candidate, call: Call) -> Iterator[str]:
    """The folders that `dotnet publish` or `dotnet build` writes.

    Source: learn.microsoft.com/dotnet/core/tools/dotnet-publish (-o, and the default
    bin/<configuration>/<framework>/publish/; Release from .NET 8 on).
    """
    written = call.option("-o", "--output")
    if written is not None:
        path = joined(call.folder, written)
        if path is not None:
            yield path
        return
    wanted = call.option("-c", "--configuration")
    configurations = [wanted] if wanted else ["Debug", "Release"]
    framework = call.option("-f", "--framework")
    runtime = call.option("-r", "--runtime")
    operands = call.operands("-c", "-f", "-r", "-v", "-p", "--configuration", "--framework")[1:]
    folder = joined(call.folder, operands[0] if operands else ".")
    if folder is not None and folder.endswith((".csproj", ".fsproj", ".vbproj")):
        folder = parent(folder)
    started = _started(candidate)
    if folder is None or isinstance(started, Refusal):
        return
    # the framework stands in the project's file; the start names it as well
    pattern = "/".join(
        [
            re.escape(folder),
            "bin",
            f"(?:{'|'.join(map(re.escape, configurations))})",
            re.escape(framework) if framework else r"net[\w.]+",
            *([re.escape(runtime)] if runtime else []),
            *(["publish"] if call.args[0] == "publish" else []),
        ]
    )
    place = parent(started[0])
    if re.fullmatch(pattern, place):
        yield place


def _reading(project: DotnetProject) -> Reading:
    signs = (
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced),
    )
    return Reading(project.literals, signs, _code(), project.whole, bool(project.projects))


def _code() -> Code:
    endings = (".cs", ".fs", ".vb", ".cshtml", ".razor", ".csproj", ".fsproj", ".sln", ".md")
    return Code(endings, frozenset({"Dockerfile", "global.json", "nuget.config", ".gitignore"}))


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    return (
        "mcr.microsoft.com/dotnet/aspnet (runtime, without ASP.NET Core) of the same version, with "
        "COPY --from of what dotnet publish wrote"
    )


ECOSYSTEM = Ecosystem("dotnet", builds, needs, sketch)
