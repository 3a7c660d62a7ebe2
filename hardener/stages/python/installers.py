"""Which programs install Python packages, and where."""

from __future__ import annotations

import re
from dataclasses import replace

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.steps import Ran
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal
from hardener.stages.python.environments import (
    NOTHING,
    PREFIX,
    PYTHON,
    destination,
    environment,
    home_of,
    starts,
    unknown,
    variable,
)
from hardener.stages.python.pip import pip
from hardener.stages.python.projects import pipenv, poetry, uv
from hardener.stages.steps import Installs

_PIP = re.compile(r"pip(?:[23](?:\.\d+)?)?")
_MODULES = frozenset({"pip", "poetry", "pipenv", "uv", "easy_install", "venv", "virtualenv"})
# installers that are fetched, and piped into an interpreter
_INSTALLERS = ("install.python-poetry.org", "get-poetry", "get-pip.py", "astral.sh/uv")


def installs(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal | None:
    """What one program that a RUN starts installs; None where it is no installer of Python's."""
    name = call.name or ""
    if name in (".", "source"):
        words = call.operands()
        return NOTHING if words and words[0].endswith("/bin/activate") else None
    if _PIP.fullmatch(name) or name == "easy_install":
        return pip(candidate, run, call)
    if PYTHON.fullmatch(name):
        return _python(candidate, run, call)
    if name in ("virtualenv", "pyvenv"):
        return environment(call, call.operands("-p", "--python", "--prompt", "--seeder"))
    if name == "poetry":
        return poetry(candidate, run, call)
    if name == "pipenv":
        return pipenv(candidate, run, call)
    if name == "uv":
        return uv(candidate, run, call)
    if name in ("curl", "wget") and _fetches(call, *_INSTALLERS) and not call.has("-o", "-O"):
        return NOTHING
    if name in ("sh", "bash") and _fetched(run, "astral.sh/uv"):
        home = home_of(candidate, run)
        if not starts(candidate, "uv", "uvx"):
            return NOTHING
        return Installs((f"{home}/.local",)) if home else unknown(call)
    return None


def is_installer(call: Call) -> bool:
    """Whether a program may be one of Python's installers."""
    name = call.name or ""
    if PYTHON.fullmatch(name):
        words = [word for word in call.args if word]
        module = words[1] if words[:1] == ["-m"] and len(words) > 1 else None
        return module in _MODULES or any(name_of(word) == "setup.py" for word in words)
    return bool(_PIP.fullmatch(name)) or name in (
        *("easy_install", "poetry", "pipenv", "uv", "virtualenv", "pyvenv"),
    )


def _python(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal | None:
    args = call.args
    if args[:1] == ("-m",) and len(args) > 1 and args[1]:
        module = args[1]
        rest = replace(call, words=(module, *args[2:]), raw=("", *call.raw[3:]))
        if module in ("venv", "virtualenv"):
            return environment(rest, rest.operands("-p", "--python", "--prompt"))
        if module in ("ensurepip", "compileall"):
            return NOTHING
        if module in _MODULES:
            if module == "pip" and "/" in (call.words[0] or ""):
                rest = replace(rest, words=(f"{parent(call.words[0] or '')}/pip", *args[2:]))
            return installs(candidate, run, rest)
        return None
    words = [word for word in args if word is not None]
    if words and set(words) <= {"--version", "-V", "-VV"}:
        return NOTHING
    if words[:1] in (["-"], []) and _fetched(run, "install.python-poetry.org", "get-poetry"):
        home = home_of(candidate, run)
        place = variable(candidate, run, "POETRY_HOME") or (f"{home}/.local" if home else None)
        if not starts(candidate, "poetry"):
            return NOTHING
        return Installs((place,)) if place and "$" not in place else unknown(call)
    if words[:1] in (["-"], []) and _fetched(run, "get-pip.py"):
        return Installs((PREFIX,))
    if words and name_of(words[0]) == "setup.py":
        folder = joined(call.folder, parent(words[0]) or ".")
        where = destination(candidate, run, call)
        if isinstance(where, Refusal) or folder is None:
            return unknown(call)
        in_place = "develop" in words or "--inplace" in words or "-i" in words
        return Installs((where,), folder if in_place else None)
    return None


def _fetched(run: Ran, *words: str) -> bool:
    return any(_fetches(call, *words) for call in run.calls if call.name in ("curl", "wget"))


def _fetches(call: Call, *words: str) -> bool:
    return any(word is not None and any(part in word for part in words) for word in call.args)
