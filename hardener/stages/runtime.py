"""What the container starts besides the program that was built: shells, scripts and tools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.analysis import Origin
from hardener.analysis.calls import Call, calls_in, calls_of
from hardener.analysis.choice import is_root
from hardener.analysis.paths import is_below, joined, name_of, parent
from hardener.project.callers.model import Run
from hardener.stages.candidate import Candidate
from hardener.stages.model import Artifact, Base, Package, Refusal
from hardener.stages.packages import installed, package_of

_SYSTEM = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/sbin"})
_FETCHING = frozenset({"curl", "wget", "git"})


@dataclass(frozen=True, slots=True)
class Tools:
    """What the container starts besides its program.

    Attributes:
        shell: whether it needs a shell.
        names: programs that scripts, the shell form and HEALTHCHECK start.
        files: scripts that were copied before the build.
        tls: whether one of them may speak TLS, for which the bare image has no certificates.
    """

    shell: bool
    names: tuple[str, ...] = ()
    files: tuple[Artifact, ...] = ()
    tls: bool = False

    def packages(self, base: Base) -> Iterator[Package]:
        """The packages that bring the tools on a base with a shell."""
        for name in self.names:
            package = package_of(name, base.family)
            if package:
                yield Package(package, name)
        if self.tls and base.has_shell:
            yield Package("ca-certificates", "TLS")


def tools_of(
    candidate: Candidate, program: str, without: frozenset[str] = frozenset()
) -> Tools | Refusal:
    """The tools of a container whose own program stands at `program`.

    `without` are the names of those that the final image is known to have.
    """
    words, code = candidate.command
    shell = code is not None or candidate.start_is_shell
    shell = shell or any(item.name == "RUN" for item in (*candidate.setup, *candidate.tail))
    # what the container writes can be given to a user where there is a shell to run chown in
    if not shell and is_root(candidate.model.end.user, candidate.model):
        grants = candidate.grants
        shell = bool(candidate.model.volumes or grants.folders or grants.files)
    calls = list(candidate.start.writes)
    health = [item for item in candidate.stage.instructions if item.name == "HEALTHCHECK"]
    for instruction in health[-1:]:
        found = _health(candidate, instruction.value)
        if found is None:
            return Refusal("unknown_program", "a HEALTHCHECK that can't be read")
        checks, in_shell = found
        calls += checks
        shell = shell or in_shell
    for run in candidate.usage.runs:
        asked = _asked(candidate, run)
        if asked is None:
            return Refusal("unknown_program", f"a health check in {candidate.usage.where(run)}")
        calls += asked[0]
        shell = shell or asked[1]
    own = {program, program.rpartition("/")[2]}
    names = []
    for call in calls:
        name = call.name
        if name is None:
            return Refusal("unknown_program", call.raw[0] if call.raw else "a program")
        if (
            name in own
            or name in without
            or joined(candidate.folder, str(call.words[0])) == program
        ):
            continue
        names.append(name)
    if words and not code and words[0].rpartition("/")[2] in ("sh", "bash", "ash"):
        names.append(words[0].rpartition("/")[2])
    names += [wrapper for call in candidate.start.writes for wrapper in call.behind]
    wrapping = _wrappers(candidate, program)
    if isinstance(wrapping, Refusal):
        return wrapping
    names = [name for name in dict.fromkeys(names) if name not in wrapping]
    shell = shell or bool(names)
    family = "busybox" if candidate.family == "busybox" else "shadow"
    for name in names:
        if package_of(name, family) is None:
            return Refusal("unknown_program", name)
    files = [Artifact(path, path, "started by the container") for path in wrapping.values() if path]
    for origin in candidate.start.scripts:
        target = origin.copy.target
        if target is None or origin.copy.instruction not in candidate.stage.instructions:
            return Refusal("unread_start", str(origin.path))
        if origin.copy.instruction in candidate.tail:
            continue
        if origin.path is None:
            # a here-document of COPY, which is named as the target or in it
            place = next((item for item in origin.copy.inline if item[1] == origin.text), ("", ""))
            at = f"{target}/{place[0]}" if origin.copy.into else target
            files.append(Artifact(at, at, "started by the container"))
            continue
        files += [
            Artifact(place, place, "started by the container")
            for place in [_place_of(candidate, origin)]
            if place is not None
        ]
    fetching = {call.name for call in candidate.start.writes} & _FETCHING
    tls = bool(fetching) or any("https://" in item.value for item in health[-1:])
    return Tools(shell, tuple(names), tuple(dict.fromkeys(files)), tls)


def _wrappers(candidate: Candidate, program: str) -> dict[str, str] | Refusal:
    """The programs that start the container's, such as tini, named by their whole path.

    Each with its path where it is copied from the builder, and "" where a later instruction puts
    it there. One from a package stands at the same place again, if the file installs that package.
    """
    words, _ = candidate.command
    found: dict[str, str] = {}
    packages = {name for _, name in installed(candidate)}
    family = "busybox" if candidate.family == "busybox" else "shadow"
    for word in words:
        name = name_of(word)
        if word == program or name == name_of(program):
            break
        if not word.startswith("/") or name in ("sh", "bash", "ash", "env"):
            continue
        supplier = candidate.analysis.supplier(candidate.model, word)
        if supplier is not None and supplier[1]:
            found[name] = "" if supplier[0].instruction in candidate.tail else word
        elif parent(word) in _SYSTEM and (package_of(name, family) or "/") not in packages:
            if package_of(name, family) != "":
                return Refusal("unknown_program", word)
        elif parent(word) not in _SYSTEM:
            return Refusal("unknown_program", word)
    return found


def _place_of(candidate: Candidate, origin: Origin) -> str | None:
    """Where in the image the COPY that a script comes from puts it."""
    assert origin.path is not None
    names = {name_of(origin.path), origin.path}
    for place in candidate.analysis.places(candidate.model, origin.path):
        below_target = origin.copy.target is not None and is_below(place, origin.copy.target)
        if below_target and name_of(place) in names | {name_of(origin.copy.target or "")}:
            return place
    return None


def _asked(candidate: Candidate, run: Run) -> tuple[list[Call], bool] | None:
    """What a caller's health check starts, and whether in a shell; None where it can't be told."""
    if "healthcheck" in run.unclear:
        return None
    kind, *words = run.healthcheck or ("NONE",)
    if kind == "CMD":
        found = calls_of(words, candidate.folder, candidate.model.environment)
        return (list(found.calls), False) if found.complete else None
    if kind != "CMD-SHELL":
        return [], False
    found = calls_in(" ".join(words), candidate.folder, candidate.model.environment)
    return (list(found.calls), True) if found.complete else None


def health_calls(candidate: Candidate, value: str) -> list[Call] | None:
    """What HEALTHCHECK starts; None where that can't be told."""
    found = _health(candidate, value)
    return None if found is None else found[0]


def _health(candidate: Candidate, value: str) -> tuple[list[Call], bool] | None:
    """What HEALTHCHECK starts, and whether in a shell; nothing for NONE."""
    if value.strip().upper() == "NONE":
        return [], False
    _, word, rest = value.partition("CMD")
    rest = rest.strip()
    if not word or not rest:
        return None
    lookup = candidate.model.environment
    if rest.startswith("["):
        import json

        try:
            words = json.loads(rest)
        except ValueError:
            return None
        found = calls_of(words, candidate.folder, lookup)
        shell = bool(words) and words[0].rpartition("/")[2] in ("sh", "bash", "ash")
        return (list(found.calls), shell) if found.complete else None
    found = calls_in(rest, candidate.folder, lookup)
    return (list(found.calls), True) if found.complete else None
