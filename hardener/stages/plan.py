"""Puts a split together: what stays in the builder, and what goes to the final stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hardener.analysis.calls import Call
from hardener.analysis.choice import is_root
from hardener.analysis.paths import is_below, joined
from hardener.analysis.steps import Ran, speaks_posix
from hardener.dockerfile.assignments import AssignmentError, parse_assignments
from hardener.dockerfile.expand import find_substitutions
from hardener.dockerfile.nodes import Instruction
from hardener.stages.candidate import Candidate
from hardener.stages.effects import effect_of, effects_of, unknown_in
from hardener.stages.knowledge import table
from hardener.stages.model import Artifact, Needs, Plan, Refusal

# say how the container is run, and mean nothing to the builder
_OF_THE_CONTAINER = frozenset(
    {"CMD", "ENTRYPOINT", "EXPOSE", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "LABEL", "MAINTAINER"}
)
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst")
_IN_THE_FOLDER = ("RUN", "COPY", "ADD")
# of these, how it is started and stopped
_STARTING = frozenset({"CMD", "ENTRYPOINT", "STOPSIGNAL"})
_FOLDERS = re.compile(r"(?<![\w.])/[\w./-]+")


def planned(candidate: Candidate, needs: Needs, template: str) -> Plan | Refusal:
    """The plan of a split, given what an ecosystem says of the build, and the candidate's tail."""
    instructions = candidate.stage.instructions
    tail = candidate.tail
    head = instructions[: len(instructions) - len(tail)]
    last = head[-1]
    if needs.head is not None:
        refusal = _tail_refusal(candidate, tail, needs)
        moved = tuple(item for item in head if item.name in _OF_THE_CONTAINER)
        return refusal or Plan(needs, template, last, moved)
    refusal = _head_refusal(candidate, needs, head) or _tail_refusal(candidate, tail, needs)
    if refusal is not None:
        return refusal
    needs = replace(needs, artifacts=_each_once(needs.artifacts))
    stranger = _stranger(candidate, needs)
    if stranger is not None:
        return Refusal("unknown_user", stranger)
    if needs.starts:
        return _started_by_base(candidate, needs, template, last, head, tail)
    moved = tuple(item for item in head if item.name in _OF_THE_CONTAINER)
    repeated = _repeated(candidate, needs, head, (*moved, *tail))
    if isinstance(repeated, Refusal):
        return repeated
    user = _user(candidate, needs, head, tail)
    if isinstance(user, Refusal):
        return user
    behind = candidate.step(tail[0]).folder if tail else candidate.folder
    first = next((item for item in tail if item.name in ("WORKDIR", *_IN_THE_FOLDER)), None)
    sets_folder = (
        first is not None and first.name == "WORKDIR" and first.value.lstrip("\"'").startswith("/")
    )
    folder = None if sets_folder or behind == needs.base.folder else behind
    return Plan(needs, template, last, moved, repeated, folder, user)


def _each_once(artifacts: Sequence[Artifact]) -> tuple[Artifact, ...]:
    """Without those that are copied with a folder, or under another reason, anyway."""
    found: dict[tuple[str, str], Artifact] = {}
    for item in artifacts:
        found.setdefault((item.source, item.target), item)
    folders = [item for item in found.values() if item.folder and item.source == item.target]
    return tuple(
        item
        for item in found.values()
        if item.source != item.target
        or not any(
            item is not folder and is_below(item.target, folder.target) for folder in folders
        )
    )


def _stranger(candidate: Candidate, needs: Needs) -> str | None:
    """An owner of artifacts whose account isn't there when the final stage copies them."""
    made = {
        word
        for run in candidate.runs
        if run.instruction in candidate.setup
        for call in run.calls
        for word in call.args
    }
    made |= needs.base.accounts
    for artifact in needs.artifacts:
        for name in (artifact.owner or "0").split(":"):
            if not name.isdecimal() and name not in made:
                return name
    return None


def behind(candidate: Candidate, build: Instruction) -> tuple[Instruction, ...]:
    """All instructions behind the build, which the final stage carries out as before."""
    instructions = candidate.stage.instructions
    return tuple(instructions[instructions.index(build) + 1 :])


def _started_by_base(
    candidate: Candidate,
    needs: Needs,
    template: str,
    last: Instruction,
    head: Sequence[Instruction],
    tail: Sequence[Instruction],
) -> Plan | Refusal:
    """The plan where the base of the final stage has its own way to start."""
    for instruction in tail:
        if instruction.name in ("RUN", "COPY", "ADD", "VOLUME", "SHELL", "ONBUILD"):
            return Refusal("unknown_step", f"{instruction.name} (line {instruction.first_line})")
    own = _OF_THE_CONTAINER - _STARTING
    moved = tuple(item for item in head if item.name in own)
    kept = (*moved, *(item for item in tail if item.name in own))
    declaring: list[Instruction] = []
    used = set(_variables(kept))
    for instruction in reversed((*head, *tail)):
        names = _names(candidate, instruction) if instruction.name in ("ARG", "ENV") else None
        if names and names & used:
            declaring.append(instruction)
            used = (used - names) | set(_variables([instruction]))
    for name in sorted(used):
        return Refusal("unsure_environment", f"${name}")
    repeated = tuple(item for item in reversed(declaring) if item in head)
    dropped = [item for item in head if item.name in _STARTING]
    dropped += [item for item in tail if item.name not in own and item not in declaring]
    return Plan(needs, template, last, moved, repeated, dropped=tuple(dropped))


def tail_of(candidate: Candidate, build: Instruction) -> tuple[Instruction, ...] | Refusal:
    """The instructions behind the build that leave nothing to it: they become the final stage's.

    `build` is the RUN that builds.
    """
    instructions = candidate.stage.instructions
    ran = {id(run.instruction): run for run in candidate.runs}
    last = build
    for instruction in instructions[instructions.index(build) + 1 :]:
        if instruction.name != "RUN":
            continue
        run = ran[id(instruction)]
        effects = effects_of(run)
        if "unknown" in effects:
            return Refusal("unknown_step", f"{unknown_in(run)} (line {instruction.first_line})")
        of_the_container = effects <= {"accounts", "files", "harmless"}
        if not of_the_container or instruction.flags or _works_on_outputs(candidate, run, build):
            last = instruction
    return instructions[instructions.index(last) + 1 :]


def _works_on_outputs(candidate: Candidate, run: Ran, build: Instruction) -> bool:
    """Whether a RUN behind the build changes files that are there already, and makes none of the
    container's own: accounts, folders for its data, or what is done to files copied since."""
    at = candidate.stage.instructions.index(build)
    since = [
        copy.target
        for copy in candidate.copies
        if copy.target and candidate.stage.instructions.index(copy.instruction) > at
    ]
    found = False
    for call in run.calls:
        if call.name in ("cp", "mv", "install", "ln") and len(call.operands()) > 1:
            taken = [joined(call.folder, word) for word in call.operands()[:-1]]
            if any(path and _is_of_build(candidate, path, at) for path in taken):
                return True
    for call in run.calls:
        effect = effect_of(call)
        if effect == "accounts" or call.name in ("mkdir", "chown", "chgrp", "touch"):
            return False
        if effect == "files":
            paths = [joined(call.folder, word) for word in call.operands()]
            if any(path and is_below(path, target) for path in paths for target in since):
                return False
            found = True
    return found


def _is_of_build(candidate: Candidate, path: str, at: int) -> bool:
    """Whether a path is in a folder that the builder works in, or copies to, up to its
    instruction number `at`, and isn't copied since."""
    instructions = candidate.stage.instructions
    folders: set[str] = set()
    for copy in candidate.copies:
        if copy.target and instructions.index(copy.instruction) > at:
            if is_below(path, copy.target):
                return False
        elif copy.target:
            folders.add(copy.target)
    return any(folder != "/" and is_below(path, folder) for folder in folders)


def _head_refusal(
    candidate: Candidate, needs: Needs, head: Sequence[Instruction]
) -> Refusal | None:
    """What the builder does that the final stage would lack: a RUN of which it isn't known what it
    makes, or a folder that is given to the container's user."""
    user = candidate.model.end.user
    given = user.name is not None and not is_root(user, candidate.model)
    archive = _archive(candidate) if needs.traced else None
    if archive is not None:
        return Refusal("unknown_step", archive)
    for run in candidate.runs:
        if run.instruction not in head or run.instruction in candidate.setup:
            continue
        line = run.instruction.first_line
        if needs.traced and not effects_of(run).isdisjoint(("project", "unknown")):
            return Refusal("unknown_step", f"{unknown_in(run, 'project')} (line {line})")
        unpacked = _unpacked(candidate, run) if needs.traced else None
        if unpacked is not None:
            return Refusal("unknown_step", f"{unpacked} (line {line})")
        for call in run.calls:
            if given and call.name == "chown" and not call.conditional:
                if _hands(call, needs.handed):
                    continue
                return Refusal("owned_folder", f"{' '.join(filter(None, call.args))} (line {line})")
    return None


def _archive(candidate: Candidate) -> str | None:
    """An ADD of the builder that may unpack an archive, whose files aren't known."""
    for copy in candidate.copies:
        if copy.instruction.name == "ADD" and copy.instruction not in candidate.tail:
            for source in copy.sources:
                if source and source.endswith(_ARCHIVES):
                    return f"ADD {source} (line {copy.instruction.first_line})"
    return None


def _unpacked(candidate: Candidate, run: Ran) -> str | None:
    """A call that fetches or unpacks files of unknown names where the program works."""
    for call in run.calls:
        if call.name not in ("git", "svn", "hg", "curl", "wget", "tar", "unzip"):
            continue
        place = call.option("-C", "--directory", "-d", "-P", "--directory-prefix", "-o", "-O")
        folder = call.folder if place is None else joined(call.folder, place)
        operands = call.operands()
        if call.name == "git" and operands[:1] != ["clone"]:
            continue
        if call.name == "git" and len(operands) > 2:
            folder = joined(call.folder, operands[2])
        if folder is None or (candidate.folder and is_below(folder, candidate.folder)):
            return " ".join(word for word in call.words[:2] if word)
    return None


def _hands(call: Call, folders: Sequence[str]) -> bool:
    """Whether chown only touches folders that belong to the user in the final stage as well."""
    places = [joined(call.folder, word) for word in call.operands()[1:]]
    return bool(places) and all(
        place is not None and any(is_below(place, folder) for folder in folders) for place in places
    )


def _tail_refusal(
    candidate: Candidate, tail: Sequence[Instruction], needs: Needs
) -> Refusal | None:
    """What of the instructions behind the build wouldn't work in the final stage."""
    for instruction in tail:
        if instruction.name == "RUN" and candidate.family != needs.base.family:
            return Refusal("unknown_step", f"line {instruction.first_line}")
        for flag in instruction.flags_named("from"):
            if flag.value and flag.value == candidate.stage.name:
                return Refusal("unknown_step", f"line {instruction.first_line}")
    return None


def _repeated(
    candidate: Candidate,
    needs: Needs,
    head: Sequence[Instruction],
    final: Sequence[Instruction],
) -> tuple[Instruction, ...] | Refusal:
    """The instructions of the builder that the final stage has as well: ENV, the ARG that it and
    others read, and SHELL."""
    used = set(_variables(final))
    found: list[Instruction] = []
    for instruction in reversed(head):
        if instruction.name == "ENV":
            names = _names(candidate, instruction)
            if names is None:
                return Refusal("unsure_environment", instruction.value.split()[0])
            if names <= _build_variables(needs) and not names & used:
                continue
            if names == {"PATH"} and not _leads_to(instruction, needs):
                continue
            found.append(instruction)
            used |= set(_variables([instruction])) | names
        elif instruction.name == "ARG":
            names = _names(candidate, instruction)
            if names is None or names & used:
                found.append(instruction)
                used |= set(_variables([instruction]))
        elif instruction in (*candidate.setup, *needs.repeated):
            found.append(instruction)
        elif instruction.name == "SHELL" and _runs_shell_form(final):
            if not speaks_posix(instruction.json):
                return Refusal("unknown_step", f"line {instruction.first_line}")
            found.append(instruction)
    found.reverse()
    declared = {
        name
        for item in (*found, *final)
        if item.name in ("ARG", "ENV")
        for name in _names(candidate, item) or ()
    }
    facts = candidate.model.facts
    for name in sorted(set(_variables((*found, *final))) - declared - {"PATH"}):
        # the builder's image sets it, or may do
        if facts is None or facts.env is None or name in facts.env:
            return Refusal("unsure_environment", f"${name}")
    return tuple(found)


def _leads_to(instruction: Instruction, needs: Needs) -> bool:
    """Whether an ENV PATH names a folder that the final stage has artifacts in."""
    folders = _FOLDERS.findall(instruction.value)
    return any(
        is_below(artifact.target, folder) or is_below(folder, artifact.target)
        for folder in folders
        for artifact in needs.artifacts
    )


def _build_variables(needs: Needs) -> frozenset[str]:
    return frozenset(table("environment")["build_only"]["names"]) | needs.build_variables


def _runs_shell_form(instructions: Sequence[Instruction]) -> bool:
    return any(
        item.name in ("CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN") and item.json is None
        for item in instructions
    )


def _variables(instructions: Sequence[Instruction]) -> list[str]:
    """The variables that the builder expands in these instructions."""
    return [
        found.name
        for item in instructions
        if item.name not in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "MAINTAINER")
        for text in (item.value, *(flag.value or "" for flag in item.flags))
        for found in find_substitutions(text)
    ]


def _names(candidate: Candidate, instruction: Instruction) -> set[str] | None:
    """The variables that an ENV or ARG sets."""
    try:
        pairs = parse_assignments(
            instruction.value, instruction=instruction.name, escape=candidate.dockerfile.escape
        )
    except AssignmentError:
        return None
    return {pair.name for pair in pairs}


def _user(
    candidate: Candidate,
    needs: Needs,
    head: Sequence[Instruction],
    tail: Sequence[Instruction],
) -> str | Refusal | None:
    """The user that the final stage has to be given, so that it ends as it did."""
    model = candidate.model
    user = model.end.user
    in_tail = user.set_by is not None and user.set_by in tail
    name_of_base = candidate.image[0] if candidate.image is not None else ""
    left_as_it_is = user.set_by is None and name_of_base in table("bases")["of_root"]["names"]
    if not in_tail and (is_root(user, model) or left_as_it_is):
        # the base of the builder is root by itself; run-as-nonroot decides on another user
        return None if needs.base.user in (None, "root", "0") else "0:0"
    if user.text is None:
        return Refusal("unknown_user", user.written or candidate.shown_image)
    name, _, group = user.text.partition(":")
    made_behind = any(
        run.instruction in tail and "accounts" in effects_of(run) for run in candidate.runs
    )
    made_again = any(
        run.instruction in candidate.setup and "accounts" in effects_of(run)
        for run in candidate.runs
    )
    made_again = made_again or name in needs.base.accounts
    if name.isdecimal() and (not group or group.isdecimal()):
        return None if in_tail else user.text
    # which every distribution has, distroless too
    everywhere = name == "nobody" and not group
    if everywhere or ((made_behind or made_again) and needs.base.has_shell):
        return None if in_tail else user.text
    return Refusal("unknown_user", name)
