"""Python: the packages that were installed, without the compilers that some were built with."""

from __future__ import annotations

from hardener.analysis.paths import name_of
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.python import (
    PythonProject,
    is_only_a_list,
    knowledge,
    normalized,
    read_python,
)
from hardener.stages.again import again
from hardener.stages.candidate import Candidate
from hardener.stages.distribution import compilers_of, leans_on_lists, removes
from hardener.stages.knowledge import table
from hardener.stages.model import Ecosystem, Needs, Refusal
from hardener.stages.python.environments import starts
from hardener.stages.python.installers import installs, is_installer

_IMAGES = frozenset({"python", "ghcr.io/astral-sh/uv"})
# one of them stands in every RUN that installs
_WORDS = ("pip", "poetry", "uv", "setup.py", "easy_install", "virtualenv", "venv")
# read what they installed from, when they start a program
_STARTERS = frozenset({"poetry", "pipenv", "uv", "pdm", "hatch", "tox"})


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that installs Python packages, where compilers are installed and left."""
    if not any(candidate.model.runs(*_WORDS)):
        return None
    installing = False
    last = None
    for run in candidate.runs:
        own = any(is_installer(call) for call in run.calls)
        installing = installing or own
        if own or compilers_of(run) or removes(run) or leans_on_lists(run):
            last = run.instruction
    compilers = any(compilers_of(run) for run in candidate.runs)
    return last if installing and compilers else None


def needs(candidate: Candidate) -> Needs | Refusal:
    """The image's own folders with what was installed, and the libraries of the distribution."""
    facts = candidate.model.facts
    if facts is None or facts.name not in _IMAGES or candidate.image is None:
        return Refusal("unknown_interpreter", candidate.shown_image)
    if facts.distribution != "alpine" and "slim" not in (candidate.image[1] or ""):
        return Refusal("compilers_in_base", candidate.shown_image)
    if candidate.context is None:
        return Refusal("unseen_sources")
    project = read_python(candidate.context)
    refusal = _refusal(candidate, project)
    if refusal is not None:
        return refusal
    build = builds(candidate)
    assert build is not None
    named = {name_of(literal.text) for literal in project.literals}
    starters = starts(candidate, *_STARTERS)

    def may_go(path: str) -> bool:
        return is_only_a_list(path) and name_of(path) not in named and not starters

    return again(candidate, build, installs, "python", may_go)


def _refusal(candidate: Candidate, project: PythonProject) -> Refusal | None:
    known = knowledge()
    if not project.whole:
        return Refusal("partial_sources")
    developing = _developing(candidate)
    if developing is not None:
        return Refusal("builds_at_start", developing)
    if project.compiles is not None:
        return Refusal("compiles_at_start", project.compiles)
    required = dict(project.required)
    for _, call in candidate.calls():
        if is_installer(call):
            for word in call.operands():
                name = normalized(word.partition("[")[0].partition("=")[0].partition(">")[0])
                required.setdefault(name, "installed by a RUN")
    for name in known["compilers"]["names"]:
        if name in required:
            return Refusal("compiles_at_start", f"{name} ({required[name]})")
    if project.loads_libraries is not None:
        return Refusal("loads_libraries", project.loads_libraries)
    if candidate.family == "busybox":
        for name in known["finders"]["names"]:
            if name in required:
                return Refusal("loads_libraries", f"{name} ({required[name]})")
    return _needed_tool(candidate, project)


def _needed_tool(candidate: Candidate, project: PythonProject) -> Refusal | None:
    """A program of the builder alone that the container, or its code, starts."""
    tools = frozenset(table("programs")["build_only"]["names"])
    for call in candidate.start.writes:
        if call.name in tools:
            return Refusal("needs_tools", str(call.name))
    if project.runs_programs is None:
        return None
    for literal in project.literals:
        first = literal.text.split(" ", 1)[0]
        if name_of(first) in tools:
            return Refusal("needs_tools", f"{first} ({literal.place})")
    return None


def _developing(candidate: Candidate) -> str | None:
    """What says that the container is for working on the code."""
    known = knowledge()["development"]
    lines = [[word for word in call.words if word] for call in candidate.start.writes]
    command, code = candidate.command
    lines += [list(command), (code or "").split()]
    lines += [[*(run.entrypoint or ()), *(run.command or ())] for run in candidate.usage.runs]
    for line in lines:
        names = {name_of(word) for word in line}
        for words in known["commands"]:
            if names.issuperset(words):
                return " ".join(words)
        if "uv" in names and "run" in names and "--no-sync" not in names:
            unset = candidate.model.environment("UV_NO_SYNC") or ""
            if unset not in ("1", "true"):
                return "uv run"
    for name, value in known["variables"].items():
        if candidate.model.environment(name) == value:
            return f"{name}={value}"
    return None


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    facts = candidate.model.facts
    known = facts is not None and facts.name in _IMAGES
    image = candidate.shown_image if known else "the same image"
    if known and facts is not None and facts.distribution == "debian" and "slim" not in image:
        image = "its slim variant"
    return (
        f"{image}, installs the run-time libraries alone, and copies /usr/local (or the virtual "
        "environment) and the application from it"
    )


ECOSYSTEM = Ecosystem("python", builds, needs, sketch, order=80, repeats=True)
