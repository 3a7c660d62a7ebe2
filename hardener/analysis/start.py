"""What a container runs: the programs behind ENTRYPOINT and CMD, through wrappers and scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hardener.analysis.analysis import Analysis, Origin
from hardener.analysis.calls import Call, calls_in, calls_of
from hardener.analysis.knowledge import names, table
from hardener.analysis.launch import as_started, command_line
from hardener.analysis.npm import is_for_production, package_script
from hardener.analysis.paths import is_below, joined, name_of, parent
from hardener.analysis.programs import (
    behind_prefix,
    is_development,
    is_laid_out_for,
    is_lookalike,
    recipe_for,
)
from hardener.analysis.signs import Kind, Sign
from hardener.analysis.stage import StageModel
from hardener.analysis.supply import supply_of
from hardener.dockerfile.scope import DEFAULT_PATH
from hardener.dockerfile.shell.shells import posix_shells
from hardener.project.callers.model import Usage

_ALL_ARGUMENTS = frozenset({'"$@"', "$@", '"$*"', "$*", '"${@}"', "${@}"})
_MOST_SCRIPTS = 12
_MOST_NESTING = 8
# names that scripts without an ending go by
_SCRIPT_NAMES = ("entrypoint", "docker-entrypoint", "start", "run", "init", "startup", "bootstrap")
_POSIX_ENDINGS = (".sh", ".bash", ".ash")
_SIGN_TABLES: tuple[Kind, ...] = (
    "drops",
    "accounts",
    "ownership",
    "supervisors",
    "root",
    "daemons",
    "installers",
    "development",
)
_DEVELOPMENT_SCRIPTS = (
    "dev",
    "develop",
    "development",
    "watch",
    "hot",
    "test",
    "build",
    "storybook",
)
# options of interpreters that take the next word as their value
_RUNTIME_OPTIONS = ("-r", "--require", "--import", "-cp", "-classpath", "-W", "-X", "-I")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that serves or works in the container.

    Attributes:
        name: its name.
        kind: `runtime`, `server`, `own` (built by the project) or `recipe`.
        call: how it is started.
        code: the file of the image that a runtime is given to run, or the program itself.
        recipe: the table of data/recipes.toml that speaks of it.
    """

    name: str
    kind: str
    call: Call
    code: str | None = None
    recipe: str | None = None


@dataclass(slots=True)
class Start:
    """All that the container may run when it starts.

    Attributes:
        programs: in the order met.
        signs: what speaks against another user than root.
        writes: calls that write files, for their operands and redirects, with their scripts.
        scripts: the shell scripts that were read.
    """

    programs: list[Program] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    writes: list[Call] = field(default_factory=list)
    scripts: list[Origin] = field(default_factory=list)


def start_of(analysis: Analysis, model: StageModel, usage: Usage) -> Start:
    """What the containers of a stage run: what the image says, and what callers start instead."""
    reader = _Reader(analysis, model)
    reader.command_line(model)
    for run in usage.runs:
        if run.entrypoint is not None or run.command is not None:
            reader.command_line(as_started(model, run), f"{usage.where(run)}")
    return reader.start


# `uid = www-data` in a configuration; Source: uWSGI options, Supervisor and Celery configuration
_USER_SETTING = re.compile(r"^[ \t]*(uid|gid|user|chown-socket|setuid)[ \t]*=", re.MULTILINE)


class _Reader:
    """Follows what is started, as far as it can be seen."""

    def __init__(self, analysis: Analysis, model: StageModel) -> None:
        self.start = Start()
        self._analysis = analysis
        self._model = model
        self._depth = 0
        self._where = ""

    def command_line(self, model: StageModel, where: str = "") -> None:
        """Follow the command line of a stage's container, as the caller at `where` starts it."""
        words, code = command_line(model)
        self._where = where
        if code is not None:
            self.code(code, (), where)
        elif words:
            self.words(words, ())
        self._where = ""

    def words(self, words: Sequence[str | None], arguments: Sequence[str | None]) -> None:
        """Follow an argument vector."""
        found = calls_of(words, self._model.end.folder, self._model.environment)
        self._follow(found.calls, found.complete, arguments)

    def code(
        self, code: str, arguments: Sequence[str | None], where: str, folder: str | None = None
    ) -> None:
        """Follow a piece of shell code, met in the file `where`."""
        if self._depth >= _MOST_NESTING:
            return
        outer, self._where = self._where, where or self._where
        self._depth += 1
        found = calls_in(code, folder or self._model.end.folder, self._model.environment)
        self._follow(found.calls, found.complete, arguments)
        self._depth -= 1
        self._where = outer

    def _follow(
        self, calls: Sequence[Call], complete: bool, arguments: Sequence[str | None]
    ) -> None:
        if not complete:
            self._sign("unknown", "code that can't be read")
        for call in calls:
            self._call(call, arguments)

    def _sign(self, kind: Kind, what: str) -> None:
        sign = Sign(kind, what, self._where)
        if sign not in self.start.signs:
            self.start.signs.append(sign)

    def _program(self, kind: str, call: Call, code: str | None = None, recipe: str = "") -> None:
        name = call.name or ""
        self.start.programs.append(Program(name, kind, call, code, recipe or None))
        self.start.writes.append(call)

    def _call(self, call: Call, arguments: Sequence[str | None]) -> None:
        for wrapper in call.behind:
            if wrapper in names("programs", "drops.names"):
                self._sign("drops", wrapper)
        name = call.name
        if name is None:
            if call.raw and call.raw[0] in _ALL_ARGUMENTS:
                if arguments:
                    self.words(arguments, ())
            else:
                self._sign("unknown", call.raw[0] if call.raw else "a program")
            return
        if rest := behind_prefix(call):
            self.words(rest, arguments)
            return
        if self._is_own_script(call):
            self._other(call, arguments)
            return
        for kind in _SIGN_TABLES:
            if name in names("programs", f"{kind}.names") and not is_lookalike(kind, call):
                self._sign(kind, str(call.words[0]))
                return
        if call.words[0] in names("programs", "supervisors.paths"):
            self._sign("supervisors", str(call.words[0]))
        elif is_development(call):
            self._sign("development", " ".join(word for word in call.words[:2] if word))
        elif (recipe := recipe_for(name)) is not None:
            if is_laid_out_for(recipe, self._model):
                self._program("recipe", call, recipe=recipe)
            else:
                self._sign("daemons", name)
        elif name in posix_shells():
            self._shell(call, arguments)
        elif name in names("programs", "runners.names"):
            self._runner(call)
        elif name in names("programs", "runtimes.names"):
            self._runtime(call)
        elif name in names("programs", "servers.names"):
            self._server(call)
        elif name in (".", "source"):
            self._script(call.words[1] if len(call.words) > 1 else None, call, ())
        elif name in names("programs", "writers.names") or name == "sed":
            self.start.writes.append(call)
        elif self._is_placeholder(name):
            self._sign("placeholders", name)
        elif name in names("programs", "harmless.names"):
            self.start.writes.append(call)
        elif name in names("programs", "shells.names"):
            self._sign("shells", name)
        else:
            self._other(call, arguments)

    def _server(self, call: Call) -> None:
        """A server, unless its options or its configuration have it change its user."""
        changes = names("programs", "servers.user_options")
        option = next(
            (word for word in call.args if word and word.partition("=")[0] in changes), None
        )
        if option is not None:
            self._sign("drops", f"{call.name} {option}")
        for word in call.args:
            if not word or not word.endswith((".ini", ".cfg", ".conf")):
                continue
            at = joined(call.folder, word.rpartition("=")[2])
            origin = self._analysis.origin(self._model, at) if at else None
            text = self._analysis.text(origin) if origin is not None else None
            if text is None:
                self._sign("unseen", word)
            elif found := _USER_SETTING.search(text):
                self._sign("drops", f"{found[1]} in {name_of(word)}")
        self._program("server", call)

    def _shell(self, call: Call, arguments: Sequence[str | None]) -> None:
        """A shell that is given a script, or nothing."""
        operands = call.operands("-o", "+o")
        if operands:
            behind = call.args[call.args.index(operands[0]) + 1 :]
            self._script(operands[0], call, _arguments(behind, call, arguments))
        elif any(word is None for word in call.args):
            self._sign("unknown", "a script whose name can't be told")
        else:
            self._sign("shells", call.name or "sh")

    def _script(self, path: str | None, call: Call, arguments: Sequence[str | None]) -> None:
        """Read a script of the image."""
        at = None if path is None else joined(call.folder, path)
        if at is None:
            self._sign("unknown", path or "a script whose name can't be told")
            return
        origin = self._analysis.origin(self._model, at)
        text = None if origin is None else self._analysis.text(origin)
        if origin is None or text is None:
            read_in = call.name in (".", "source")
            sets = name_of(at) in names("programs", "sourced.names") or self._is_of_base(at)
            if not (read_in and sets):
                self._sign("unseen", path or at)
            return
        if any(
            seen.copy is origin.copy and seen.path == origin.path for seen in self.start.scripts
        ):
            return
        self.start.scripts.append(origin)
        if len(self.start.scripts) > _MOST_SCRIPTS:
            self._sign("unknown", "more scripts than are followed")
            return
        self.code(text, arguments, name_of(origin.path or at))

    def _is_of_base(self, path: str) -> bool:
        """Whether a file that a script reads may be one of the base image."""
        return path.startswith("/etc/") and self._analysis.supplier(self._model, path) is None

    def _runtime(self, call: Call) -> None:
        """An interpreter: what it is given, or nothing but a prompt."""
        name = call.name or ""
        module = call.option("-m") if name.startswith("python") else None
        if module is not None:
            if module in names("programs", "servers.names") or "." in module:
                self._program("server", call)
            else:
                self._program("runtime", call)
            return
        if call.args and call.args[0] in names("programs", "runtimes.interactive"):
            self._sign("shells", name)
            return
        operands = call.operands(
            "-r", "--require", "--import", "-cp", "-classpath", "-W", "-X", "-I"
        )
        if not operands and not call.has("-c", "-e", "-S", "-jar", "-r"):
            unknown = any(word is None for word in call.args)
            self._sign("unknown" if unknown else "shells", name)
            return
        named = operands[0] if operands else None
        if name == "java" and "-jar" not in call.args:
            # a class, not a file
            named = None
        code = joined(call.folder, named) if named else None
        if not self._is_own_code(code):
            self._sign("foreign", operands[0] if operands else name)
            return
        self._program("runtime", call, code)

    def _is_own_code(self, code: str | None) -> bool:
        """Whether the code that a runtime is given comes with the project, as far as the file
        copies anything of it to where the code is."""
        for copy in self._model.copies:
            if copy.image or copy.target is None:
                continue
            around = code is None or is_below(code, copy.target)
            if around or is_below(copy.target, parent(code or "/")):
                return True
        return code is not None and supply_of(self._analysis, self._model, code) != "foreign"

    def _runner(self, call: Call) -> None:
        """npm and its like: the script of package.json that they start."""
        name = call.name or ""
        operands = call.operands("--prefix", "--cwd", "-C", "--dir", "--filter")
        if not operands or call.option("--prefix", "--cwd", "-C", "--dir", "--filter"):
            installs = not operands and name in ("yarn", "pnpm", "yarnpkg")
            self._sign("installers" if installs else "unknown", name)
            return
        script = operands[0]
        if script in ("run", "run-script") and len(operands) > 1:
            script = operands[1]
        elif script in ("install", "ci", "i", "add", "link"):
            self._sign("installers", f"{name} {script}")
            return
        if script.endswith((".js", ".ts", ".mjs", ".cjs")):
            self._program("runtime", call, joined(call.folder, script))
            return
        if any(part in _DEVELOPMENT_SCRIPTS for part in script.replace("-", ":").split(":")):
            self._sign("development", f"{name} {script}")
            return
        code = package_script(self._analysis, self._model, call.folder, script)
        if code is not None:
            self.code(code, (), "package.json", call.folder)
        elif is_for_production(self._model):
            self._program("server", call)
        else:
            self._sign("unseen", f"the {name} {script} of package.json")

    def _other(self, call: Call, arguments: Sequence[str | None]) -> None:
        """A program that no table names: the project's own, a script, or someone else's."""
        name = call.name or ""
        path = self._find(call)
        origin = self._analysis.origin(self._model, path) if path else None
        head = b""
        if origin is not None:
            text = self._analysis.text(origin)
            head = (text or "")[:200].encode("utf-8", "replace")
        if path is not None and (head.startswith(b"#!") or name.endswith(_POSIX_ENDINGS)):
            self._with_shebang(call, path, head.decode("utf-8", "replace"), arguments)
            return
        supply = supply_of(self._analysis, self._model, path) if path else "foreign"
        scripted = supply == "own" and name in _SCRIPT_NAMES
        if not head and (supply == "context" or scripted):
            self._sign("unseen", str(call.words[0]))
        elif supply == "foreign":
            self._sign("foreign", name)
        else:
            self._program("own", call, path)

    def _with_shebang(
        self, call: Call, path: str, head: str, arguments: Sequence[str | None]
    ) -> None:
        words = head[2:].split("\n", 1)[0].split() if head.startswith("#!") else ["sh"]
        if words and name_of(words[0]) == "env":
            words = [word for word in words[1:] if not word.startswith("-")]
        interpreter = name_of(words[0]) if words else "sh"
        behind = _arguments(call.args, call, arguments)
        if interpreter in posix_shells():
            self._script(path, call, behind)
        elif interpreter in ("with-contenv", "execlineb"):
            self._sign("supervisors", interpreter)
        else:
            self._call(Call((interpreter, path, *behind), (), call.folder), ())

    def _is_placeholder(self, name: str) -> bool:
        """Whether a program is there to keep the container up, or is no program."""
        alone = not self._where and name in names("programs", "placeholders.names")
        return alone or name.endswith(tuple(table("programs")["placeholders"]["endings"]))

    def _is_own_script(self, call: Call) -> bool:
        """Whether a program is a script at hand, whatever other program has its name."""
        path = self._find(call)
        origin = self._analysis.origin(self._model, path) if path else None
        text = None if origin is None else self._analysis.text(origin)
        return text is not None and text.startswith("#!")

    def _find(self, call: Call) -> str | None:
        """Where a program stands in the image, as far as the file says."""
        written = str(call.words[0])
        if "/" in written:
            return joined(call.folder, written)
        path = self._model.environment("PATH") or DEFAULT_PATH
        folders = [item for item in path.split(":") if item.startswith("/")]
        candidates = [f"{folder.rstrip('/')}/{written}" for folder in folders]
        for candidate in candidates:
            supplier = self._analysis.supplier(self._model, candidate)
            if supplier is not None and supplier[1]:
                return candidate
        return candidates[0] if candidates else f"/usr/local/bin/{written}"


def _is_same(one: Origin, other: Origin) -> bool:
    return one.copy is other.copy and one.path == other.path


def _arguments(
    words: Sequence[str | None], call: Call, arguments: Sequence[str | None]
) -> tuple[str | None, ...]:
    """The words behind a script, with `"$@"` replaced by what it stands for."""
    found: list[str | None] = []
    raw = call.raw[len(call.raw) - len(words) :] if call.raw else ()
    for index, word in enumerate(words):
        if word is None and index < len(raw) and raw[index] in _ALL_ARGUMENTS:
            found += arguments
        else:
            found.append(word)
    return tuple(found)
