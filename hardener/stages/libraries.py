"""Which packages have the shared libraries that a program was linked with."""

from __future__ import annotations

from functools import cache

from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table


@cache
def _by(key: str) -> dict[str, str]:
    return {name: library for library, entry in table("libraries").items() for name in entry[key]}


def library_of_headers(package: str) -> str | None:
    """The library whose development files a package has; None where it isn't known."""
    return _by("headers").get(package)


def library_of_link(name: str) -> str | None:
    """The library that goes by this name behind -l, in find_package or for pkg-config."""
    return _by("links").get(name) or _by("links").get(name.lower())


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
