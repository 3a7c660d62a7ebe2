"""split-stages: the image holds what the container runs, not what it was built with.

What it does
    A stage that compiles or installs and then runs what came of it becomes two: the builder, which
    keeps its instructions byte for byte, and a final stage on a smaller image that copies from it
    what the container needs: the program, and the files that its sources, its command line, its
    variables and its volumes name. CMD, ENTRYPOINT, EXPOSE, HEALTHCHECK, LABEL and the like move
    there; ENV that the container reads, and RUNs that only make its account or its folders, are
    repeated; what stands behind the build stays where it is, and so comes to be the final stage's.
    The final stage's image is of the same distribution and release: distroless where the container
    needs no shell, else the bare distribution with the packages of the libraries and tools that
    are used; for Java and .NET the runtime of the same version.

    What is interpreted (Python, Ruby) keeps its image: the final stage is the builder over again
    without compilers and development packages. It copies what pip, Bundler and the like installed
    (/usr/local, or the virtual environment), installs the libraries that development packages
    stand for, and repeats all other packages and instructions.

    The final stage takes the name that the stage had, so that builds that name it as their target
    get what they got. A final stage that builds nothing, but stands on a JDK, an SDK or the image
    of a compiler, gets the smaller image in its place.

Why
    Compilers, package managers and sources are not needed to run a program, but they are there for
    whoever breaks into it, each has vulnerabilities that scanners report, and they make the image
    several times as large.
    Source: Docker docs, "Building best practices", Use multi-stage builds; OWASP Docker Security
    Cheat Sheet, rule 9 ("minimize the attack surface"); CIS Docker Benchmark 4.3 (unnecessary
    packages).

Before and after
    -FROM golang:1.24
    +FROM golang:1.24 AS build
     WORKDIR /src
     COPY . .
     RUN go build -o app .
    +
    +FROM gcr.io/distroless/base-debian12:nonroot
    +WORKDIR /src
    +COPY --from=build /src/app ./
    +USER 0:0
     CMD ["./app"]
    The user stays who it was; run-as-nonroot decides on another one in the same run.

When it is left alone, with advice
    - the sources aren't in the build context, or open files, start programs or load plugins that
      can't be traced;
    - what the container starts can't be traced to an output of the build, builds by itself, or is
      for development;
    - the container runs several services, or nothing that was built;
    - a RUN leaves something in the image of which it isn't known whether the container needs it:
      an unknown program in front of the build or behind it, files fetched where the program works;
    - a package of which it isn't known whether it is for the build, or which library it has;
    - which smaller image has the libraries isn't known;
    - the user, or a variable, is there in the builder alone;
    - a caller mounts the sources, starts another program, or names stages in an unclear way.
    A RUN that takes its compilers away again leaves nothing to split.

How to turn it off
    # harden: ignore[split-stages] reason        above the RUN that builds
    skip = ["split-stages"]                      in harden.toml or [tool.harden]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.analysis import Analysis
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Found, Plan, Refusal, Swap
from hardener.transforms.model import Advice, Change, Finding, Subject, Transform


@dataclass(frozen=True, slots=True)
class _Guard:
    """A reason to leave a build as it is; `{met}` is what was met."""

    name: str
    reason: str


# what is other than before where the base of the final stage has its own way to start
_BY_THE_BASE = frozenset({"command", "entrypoint", "env", "ports", "stopsignal", "user", "workdir"})

GUARDS = tuple(_Guard(name, entry["reason"]) for name, entry in table("refusals").items())


def look(subject: Subject) -> Iterator[Finding]:
    """The final stage, where it builds what it runs."""
    dockerfile = subject.dockerfile
    if not dockerfile.stages:
        return
    analysis = Analysis(dockerfile, lambda: subject.context)
    stage = dockerfile.stages[-1]
    candidate = Candidate(analysis, analysis.stage(stage), subject.usage)
    if not candidate.may_build:
        return
    # imported late: many final stages build nothing
    from hardener.stages.find import find
    from hardener.stages.write import edits_of, swap_edits

    found = find(candidate)
    if found is None:
        return
    if isinstance(found.result, Refusal):
        yield Advice(found.anchor, _advice(candidate, found, found.result))
    elif isinstance(found.result, Swap):
        reason = "the first is for building, and nothing is built here"
        images = f"{candidate.shown_image} -> {found.result.base.reference}"
        edits = tuple(swap_edits(dockerfile, stage, found.result))
        yield Change(found.anchor, f"{images} ({reason})", edits)
    else:
        edits = tuple(edits_of(dockerfile, stage, found.result, subject.usage.targets))
        starts = found.result.needs.starts
        announces = _BY_THE_BASE if starts else frozenset()
        yield Change(found.anchor, _reason(found.result), edits, announces=announces)


def _advice(candidate: Candidate, found: Found, refusal: Refusal) -> str:
    met = " ".join(refusal.met.split())
    reason = table("refusals")[refusal.guard]["reason"].format(met=met)
    if found.anchor is candidate.stage.start:
        smaller = f"; {found.sketch} would do" if found.sketch else ""
        return (
            f"the final stage builds nothing, and stands on {candidate.shown_image}, which is for "
            f"building: {reason}. Take an image without compilers, if it does without{smaller}"
        )
    return (
        f"the image keeps what it was built with: {reason}. By hand: name this stage, and add one "
        f"that starts FROM {found.sketch}"
    )


def _reason(plan: Plan) -> str:
    needs = plan.needs
    if needs.left:
        kept = [f"{item.name} ({item.why})" for item in needs.packages if item.why]
        taken = " and ".join(item.target for item in needs.artifacts)
        reason = f"the builder keeps {', '.join(needs.left)}; the final stage copies {taken}"
        return reason + (f" and installs {', '.join(kept)}" if kept else "")
    others = [f"{item.target} ({item.why})" for item in needs.artifacts if item.why]
    parts = [f"{needs.what} goes to a stage of its own on {needs.base.reference}"]
    if others:
        parts.append("with " + ", ".join(others))
    if needs.packages:
        parts.append(
            "and the packages " + ", ".join(f"{item.name} ({item.why})" for item in needs.packages)
        )
    if needs.earlier is not None:
        line = f"line {needs.earlier.moved.first_line}"
        parts.append(f"; dependencies are fetched ({line}) before the sources, for the cache")
    return " ".join(parts).replace(" ;", ";")


TRANSFORM = Transform(
    name="split-stages",
    summary="Build in one stage, and run in another that holds the artifact alone.",
    level="guarded",
    look=look,
    after=("mount-secrets", "copy-instead-of-add"),
    changes=frozenset({"keywords", "instructions", "stages", "command"}),
    brings_images=True,
)
