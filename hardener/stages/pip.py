"""Where Python's installers put packages: pip, venv, Poetry, Pipenv, uv and setup.py.

Sources: pip, venv, virtualenv, Poetry, Pipenv and uv documentation; docker-library/python, whose
interpreter has the prefix /usr/local.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined, name_of, parent
from hardener.analysis.steps import Ran, expanded
from hardener.project.ecosystems.python import editable_in
from hardener.stages.again import Installs
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal
from hardener.stages.reads import tree_of

PREFIX = "/usr/local"

_PIP = re.compile(r"pip(?:[23](?:\.\d+)?)?")
_PYTHON = re.compile(r"python(?:[23](?:\.\d+)?)?")
_NOTHING = Installs()
_MODULES = frozenset({"pip", "poetry", "pipenv", "uv", "easy_install", "venv", "virtualenv"})
# installers that are fetched, and piped into an interpreter
_INSTALLERS = ("install.python-poetry.org", "get-poetry", "get-pip.py", "astral.sh/uv")
# options of `pip install` that take the next word
_VALUED = (
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url"),
    *("--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--src"),
    *("--trusted-host", "--timeout", "--default-timeout", "--retries", "--cache-dir", "--cert"),
    *("--no-binary", "--only-binary", "--platform", "--python-version", "--implementation"),
    *("--abi", "--proxy", "--client-cert", "--log", "--progress-bar", "--upgrade-strategy"),
    *("--global-option", "--install-option", "--config-settings", "-C", "--report"),
    *("--root-user-action", "--exists-action", "-b", "--build", "--use-deprecated", "--python"),
    *(
        "--use-feature",
        "-p",
        "--index",
        "--default-index",
        "--index-strategy",
        "--extra",
        "--group",
    ),
)
_IDLE_PIP = frozenset(
    {"config", "cache", "check", "list", "freeze", "show", "debug", "wheel", "download", "help"}
    | {"uninstall", "index", "inspect", "hash", "compile", "tree", "requirements", "lock", "graph"}
    | {"export", "version", "self", "env", "about", "search", "build", "clean", "verify", "init"}
)
_BUILDS_IN_PLACE = re.compile(
    r"maturin|scikit-build|setuptools[-_]rust|mesonpy|Extension\(|cythonize\(|ext_modules"
)


def installs(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal | None:
    """What one program that a RUN starts installs; None where it is no installer of Python's."""
    name = call.name or ""
    if name in (".", "source"):
        words = call.operands()
        return _NOTHING if words and words[0].endswith("/bin/activate") else None
    if _PIP.fullmatch(name) or name == "easy_install":
        return _pip(candidate, run, call)
    if _PYTHON.fullmatch(name):
        return _python(candidate, run, call)
    if name in ("virtualenv", "pyvenv"):
        return _environment(call, call.operands("-p", "--python", "--prompt", "--seeder"))
    if name == "poetry":
        return _poetry(candidate, run, call)
    if name == "pipenv":
        return _pipenv(candidate, run, call)
    if name == "uv":
        return _uv(candidate, run, call)
    if name in ("curl", "wget") and _fetches(call, *_INSTALLERS) and not call.has("-o", "-O"):
        return _NOTHING
    if name in ("sh", "bash") and _fetched(run, "astral.sh/uv"):
        home = _home(candidate, run)
        if not starts(candidate, "uv", "uvx"):
            return _NOTHING
        return Installs((f"{home}/.local",)) if home else _unknown(call)
    return None


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


def is_installer(call: Call) -> bool:
    """Whether a program may be one of Python's installers."""
    name = call.name or ""
    if _PYTHON.fullmatch(name):
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
            return _environment(rest, rest.operands("-p", "--python", "--prompt"))
        if module in ("ensurepip", "compileall"):
            return _NOTHING
        if module in _MODULES:
            if module == "pip" and "/" in (call.words[0] or ""):
                rest = replace(rest, words=(f"{parent(call.words[0] or '')}/pip", *args[2:]))
            return installs(candidate, run, rest)
        return None
    words = [word for word in args if word is not None]
    if words and set(words) <= {"--version", "-V", "-VV"}:
        return _NOTHING
    if words[:1] in (["-"], []) and _fetched(run, "install.python-poetry.org", "get-poetry"):
        home = _home(candidate, run)
        place = _variable(candidate, run, "POETRY_HOME") or (f"{home}/.local" if home else None)
        if not starts(candidate, "poetry"):
            return _NOTHING
        return Installs((place,)) if place and "$" not in place else _unknown(call)
    if words[:1] in (["-"], []) and _fetched(run, "get-pip.py"):
        return Installs((PREFIX,))
    if words and name_of(words[0]) == "setup.py":
        folder = joined(call.folder, parent(words[0]) or ".")
        where = _destination(candidate, run, call)
        if isinstance(where, Refusal) or folder is None:
            return _unknown(call)
        in_place = "develop" in words or "--inplace" in words or "-i" in words
        return Installs((where,), folder if in_place else None)
    return None


def _fetched(run: Ran, *words: str) -> bool:
    return any(_fetches(call, *words) for call in run.calls if call.name in ("curl", "wget"))


def _fetches(call: Call, *words: str) -> bool:
    return any(word is not None and any(part in word for part in words) for word in call.args)


def _pip(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    words = call.operands(*_VALUED)
    verb = words[0] if words else ""
    if call.name == "easy_install":
        verb = "install"
    if verb in _IDLE_PIP or (not words and not _opaque(call)):
        return _NOTHING
    if verb not in ("install", "sync") or _opaque(call):
        return _unknown(call)
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT"):
        if _variable(candidate, run, name):
            return Refusal("unknown_install", f"pip with {name}")
    if call.option("--root") is not None:
        return _unknown(call)
    folder = call.option("-t", "--target") or call.option("--prefix")
    if folder is not None:
        place = joined(call.folder, folder)
        return Installs((place,)) if place and place != "/" else _unknown(call)
    tree = _tree(candidate, call)
    if isinstance(tree, Refusal):
        return tree
    if call.has("--user"):
        base = _variable(candidate, run, "PYTHONUSERBASE")
        home = _home(candidate, run)
        if base is None and home is None:
            return _unknown(call)
        return Installs((base or f"{home}/.local",), tree)
    where = _destination(candidate, run, call)
    return where if isinstance(where, Refusal) else Installs((where,), tree)


def _opaque(call: Call) -> bool:
    """Whether a word that isn't known may be an option."""
    return any(
        word is None and raw.lstrip("\"'").startswith("$")
        for word, raw in zip(call.words, call.raw, strict=False)
    )


def _tree(candidate: Candidate, call: Call) -> str | Refusal | None:
    """The folder of sources that an editable installation writes in.

    Source: pip documentation, Local project installs.
    """
    args = call.args
    for at, word in enumerate(args):
        if word is None:
            continue
        value = None
        if word in ("-e", "--editable"):
            value = args[at + 1] if at + 1 < len(args) else None
        elif word.startswith("--editable="):
            value = word.partition("=")[2]
        if value is not None:
            path = value.removeprefix("file://").partition("[")[0]
            if "+" in path or "://" in path:
                return Refusal("unknown_install", f"-e {value}")
            return joined(call.folder, path)
        if word in ("-r", "--requirement") and at + 1 < len(args):
            file = _in_context(candidate, call, args[at + 1])
            if file and candidate.context and editable_in(candidate.context, file):
                return call.folder
    return None


def _in_context(candidate: Candidate, call: Call, word: str | None) -> str | None:
    """The file of the context behind a file that an installer reads."""
    place = joined(call.folder, word) if word else None
    tree = tree_of(candidate)
    if tree is not None and place in tree.files:
        return tree.files[place]
    # mounted for the one RUN
    if word and candidate.context and candidate.context.kind(word) == "file":
        return word
    return None


def _environment(call: Call, words: list[str]) -> Installs | Refusal:
    place = joined(call.folder, words[-1]) if words else None
    return Installs((place,)) if place else _unknown(call)


def _poetry(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    words = call.operands("-C", "--directory", "--with", "--without", "--only", "-E", "--extras")
    verb = words[0] if words else ""
    if verb == "config" and starts(candidate, "poetry"):
        # what the container's poetry reads again
        home = _home(candidate, run)
        if call.has("--local") or home is None:
            return _unknown(call)
        return Installs((f"{home}/.config/pypoetry",))
    if verb in ("", "config", *_IDLE_PIP):
        return _NOTHING
    if verb not in ("install", "sync", "add", "update") or call.folder is None:
        return _unknown(call)
    tree = _in_place(candidate, call)
    active = _active(candidate, run, call)
    if active is not None:
        return Installs((active,), tree)
    if _setting(candidate, run, "virtualenvs.create", "POETRY_VIRTUALENVS_CREATE") == "false":
        where = _destination(candidate, run, call)
        return where if isinstance(where, Refusal) else Installs((where,), tree)
    if _setting(candidate, run, "virtualenvs.in-project", "POETRY_VIRTUALENVS_IN_PROJECT") in (
        *("true", "1"),
    ):
        return Installs((f"{call.folder}/.venv",), tree)
    if _brings_environment(candidate):
        return Refusal("unknown_install", "poetry, with a .venv in the context,")
    place = _variable(candidate, run, "POETRY_VIRTUALENVS_PATH")
    cache = _variable(candidate, run, "POETRY_CACHE_DIR")
    home = _home(candidate, run)
    if place is None and cache is None and home is None:
        return _unknown(call)
    return Installs((place or f"{cache or f'{home}/.cache/pypoetry'}/virtualenvs",), tree)


def _brings_environment(candidate: Candidate) -> bool:
    """Whether the context has an environment that Poetry and Pipenv take rather than theirs."""
    return candidate.context is not None and candidate.context.kind(".venv") is not None


def _setting(candidate: Candidate, run: Ran, key: str, variable: str) -> str | None:
    """A setting of Poetry: the variable, else what `poetry config` was told before."""
    value = _variable(candidate, run, variable)
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


def _pipenv(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    words = call.operands("--categories", "--python", "--pypi-mirror", "--extra-pip-args")
    verb = words[0] if words else ""
    if verb in ("", *_IDLE_PIP):
        return _NOTHING
    if verb not in ("install", "sync", "update") or call.folder is None or _opaque(call):
        return _unknown(call)
    active = _active(candidate, run, call)
    if active is not None:
        return Installs((active,))
    if call.has("--system"):
        where = _destination(candidate, run, call)
        return where if isinstance(where, Refusal) else Installs((where,))
    if _variable(candidate, run, "PIPENV_VENV_IN_PROJECT"):
        return Installs((f"{call.folder}/.venv",))
    if _brings_environment(candidate):
        return Refusal("unknown_install", "pipenv, with a .venv in the context,")
    home = _home(candidate, run)
    place = _variable(candidate, run, "WORKON_HOME")
    if place is None and home is None:
        return _unknown(call)
    return Installs((place or f"{home}/.local/share/virtualenvs",))


def _uv(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    words = call.operands(*_VALUED, "--directory", "--project", "--with", "--no-group")
    verb = words[0] if words else ""
    if verb in ("", *_IDLE_PIP):
        return _NOTHING
    if call.folder is None or _opaque(call) or call.option("--directory", "--project"):
        return _unknown(call)
    if verb == "pip":
        return _uv_pip(candidate, run, call, words)
    if verb == "venv":
        refusal = other_interpreter(candidate, run)
        place = joined(call.folder, words[1] if len(words) > 1 else ".venv")
        return refusal or (Installs((place,)) if place else _unknown(call))
    if verb != "sync":
        return _unknown(call)
    refusal = other_interpreter(candidate, run)
    if refusal is not None:
        return refusal
    place = _variable(candidate, run, "UV_PROJECT_ENVIRONMENT")
    if call.has("--active"):
        place = _variable(candidate, run, "VIRTUAL_ENV") or place
    folder = joined(call.folder, place or ".venv")
    return Installs((folder,), _in_place(candidate, call)) if folder else _unknown(call)


def _uv_pip(candidate: Candidate, run: Ran, call: Call, words: list[str]) -> Installs | Refusal:
    system = call.has("--system") or (_variable(candidate, run, "UV_SYSTEM_PYTHON") or "0") != "0"
    rest = replace(call, words=("pip", *call.args[1:]), raw=("pip", *call.raw[2:]))
    found = _pip(candidate, run, rest)
    if isinstance(found, Refusal) or not found.folders or rest.option("-t", "--target", "--prefix"):
        return found
    if system:
        return replace(found, folders=(PREFIX,))
    active = _active(candidate, run, call) or _variable(candidate, run, "VIRTUAL_ENV")
    return replace(found, folders=(active or f"{call.folder}/.venv",))


def other_interpreter(candidate: Candidate, run: Ran) -> Refusal | None:
    """Whether uv may fetch an interpreter, because the image's isn't the one that is asked for.

    Source: uv documentation, Python versions ("Requiring or disabling managed Python versions").
    """
    wanted = (_variable(candidate, run, "UV_PYTHON_DOWNLOADS") or "").lower()
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


def _destination(candidate: Candidate, run: Ran, call: Call) -> str | Refusal:
    """The environment that an installer works in: the virtual one whose program it is, or that is
    active, else the image's own; the user's folder where another than root installs."""
    written = call.words[0] or ""
    if "/" in written:
        place = joined(call.folder, written)
        folder = parent(parent(place)) if place else None
        if folder in _environments(candidate):
            return folder or ""
        if folder not in (PREFIX, "/usr", None):
            return Refusal("unknown_install", written)
        if folder is None:
            return Refusal("unknown_install", written)
    active = _active(candidate, run, call)
    if active is not None:
        return active
    if _is_root(candidate, run):
        return PREFIX
    home = _home(candidate, run)
    if home is None:
        return Refusal("unknown_install", f"{call.name} of another user")
    return f"{home}/.local"


def _active(candidate: Candidate, run: Ran, call: Call) -> str | None:
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
                known = _variable(candidate, run, found)
                if known and found != "PATH":
                    value = re.sub(rf"\$\{{?{found}\}}?", known, value)
            for folder in _environments(candidate):
                if re.search(rf"(?<![\w./-]){re.escape(folder)}/bin\b", value):
                    return folder
    return None


def _environments(candidate: Candidate) -> tuple[str, ...]:
    """The virtual environments that the stage makes."""
    return tuple(dict.fromkeys(_made_environments(candidate)))


def _made_environments(candidate: Candidate) -> Iterator[str]:
    for _, call in candidate.calls():
        name = call.name or ""
        args = call.args
        if (
            _PYTHON.fullmatch(name)
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


def _variable(candidate: Candidate, run: Ran, name: str) -> str | None:
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


def _home(candidate: Candidate, run: Ran) -> str | None:
    """The home folder of the user that a RUN works as."""
    told = _variable(candidate, run, "HOME")
    if told is not None:
        return told
    if _is_root(candidate, run):
        return "/root"
    account = candidate.model.accounts.users.get(candidate.step(run.instruction).user.name or "")
    if account is None:
        return None
    return account.home or (f"/home/{account.name}" if account.has_home else None)


def _unknown(call: Call) -> Refusal:
    return Refusal("unknown_install", " ".join(call.raw[:4]).strip() or str(call.name))
