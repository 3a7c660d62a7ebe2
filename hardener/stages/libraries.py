"""Which packages have the shared libraries that a program was linked with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Package, Refusal
from hardener.stages.packages import installed


@cache
def _by(key: str) -> dict[str, str]:
    return {name: library for library, entry in table("libraries").items() for name in entry[key]}


def library_of_headers(package: str) -> str | None:
    """The library whose development files a package has; None where it isn't known."""
    return _by("headers").get(package)


def library_of_link(name: str) -> str | None:
    """The library that goes by this name behind -l, in find_package or for pkg-config."""
    return _by("links").get(name) or _by("links").get(name.lower())


def linked_libraries(candidate: Candidate) -> dict[str, str]:
    """The libraries that the file installs the headers of, each with the package that has them."""
    return {
        library: package
        for _, package in installed(candidate)
        if package is not None and (library := library_of_headers(package)) is not None
    }


def packages_for(
    candidate: Candidate, libraries: Mapping[str, str]
) -> tuple[Package, ...] | Refusal:
    """The packages that have these libraries at run time; the values say what needs each."""
    found: list[Package] = []
    for library, why in libraries.items():
        names = run_time_packages(library, candidate)
        if names is None:
            return Refusal("no_base", f"{why} on {candidate.shown_image}")
        found += [Package(name, why) for name in names]
    return tuple(found)


def run_time_packages(library: str, candidate: Candidate) -> tuple[str, ...] | None:
    """The packages that have a library on the distribution that the builder stands on: none for
    the C library; None where they aren't known."""
    facts = candidate.model.facts
    if facts is None:
        return None
    known = table("libraries")[library]["run_time"]
    if facts.distribution == "alpine":
        found = known.get("alpine", known.get("any") if known.get("any") == "" else None)
    elif facts.distribution in ("debian", "ubuntu") and facts.release is not None:
        found = known.get(facts.release, known.get("any"))
    else:
        found = None
    return None if found is None else tuple(found.split())
