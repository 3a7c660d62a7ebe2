"""Which image the final stage is built on: the smallest that has what the container needs."""

from __future__ import annotations

from collections.abc import Iterable

from hardener.images.catalogue import Catalogue
from hardener.images.facts import facts_for
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Base


def distroless(kind: str, release: str | None) -> Base | None:
    """A distroless image of the Debian release; for `static`, which has no libraries, any will do.

    Source: GoogleContainerTools/distroless, README ("What images are available?").
    """
    known = table("bases")["distroless"]
    number = known["releases"].get(release or "")
    if number is None and kind == "static":
        number = known["newest"]
    if number is None:
        return None
    name = f"gcr.io/distroless/{kind}-debian{number}"
    facts = facts_for(name, "nonroot")
    if facts is None:
        return None
    return Base(f"{name}:nonroot", "none", facts.user, facts.workdir or "/")


def plain(candidate: Candidate) -> Base | None:
    """The bare distribution that the base image of the builder stands on, of the same release."""
    facts = candidate.model.facts
    if facts is None or candidate.image is None:
        return None
    if facts.distribution == "debian" and facts.release is not None:
        return _listed("debian", f"{facts.release}-slim", "shadow")
    own = candidate.image[1] if facts.name in ("ubuntu", "alpine") else None
    if facts.distribution == "ubuntu" and facts.release is not None:
        return _listed("ubuntu", own or facts.release, "shadow")
    if facts.distribution == "alpine":
        # what runs on an older musl runs on a newer one
        release = own or facts.release or Catalogue.load().line("alpine", None)
        return _listed("alpine", release, "busybox") if release else None
    return None


def _listed(name: str, tag: str, family: str) -> Base | None:
    facts = facts_for(name, tag)
    known = Catalogue.load().entry(name, tag) is not None
    # what is no longer rebuilt is there all the same, as is the builder's image on it
    if not known and (facts is None or facts.tag_status != "retired"):
        return None
    return Base(f"{name}:{tag}", "busybox" if family == "busybox" else "shadow")


def first(bases: Iterable[Base | None], *, shell: bool) -> Base | None:
    """The first of the bases that is there, and has a shell where one is needed."""
    for base in bases:
        if base is not None and (base.has_shell or not shell):
            return base
    return None
