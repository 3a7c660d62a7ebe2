"""Elixir: a release, which has its own Erlang, on the distribution that it was built on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined
from hardener.analysis.steps import Ran
from hardener.dockerfile.nodes import Instruction
from hardener.images.catalogue import Catalogue
from hardener.project.ecosystems.elixir import ElixirProject, knowledge, read_elixir
from hardener.stages.bases import plain
from hardener.stages.candidate import Candidate
from hardener.stages.compiled import Reading, compiled, owner_of
from hardener.stages.model import Artifact, Base, Ecosystem, Needs, Package, Refusal
from hardener.stages.packages import installed, is_for_the_build, is_for_the_container
from hardener.stages.reads import Code

_ENVIRONMENT = re.compile(r"\bMIX_ENV=[\"']?(\w+)")


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN with `mix release`."""
    found = None
    for run, call in candidate.calls("mix"):
        if _is_build(call):
            found = run.instruction
    return found


def _is_build(call: Call) -> bool:
    words = [(word or "").rstrip(",") for word in call.args]
    return "release" in words and not any(word.startswith("release.") for word in words)


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folder of the release that the container starts, and what its Erlang runs with."""
    if candidate.context is None:
        return Refusal("unseen_sources")
    project = read_elixir(candidate.context)
    outputs: dict[str, Ran] = {}
    for run, call in candidate.calls("mix"):
        if _is_build(call):
            for folder, name in _releases(candidate, project, run, call):
                outputs[f"{folder}/bin/{name}"] = run
    found = compiled(candidate, outputs, _reading(project))
    if isinstance(found, Refusal):
        return found
    base = _base(candidate)
    if base is None:
        return Refusal("no_base", candidate.shown_image)
    for _, package in installed(candidate):
        if package is None or not (is_for_the_build(package) or is_for_the_container(package)):
            return Refusal("unknown_package", package or "in a variable")
    outside = set(knowledge()["outside"]["names"]).intersection(project.requires)
    if outside:
        return Refusal("runs_programs", f"{min(outside)} (mix.exs)")
    folder = found.program.built.rpartition("/bin/")[0]
    target = found.program.place.rpartition("/bin/")[0]
    if not folder or found.program.place.rpartition("/bin/")[1] == "":
        return Refusal("untraced_start", found.program.place)
    release = Artifact(folder, target, folder=True, owner=owner_of(candidate, found.run))
    own = knowledge()["run_time"]["busybox" if base.family == "busybox" else "shadow"]
    return Needs(
        f"the release {folder.rpartition('/')[2]}",
        base,
        (release, *(item for item in found.artifacts[1:])),
        (*found.tools.packages(base), *(Package(name, "Erlang") for name in own)),
        final_lines=("ENV LANG=C.UTF-8",) if not candidate.model.environment("LANG") else (),
        traced=True,
    )


def _releases(
    candidate: Candidate, project: ElixirProject, run: Ran, call: Call
) -> Iterator[tuple[str, str]]:
    """The folders that `mix release` makes, with the names of the releases.

    Source: mix help release (`_build/MIX_ENV/rel/NAME`, --path).
    """
    words = call.operands("--path", "--version")
    at = next((at for at, word in enumerate(words) if word.rstrip(",") == "release"), 0)
    named = words[at + 1] if len(words) > at + 1 and words[at + 1] != "+" else None
    name = named or project.release or project.name
    if name is None or call.folder is None:
        return
    told = call.option("--path")
    place = joined(call.folder, told) if told else None
    if place is not None:
        yield place, name
        return
    written = _ENVIRONMENT.search(run.instruction.value)
    known = candidate.step(run.instruction).scope.get("MIX_ENV")
    environment = written[1] if written else known if isinstance(known, str) else "dev"
    yield f"{call.folder.rstrip('/')}/_build/{environment}/rel/{name}", name


def _reading(project: ElixirProject) -> Reading:
    code = Code(
        (".ex", ".exs", ".heex", ".eex", ".leex", ".md", "Dockerfile"),
        frozenset({"mix.exs", "mix.lock", ".formatter.exs", ".gitignore"}),
    )
    signs = (
        ("plugins", project.plugins),
        ("runs_programs", project.runs_programs),
        ("untraced_files", project.untraced),
    )
    return Reading(project.literals, signs, code, project.whole, project.seen)


def _base(candidate: Candidate) -> Base | None:
    """The bare distribution of the builder, of the same release: a release of Elixir is linked
    with its OpenSSL."""
    facts = candidate.model.facts
    if facts is not None and facts.release is not None:
        return plain(candidate)
    name, tag = candidate.image or ("", None)
    found = re.match(knowledge()["tags"]["pattern"], tag or "")
    if name.removeprefix("docker.io/") != "hexpm/elixir" or found is None:
        return None
    distribution, release = found["distribution"], found["release"]
    form = f"{release}-slim" if distribution == "debian" else release
    if Catalogue.load().entry(distribution, form) is None:
        return None
    return Base(f"{distribution}:{form}", "busybox" if distribution == "alpine" else "shadow")


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = _base(candidate)
    image = base.reference if base is not None else "the same distribution and release"
    return f"{image}, installs libstdc++, ncurses and openssl, and copies the release from it"


ECOSYSTEM = Ecosystem("elixir", builds, needs, sketch)
