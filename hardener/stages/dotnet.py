"""The .NET runtime that goes with an SDK, and what its image sets in another way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.images.facts import facts_for
from hardener.project.ecosystems.dotnet import DotnetProject
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Base, Package


def runtime_image(candidate: Candidate, project: DotnetProject, *, alone: bool) -> Base | None:
    """The image with the runtime of the SDK's version; with `alone` for programs that bring it."""
    known = table("dotnet")
    if candidate.image is None or candidate.image[0] not in known["sdk"]:
        return None
    found = re.fullmatch(known["tag"], candidate.image[1] or "")
    if found is None:
        return None
    kind = known["alone"] if alone else known["web"] if project.web else known["console"]
    name = candidate.image[0].rpartition("/")[0] + f"/{kind}"
    tag = f"{found['line']}{found['suite'] or ''}"
    facts = facts_for(name, tag) or facts_for(name.replace("/core/", "/"), tag)
    if facts is None or facts.family is None:
        return None
    return Base(f"{name}:{tag}", facts.family, None, "/")


def unset_lines(candidate: Candidate, base: Base, project: DotnetProject) -> Iterator[str]:
    """What the SDK's image sets in another way than the runtime's."""
    known = table("dotnet")
    version = base.reference.rpartition(":")[2].partition(".")[0]
    ports = known["ports"]
    text = candidate.dockerfile.text
    if project.web and not any(name in text for name in ports["settings"]):
        name = ports["name"] if int(version) >= ports["since"] else ports["name_before"]
        yield f"ENV {name}="
    if base.family == "busybox" and not project.invariant:
        yield known["cultures"]["line"]


def cultures(base: Base, project: DotnetProject) -> Iterator[Package]:
    """The packages with the data of cultures, which on Alpine the SDK alone has."""
    if base.family == "busybox" and not project.invariant:
        for name in table("dotnet")["cultures"]["packages"]:
            yield Package(name, "cultures")
