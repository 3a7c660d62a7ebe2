"""How accounts are made in a stage: by the facts of its base image, else by what the file does."""

from __future__ import annotations

from hardener.analysis.knowledge import table
from hardener.analysis.stage import StageModel
from hardener.analysis.supply import installed_packages
from hardener.images.facts import Family, likely_family

_ELEVATES = frozenset({"sudo", "doas"})


def family_of(model: StageModel) -> Family | None:
    """The distribution family, None where it isn't known.

    `shadow-missing` becomes `shadow` where the file installs the package that brings useradd.
    """
    if model.scratch:
        return "none"
    family = model.facts.family if model.facts is not None else None
    if family is None:
        family = _by_evidence(model)
    if family == "shadow-missing" and installed_packages(model) & set(
        table("packages")["account_packages"]["names"]
    ):
        return "shadow"
    return family


def _by_evidence(model: StageModel) -> Family | None:
    """What the package managers and account tools that work in the file show, all of one mind."""
    found: set[Family] = set()
    managers, tools = table("packages")["managers"], table("packages")["tools"]
    words = (name for group in (*managers.values(), *tools.values()) for name in group)
    for call in model.calls(*words, "adduser", "addgroup"):
        if call.conditional:
            # tried in turn by files that suit several distributions
            continue
        for family, programs in managers.items():
            if call.name in programs:
                found.add(family)
        if call.name in tools["shadow"]:
            found.add("shadow")
        if call.name in ("adduser", "addgroup") and call.has("-S", "-D", "-H"):
            found.add("busybox")
    if found == {"shadow", "shadow-missing"}:
        return "shadow"
    if len(found) != 1:
        return None
    family = found.pop()
    if model.reference is not None:
        likely = likely_family(*model.reference)
        # the name speaks of another distribution than the file does
        if likely is not None and likely != family:
            return None
    return family


def shows_root(model: StageModel) -> bool:
    """Whether a RUN that works proves that the user at its start is root."""
    managers = {name for group in table("packages")["managers"].values() for name in group}
    roots = {
        step.instruction.span.start
        for step in model.steps
        if step.instruction.name == "RUN" and step.user.set_by is None
    }
    return any(
        call.name in managers and not _ELEVATES.intersection(call.behind) and not call.conditional
        for run in model.runs(*managers)
        if run.instruction.span.start in roots
        for call in run.calls
    )
