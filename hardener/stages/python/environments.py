"""Which environment a Python installer works in: a virtual one, the user's or the image's own.

Sources: pip, venv and virtualenv documentation; docker-library/python, whose interpreter has the
prefix /usr/local.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.steps import Ran, expanded
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal
from hardener.stages.steps import Installs

PREFIX = "/usr/local"
PYTHON = re.compile(r"python(?:[23](?:\.\d+)?)?")
NOTHING = Installs()


def starts(candidate: Candidate, *names: str) -> bool:
    """Whether the container, a caller or a RUN behind the installations starts one of these
    programs, be it through another."""
    words, code = candidate.command
    lines = [words, (code or "").split()]
    lines += [(*(run.entrypoint or ()), *(run.command or ())) for run in candidate.usage.runs]
    started = {name_of(word) for line in lines for word in line}
    started |= {call.name or "" for call in candidate.start.writes}
    started |= {
        call.name or ""
        for run in candidate.runs
        if run.instruction in candidate.tail
        for call in run.calls
    }
    return not started.isdisjoint(names)


def environment(call: Call, words: list[str]) -> Installs | Refusal:
    """The virtual environment that a call makes; `words` are its operands, the folder last."""
    place = joined(call.folder, words[-1]) if words else None
    return Installs((place,)) if place else unknown(call)


def destination(candidate: Candidate, run: Ran, call: Call) -> str | Refusal:
    """The environment that an installer works in: the virtual one whose program it is, or that is
    active, else the image's own; the user's folder where another than root installs."""
    written = call.words[0] or ""
    if "/" in written:
        place = joined(call.folder, written)
        folder = parent(parent(place)) if place else None
        if folder in environments(candidate):
            return folder or ""
        if folder not in (PREFIX, "/usr", None):
            return Refusal("unknown_install", written)
        if folder is None:
            return Refusal("unknown_install", written)
    active = active_environment(candidate, run, call)
    if active is not None:
        return active
    if _is_root(candidate, run):
        return PREFIX
    home = home_of(candidate, run)
    if home is None:
        return Refusal("unknown_install", f"{call.name} of another user")
    return f"{home}/.local"


def active_environment(candidate: Candidate, run: Ran, call: Call) -> str | None:
    """The virtual environment that is active for a program."""
    for other in run.calls:
        if other is call:
            break
        words = other.operands() if other.name in (".", "source") else []
        if words and words[0].endswith("/bin/activate"):
            return joined(other.folder, parent(parent(words[0])) or ".")
    for step in reversed(candidate.model.own_steps):
        if step.instruction.span.start > run.instruction.span.start:
            continue
        if step.instruction.name == "ENV" and "PATH" in step.instruction.value:
            value = step.instruction.value
            for found in re.findall(r"\$\{?(\w+)\}?", value):
                known = variable(candidate, run, found)
                if known and found != "PATH":
                    value = re.sub(rf"\$\{{?{found}\}}?", known, value)
            for folder in environments(candidate):
                if re.search(rf"(?<![\w./-]){re.escape(folder)}/bin\b", value):
                    return folder
    return None


def environments(candidate: Candidate) -> tuple[str, ...]:
    """The virtual environments that the stage makes."""
    return tuple(dict.fromkeys(_made_environments(candidate)))


def _made_environments(candidate: Candidate) -> Iterator[str]:
    for _, call in candidate.calls():
        name = call.name or ""
        args = call.args
        if (
            PYTHON.fullmatch(name)
            and args[:1] == ("-m",)
            and args[1:2] in (*(("venv",), ("virtualenv",)),)
        ):
            words = call.operands("-p", "--python", "--prompt", "-m")
        elif name in ("virtualenv", "pyvenv"):
            words = call.operands("-p", "--python", "--prompt")
        elif name == "uv" and args[:1] == ("venv",):
            words = call.operands("-p", "--python", "--prompt")[1:] or [".venv"]
        else:
            continue
        place = joined(call.folder, words[-1]) if words else None
        if place is not None:
            yield place


def variable(candidate: Candidate, run: Ran, name: str) -> str | None:
    """A variable that the file, or the RUN itself, sets; None where it is unset."""
    scope = candidate.step(run.instruction).scope
    beside = re.search(rf"(?<![\w$]){name}=[\"']?([^\s\"';&|]+)", run.instruction.value)
    if beside is not None:
        return expanded(scope, beside[1]) or beside[1]
    value = scope.get(name)
    if isinstance(value, str) and value:
        return value
    return expanded(scope, f"${name}") or None


def _is_root(candidate: Candidate, run: Ran) -> bool:
    user = candidate.step(run.instruction).user
    return user.set_by is None or user.name in ("root", "0")


def home_of(candidate: Candidate, run: Ran) -> str | None:
    """The home folder of the user that a RUN works as."""
    told = variable(candidate, run, "HOME")
    if told is not None:
        return told
    if _is_root(candidate, run):
        return "/root"
    account = candidate.model.accounts.users.get(candidate.step(run.instruction).user.name or "")
    if account is None:
        return None
    return account.home or (f"/home/{account.name}" if account.has_home else None)


def unknown(call: Call) -> Refusal:
    """The refusal for a call of which it can't be told where it installs."""
    return Refusal("unknown_install", " ".join(call.raw[:4]).strip() or str(call.name))
