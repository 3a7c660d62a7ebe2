"""Which packages of the builder the container needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hardener.analysis.calls import Call
from hardener.analysis.knowledge import table as analysed
from hardener.analysis.steps import Ran
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Refusal

# hardener/analysis/data/packages.toml, `installs`
_VERBS: dict[str, list[str]] = analysed("packages")["installs"]
_OPTIONS = ("-t", "--target-release", "-o", "--option", "--repository", "-X", "--virtual", "-a")


def installed(candidate: Candidate) -> Iterator[tuple[Ran, str | None]]:
    """Every package that a RUN of the stage installs, versions left out; None for one in a
    variable that isn't known."""
    for run, call in candidate.calls(*_VERBS):
        if not set(_VERBS[call.name or ""]).isdisjoint(call.args):
            for name in _names(call):
                yield run, name


def _names(call: Call) -> Iterator[str | None]:
    options = (*_OPTIONS, "-t") if call.name == "apk" else _OPTIONS
    for word in call.operands(*options):
        if word not in _VERBS[call.name or ""]:
            yield word.partition("=")[0].partition("~")[0].partition("@")[0].partition("/")[0]
    yield from (None for word in call.args if word is None)


def removes_packages(run: Ran) -> bool:
    """Whether a RUN takes packages away again, so that what it built with isn't kept.

    Source: apt-get(8) (remove, purge, autoremove); apk-del(8).
    """
    return any(
        call.name in _VERBS and not {"del", "remove", "purge", "autoremove"}.isdisjoint(call.args)
        for call in run.calls
    )


def is_for_the_build(name: str) -> bool:
    """Whether a package is of no use to a container."""
    known = table("packages")["build_only"]
    bare = name.rstrip("0123456789.-")
    return (
        name in known["names"] or bare in known["names"] or name.endswith(tuple(known["endings"]))
    )


def is_for_the_container(name: str) -> bool:
    """Whether a package is one that the container may need whatever is built."""
    return name in table("packages")["run_time"]["names"]


def package_of(program: str, family: str) -> str | None:
    """The package that brings a program: "" where the bare image has it, None where that isn't
    known."""
    known = table("programs")
    if program in known[family]["names"]:
        return ""
    found: str | None = known["packages"][family].get(program)
    return found


def unplaced_package(
    candidate: Candidate, tools: Iterable[str], *, linked: bool = False
) -> Refusal | None:
    """A package of which it isn't known whether the container needs it, as the reason not to split.

    `tools` are the programs that the container starts: what brings them is known to be needed.
    With `linked` the libraries that packages have the headers of are seen to elsewhere.
    """
    headers = {name for entry in table("libraries").values() for name in entry["headers"]}
    family = "busybox" if candidate.family == "busybox" else "shadow"
    placed = {package_of(tool, family) for tool in tools}
    for _, name in installed(candidate):
        if name is None:
            return Refusal("unknown_package", "in a variable")
        if linked and name in headers:
            continue
        if not (is_for_the_build(name) or is_for_the_container(name) or name in placed):
            return Refusal("unknown_package", name)
    return None
