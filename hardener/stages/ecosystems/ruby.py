"""Ruby: the gems that were installed, without the compilers that some were built with."""

from __future__ import annotations

import re

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.project.ecosystems.ruby import RubyProject, knowledge, read_ruby
from hardener.stages.again import again
from hardener.stages.candidate import Candidate
from hardener.stages.distribution import compilers_of, leans_on_lists, removes
from hardener.stages.knowledge import table
from hardener.stages.model import Ecosystem, Needs, Refusal
from hardener.stages.steps import Installs

# docker-library/ruby: the interpreter's prefix; GEM_HOME and BUNDLE_APP_CONFIG are in it
_PREFIX = "/usr/local"
_WORDS = ("bundle", "gem ")
_IDLE = frozenset(
    {"check", "list", "show", "version", "--version", "-v", "env", "info", "clean", "doctor"}
    | {"lock", "cache", "package", "sources", "--help", "platform", "search", "exec"}
)
_NOTHING = Installs()


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that installs gems, where compilers are installed and left."""
    if not any(candidate.model.runs(*_WORDS)):
        return None
    installing = False
    last = None
    for run in candidate.runs:
        own = any(_is_installer(call) for call in run.calls)
        installing = installing or own
        if own or compilers_of(run) or removes(run) or leans_on_lists(run):
            last = run.instruction
    return last if installing and any(map(compilers_of, candidate.runs)) else None


def _is_installer(call: Call) -> bool:
    if call.name not in ("bundle", "bundler", "gem"):
        return False
    words = call.operands()
    return not words or words[0] not in (*_IDLE, "exec")


def _installs(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal | None:
    """Where Bundler and RubyGems put gems.

    Source: bundle-install(1), bundle-config(1); RubyGems command reference (gem install).
    """
    if call.name not in ("bundle", "bundler", "gem"):
        return None
    words = call.operands("--path", "--jobs", "-j", "--retry", "-v", "--version", "--without")
    verb = words[0] if words else "install"
    if verb == "exec":
        return None
    if verb in _IDLE:
        return _NOTHING
    user = candidate.step(run.instruction).user
    if user.set_by is not None and user.name not in ("root", "0"):
        return Refusal("unknown_install", f"{call.name} of another user")
    if call.name == "gem":
        if call.has("-i", "--install-dir", "--user-install", "-n", "--bindir"):
            return Refusal("unknown_install", " ".join(call.raw[:4]))
        return Installs((_PREFIX,)) if verb in ("install", "update") else _unknown(call)
    if verb == "config":
        elsewhere = {"path", "deployment", "BUNDLE_PATH", "BUNDLE_DEPLOYMENT"} & set(words)
        if call.has("--global"):
            return Installs((_PREFIX, "/root/.bundle"))
        return Installs((_PREFIX,), call.folder if elsewhere else None)
    if verb not in ("install", "update"):
        return _unknown(call)
    folder = call.option("--path")
    scope = candidate.step(run.instruction).scope
    told = (scope.get("BUNDLE_PATH"), scope.get("BUNDLE_DEPLOYMENT"))
    placed, deployed = (value if isinstance(value, str) else None for value in told)
    if placed is not None and placed.startswith("/"):
        return Installs((_PREFIX, placed))
    if folder is not None and folder.startswith("/"):
        place = joined(None, folder)
        return Installs((_PREFIX, place), call.folder) if place else _unknown(call)
    inside = folder or placed or deployed or call.has("--deployment")
    return Installs((_PREFIX,), call.folder if inside else None)


def _unknown(call: Call) -> Refusal:
    return Refusal("unknown_install", " ".join(call.raw[:3]))


def needs(candidate: Candidate) -> Needs | Refusal:
    """The image's own folders with the gems, and the libraries of the distribution."""
    facts = candidate.model.facts
    if facts is None or facts.name != "ruby" or candidate.image is None:
        return Refusal("unknown_interpreter", candidate.shown_image)
    if facts.distribution != "alpine" and "slim" not in (candidate.image[1] or ""):
        return Refusal("compilers_in_base", candidate.shown_image)
    if candidate.context is None:
        return Refusal("unseen_sources")
    project = read_ruby(candidate.context)
    refusal = _refusal(candidate, project)
    if refusal is not None:
        return refusal
    build = builds(candidate)
    assert build is not None
    # Bundler reads its lists whenever the program starts
    return again(candidate, build, _installs, "ruby", lambda _: False)


def _refusal(candidate: Candidate, project: RubyProject) -> Refusal | None:
    if not project.whole:
        return Refusal("partial_sources")
    developing = _developing(candidate)
    if developing is not None:
        return Refusal("builds_at_start", developing)
    if project.compiles is not None:
        return Refusal("compiles_at_start", project.compiles)
    for name in knowledge()["compilers"]["names"]:
        if name in project.gems:
            return Refusal("compiles_at_start", f"{name} ({project.gems[name]})")
    if project.loads_libraries is not None:
        return Refusal("loads_libraries", project.loads_libraries)
    tools = frozenset(table("programs")["build_only"]["names"])
    for call in candidate.start.writes:
        if call.name in tools:
            return Refusal("needs_tools", str(call.name))
    if project.runs_programs is not None:
        for literal in project.literals:
            if name_of(literal.text.split(" ", 1)[0]) in tools:
                return Refusal("needs_tools", f"{literal.text.split(' ', 1)[0]} ({literal.place})")
    return None


def _developing(candidate: Candidate) -> str | None:
    """A Rails server that isn't told to be one of production."""
    words, code = candidate.command
    line = [*words, *re.split(r"\s+", code or "")]
    names = {name_of(word) for word in line}
    for name in ("RAILS_ENV", "RACK_ENV"):
        value = candidate.model.environment(name)
        if value in ("development", "test"):
            return f"{name}={value}"
    if "rails" in names and {"s", "server"} & names:
        told = candidate.model.environment("RAILS_ENV")
        if not told and "production" not in names:
            return "rails server without RAILS_ENV"
    return None


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    facts = candidate.model.facts
    known = facts is not None and facts.name == "ruby"
    image = candidate.shown_image if known else "the same image"
    if facts is not None and known and facts.distribution == "debian" and "slim" not in image:
        image = "its slim variant"
    return (
        f"{image}, installs the run-time libraries alone, and copies the gems "
        "(/usr/local/bundle, or vendor/bundle) and the application from it"
    )


ECOSYSTEM = Ecosystem("ruby", builds, needs, sketch, order=81, repeats=True)
