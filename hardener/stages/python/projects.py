"""Where Poetry, Pipenv and uv put the packages of a project.

Sources: Poetry, Pipenv and uv documentation.
"""

from __future__ import annotations

import re
from dataclasses import replace

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined
from hardener.analysis.steps import Ran
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal
from hardener.stages.python.environments import (
    NOTHING,
    PREFIX,
    active_environment,
    destination,
    home_of,
    starts,
    unknown,
    variable,
)
from hardener.stages.python.pip import IDLE, VALUED, opaque, pip
from hardener.stages.steps import Installs

_BUILDS_IN_PLACE = re.compile(
    r"maturin|scikit-build|setuptools[-_]rust|mesonpy|Extension\(|cythonize\(|ext_modules"
)


def poetry(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    """What one call of Poetry installs.

    Source: Poetry documentation, Configuration (virtualenvs.*, cache-dir), Managing environments.
    """
    words = call.operands("-C", "--directory", "--with", "--without", "--only", "-E", "--extras")
    verb = words[0] if words else ""
    if verb == "config" and starts(candidate, "poetry"):
        # what the container's poetry reads again
        home = home_of(candidate, run)
        if call.has("--local") or home is None:
            return unknown(call)
        return Installs((f"{home}/.config/pypoetry",))
    if verb in ("", "config", *IDLE):
        return NOTHING
    if verb not in ("install", "sync", "add", "update") or call.folder is None:
        return unknown(call)
    tree = _in_place(candidate, call)
    active = active_environment(candidate, run, call)
    if active is not None:
        return Installs((active,), tree)
    if _setting(candidate, run, "virtualenvs.create", "POETRY_VIRTUALENVS_CREATE") == "false":
        where = destination(candidate, run, call)
        return where if isinstance(where, Refusal) else Installs((where,), tree)
    if _setting(candidate, run, "virtualenvs.in-project", "POETRY_VIRTUALENVS_IN_PROJECT") in (
        *("true", "1"),
    ):
        return Installs((f"{call.folder}/.venv",), tree)
    if _brings_environment(candidate):
        return Refusal("unknown_install", "poetry, with a .venv in the context,")
    place = variable(candidate, run, "POETRY_VIRTUALENVS_PATH")
    cache = variable(candidate, run, "POETRY_CACHE_DIR")
    home = home_of(candidate, run)
    if place is None and cache is None and home is None:
        return unknown(call)
    return Installs((place or f"{cache or f'{home}/.cache/pypoetry'}/virtualenvs",), tree)


def _brings_environment(candidate: Candidate) -> bool:
    """Whether the context has an environment that Poetry and Pipenv take rather than theirs."""
    return candidate.context is not None and candidate.context.kind(".venv") is not None


def _setting(candidate: Candidate, run: Ran, key: str, told_by: str) -> str | None:
    """A setting of Poetry: the variable, else what `poetry config` was told before."""
    value = variable(candidate, run, told_by)
    if value is not None:
        return value.lower().replace("0", "false")
    for other in candidate.runs:
        for call in other.calls:
            if call.name == "poetry" and key in call.args:
                at = call.args.index(key) + 1
                value = call.args[at] if at < len(call.args) else None
        if other.instruction is run.instruction:
            break
    return value


def pipenv(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    """What one call of Pipenv installs.

    Source: Pipenv documentation, Virtualenv mapping caveat and Configuration.
    """
    words = call.operands("--categories", "--python", "--pypi-mirror", "--extra-pip-args")
    verb = words[0] if words else ""
    if verb in ("", *IDLE):
        return NOTHING
    if verb not in ("install", "sync", "update") or call.folder is None or opaque(call):
        return unknown(call)
    active = active_environment(candidate, run, call)
    if active is not None:
        return Installs((active,))
    if call.has("--system"):
        where = destination(candidate, run, call)
        return where if isinstance(where, Refusal) else Installs((where,))
    if variable(candidate, run, "PIPENV_VENV_IN_PROJECT"):
        return Installs((f"{call.folder}/.venv",))
    if _brings_environment(candidate):
        return Refusal("unknown_install", "pipenv, with a .venv in the context,")
    home = home_of(candidate, run)
    place = variable(candidate, run, "WORKON_HOME")
    if place is None and home is None:
        return unknown(call)
    return Installs((place or f"{home}/.local/share/virtualenvs",))


def uv(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    """What one call of uv installs.

    Source: uv documentation, Project environments and Using environments.
    """
    words = call.operands(*VALUED, "--directory", "--project", "--with", "--no-group")
    verb = words[0] if words else ""
    if verb in ("", *IDLE):
        return NOTHING
    if call.folder is None or opaque(call) or call.option("--directory", "--project"):
        return unknown(call)
    if verb == "pip":
        return _uv_pip(candidate, run, call, words)
    if verb == "venv":
        refusal = other_interpreter(candidate, run)
        place = joined(call.folder, words[1] if len(words) > 1 else ".venv")
        return refusal or (Installs((place,)) if place else unknown(call))
    if verb != "sync":
        return unknown(call)
    refusal = other_interpreter(candidate, run)
    if refusal is not None:
        return refusal
    place = variable(candidate, run, "UV_PROJECT_ENVIRONMENT")
    if call.has("--active"):
        place = variable(candidate, run, "VIRTUAL_ENV") or place
    folder = joined(call.folder, place or ".venv")
    return Installs((folder,), _in_place(candidate, call)) if folder else unknown(call)


def _uv_pip(candidate: Candidate, run: Ran, call: Call, words: list[str]) -> Installs | Refusal:
    system = call.has("--system") or (variable(candidate, run, "UV_SYSTEM_PYTHON") or "0") != "0"
    rest = replace(call, words=("pip", *call.args[1:]), raw=("pip", *call.raw[2:]))
    found = pip(candidate, run, rest)
    if isinstance(found, Refusal) or not found.folders or rest.option("-t", "--target", "--prefix"):
        return found
    if system:
        return replace(found, folders=(PREFIX,))
    active = active_environment(candidate, run, call) or variable(candidate, run, "VIRTUAL_ENV")
    return replace(found, folders=(active or f"{call.folder}/.venv",))


def other_interpreter(candidate: Candidate, run: Ran) -> Refusal | None:
    """Whether uv may fetch an interpreter, because the image's isn't the one that is asked for.

    Source: uv documentation, Python versions ("Requiring or disabling managed Python versions").
    """
    wanted = (variable(candidate, run, "UV_PYTHON_DOWNLOADS") or "").lower()
    if wanted in ("never", "manual", "0", "false"):
        return None
    tag = candidate.image[1] if candidate.image is not None else None
    found = re.search(r"(?:^|python)(3)\.(\d+)", tag or "")
    context = candidate.context
    if found is None or context is None:
        return Refusal("fetches_interpreter", "the image's version isn't known")
    minor = int(found[2])
    asked = (context.head(".python-version", 200) or b"").decode("utf-8", "replace").strip()
    if asked and not re.match(rf"(?:cpython-?)?3\.{minor}\b", asked):
        return Refusal("fetches_interpreter", ".python-version")
    text = (context.head("pyproject.toml", 1024 * 1024) or b"").decode("utf-8", "replace")
    line = re.search(r"^requires-python\s*=\s*[\"']([^\"'\n]*)[\"']", text, re.MULTILINE)
    for part in (line[1] if line else "").split(","):
        bound = re.fullmatch(r"\s*(>=|<|~=|==|<=|>)\s*3(?:\.(\d+))?(?:\.[\d*]+)?\s*", part)
        fits = not part.strip() or part.strip() == "<4" or part.strip() == "<4.0"
        if bound is not None and bound[2] is not None:
            other = int(bound[2])
            fits = {
                ">=": minor >= other,
                ">": minor > other,
                "<": minor < other,
                "<=": minor <= other,
                "~=": minor >= other,
                "==": minor == other,
            }[bound[1]]
        if not fits:
            return Refusal("fetches_interpreter", f"requires-python {line[1] if line else ''}")
    return None


def _in_place(candidate: Candidate, call: Call) -> str | None:
    """The folder of a project that is installed as editable and has extensions to compile."""
    context = candidate.context
    if context is None:
        return None
    for name in ("pyproject.toml", "setup.py", "build.py"):
        text = (context.head(name, 1024 * 1024) or b"").decode("utf-8", "replace")
        if _BUILDS_IN_PLACE.search(text):
            return call.folder
    return None
