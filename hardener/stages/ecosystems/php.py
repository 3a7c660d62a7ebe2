"""PHP programs: composer, and what it fetches and unpacks with, stay behind."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import is_below, joined, name_of
from hardener.analysis.steps import Copied, Ran
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of
from hardener.stages.elsewhere import copied_elsewhere, made_elsewhere, target_of
from hardener.stages.knowledge import table
from hardener.stages.model import Artifact, Base, Ecosystem, Needs, Refusal
from hardener.stages.packages import installed
from hardener.stages.reads import tree_of
from hardener.stages.runtime import tools_of

_SERVERS = frozenset(
    {"apache2-foreground", "php-fpm", "php", "apache2", "apache2ctl", "frankenphp"}
)
_SYSTEM = frozenset({"/", "/usr", "/usr/local", "/etc", "/var", "/usr/local/bin", "/root"})


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN in which composer installs."""
    facts = candidate.model.facts
    if facts is None or facts.name != "php":
        return None
    found = None
    for run in candidate.runs:
        if any(_is_composer(call) for call in run.calls):
            found = run.instruction
    return found


def _is_composer(call: Call) -> bool:
    known = table("php")["composer"]
    words = call.operands("-d", "--working-dir")
    if call.name == "php" and words:
        return name_of(words[0]) in known["names"] and not _verbs().isdisjoint(words[1:])
    return call.name in known["names"] and not _verbs().isdisjoint(words)


def _verbs() -> frozenset[str]:
    """The commands of composer that install."""
    return frozenset(table("php")["composer"]["installs"])


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folder of the program; what sets up PHP is done again in the final stage."""
    tree = tree_of(candidate)
    if tree is None:
        return Refusal("unseen_sources")
    family = candidate.family
    if family not in ("shadow", "busybox"):
        return Refusal("no_base", candidate.shown_image)
    packages = frozenset(table("php")["composer"]["packages"])
    for _, name in installed(candidate):
        if name not in packages:
            return Refusal("unknown_package", name or "in a variable")
    tools = tools_of(candidate, "", without=_SERVERS)
    if isinstance(tools, Refusal):
        return tools
    if tools.names and not set(tools.names).isdisjoint(packages):
        return Refusal("unknown_package", tools.names[0])
    root = _root(candidate)
    if root in _SYSTEM:
        return Refusal("no_folder", root)
    owned = _owned(candidate)
    if owned is not None:
        return Refusal("owned_folder", owned)
    repeated = [*_settings(candidate), *_set_up(candidate)]
    left = [copy for copy in candidate.copies if copy.instruction not in repeated]
    outside = copied_elsewhere(
        candidate, tree, (root, *_composers(left), *_of(candidate, repeated))
    )
    if isinstance(outside, Refusal):
        return outside
    kept = [root, *(item.target for item in outside), *_composers(left)]
    elsewhere = made_elsewhere(candidate, kept, but=repeated)
    if elsewhere is not None:
        return elsewhere
    facts = candidate.model.facts
    assert facts is not None
    base = Base(
        candidate.stage.image.value, family, None, facts.workdir or "/", frozenset(facts.users)
    )
    return Needs(
        f"the PHP program of {root}",
        base,
        (Artifact(root, root, folder=True), *outside),
        tuple(tools.packages(base)),
        frozenset({"COMPOSER_ALLOW_SUPERUSER", "COMPOSER_HOME", "COMPOSER_CACHE_DIR"}),
        repeated=tuple(repeated),
    )


def _root(candidate: Candidate) -> str:
    """The topmost folder that composer works in and files are copied to."""
    root = "/"
    for run in candidate.runs:
        for call in run.calls:
            if _is_composer(call):
                given = call.option("-d", "--working-dir")
                root = joined(call.folder, given or ".") or "/"
    for copy in candidate.copies:
        if copy.target is not None and copy.target != "/" and is_below(root, copy.target):
            root = min(root, copy.target, key=len)
    return root


def _owned(candidate: Candidate) -> str | None:
    """Files that are given to a user, whom COPY doesn't give them to again."""
    for run in candidate.runs:
        if run.instruction in (*candidate.tail, *candidate.setup):
            continue
        for call in run.calls:
            if call.name in ("chown", "chgrp"):
                return f"{' '.join(filter(None, call.args))} (line {run.instruction.first_line})"
    for copy in candidate.copies:
        if copy.owner is not None and copy.instruction not in candidate.tail:
            return f"{copy.owner} (line {copy.instruction.first_line})"
    for step in candidate.model.own_steps:
        if step.user.set_by is not None and step.instruction.name == "RUN":
            return step.user.text or step.user.written
    return None


def _settings(candidate: Candidate) -> Iterator[Instruction]:
    """COPYs of settings of PHP and of the web server."""
    for copy in candidate.copies:
        if copy.instruction in candidate.tail or not copy.from_context:
            continue
        if _is_setting(copy.target):
            yield copy.instruction


def _is_setting(path: str | None) -> bool:
    folders: list[str] = table("php")["settings"]["folders"]
    return path is not None and any(is_below(path, folder) for folder in folders)


def _set_up(candidate: Candidate) -> Iterator[Instruction]:
    """RUNs that do no more than set up PHP and the web server."""
    for run in candidate.runs:
        if run.instruction in (*candidate.tail, *candidate.setup):
            continue
        whole = run.code.complete and all(_sets_up(call) for call in run.calls)
        if whole and _sets_anything(run):
            yield run.instruction


def _sets_anything(run: Ran) -> bool:
    return any(effect_of(call) in ("settings", "files") or any(call.writes) for call in run.calls)


def _sets_up(call: Call) -> bool:
    effect = effect_of(call)
    if effect == "settings":
        return True
    if call.name in ("cp", "mv", "ln") and not _is_setting(target_of(call)):
        return False
    if effect == "files" and call.name not in ("cp", "mv", "ln"):
        words = call.operands()
        places = [joined(call.folder, word) for word in words]
        if call.name == "sed":
            places = [place for place, word in zip(places, words, strict=True) if word[:1] == "/"]
            places = [place for place in places if place and place.count("/") > 1]
        if not places or not all(map(_is_setting, places)):
            return False
    elif effect not in ("files", "harmless"):
        return False
    return all(_is_setting(path) for path in call.writes)


def _composers(copies: list[Copied]) -> tuple[str, ...]:
    """Where composer itself is copied to."""
    names = table("php")["composer"]["names"]
    return tuple(
        copy.target
        for copy in copies
        if copy.target is not None
        and not copy.from_context
        and any(name_of(source or "") in names for source in copy.sources)
    )


def _of(candidate: Candidate, instructions: list[Instruction]) -> tuple[str, ...]:
    return tuple(
        copy.target
        for copy in candidate.copies
        if copy.instruction in instructions and copy.target is not None
    )


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    return (
        f"{candidate.shown_image} again, sets PHP up in the same way, installs the libraries of "
        "its extensions without their -dev packages, and copies the program with vendor/"
    )


ECOSYSTEM = Ecosystem("php", builds, needs, sketch)
