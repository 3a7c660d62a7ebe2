"""What to build and run for one Dockerfile: from flags, and from a sample.toml beside it."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hardener.dockerfile.parse import parse
from hardener.errors import HardenError
from hardener.files import read_dockerfile
from hardener.project.locate import locate_context
from hardener.verify.probe import Probe

FILE_NAME = "sample.toml"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What has to be true after hardening; None isn't checked.

    `reason` says, for a person, why something is expected; it isn't checked.
    """

    nonroot: bool | None = None
    smaller: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunRecipe:
    """How the container is run and watched.

    Attributes:
        command: in place of the image's; None to keep that.
        stays_up: it has to be up when watching ends (True) or to have ended (False); None:
            as before.
        exit_code, output: what they have to be (output: text that stands in it).
        port: it has to listen on this one to be ready.
        ready_within: seconds.
        writes: paths in the container that have to exist and not be empty afterwards.
    """

    command: tuple[str, ...] | None = None
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stays_up: bool | None = None
    exit_code: int | None = None
    output: str | None = None
    port: int | None = None
    ready_within: float = 30.0
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that verifying one Dockerfile needs to know.

    Attributes:
        dockerfile: absolute.
        context: the folder that the build gets, absolute.
        root: the folder that the hardening's paths are relative to, absolute.
        secrets: id -> value, for the build.
        commands: each is run in place of the image's command, before and after.
        summary: of sample.toml, where the recipe comes from there.
    """

    dockerfile: Path
    context: Path
    root: Path
    target: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    run: RunRecipe = RunRecipe()
    probes: tuple[Probe, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()
    expect: Expectation = Expectation()
    summary: str = ""

    @property
    def name(self) -> str:
        """The Dockerfile's path relative to the root, as it's shown."""
        try:
            return self.dockerfile.relative_to(self.root).as_posix()
        except ValueError:
            return self.dockerfile.as_posix()

    @property
    def title(self) -> str:
        """The name, and the stage that is built where it isn't the last."""
        return self.name if self.target is None else f"{self.name} ({self.target})"


def recipe_for(dockerfile: Path, root: Path, *, context: Path | None = None) -> Recipe:
    """The recipe for a Dockerfile: what sample.toml beside it says, or else the defaults.

    The build context is `context`, or what sample.toml says, or the one that hardening assumes
    for the Dockerfile too.

    Raises:
        HardenError: the Dockerfile can't be read; sample.toml can't be read, or has a key or
            value that means nothing.
    """
    dockerfile, root = dockerfile.resolve(), root.resolve()
    sample = dockerfile.parent / FILE_NAME
    recipe = None
    if sample.is_file():
        said = read_sample(sample, root)
        recipe = said if said.dockerfile == dockerfile else None
    if recipe is None:
        found = (
            context or locate_context(parse(read_dockerfile(dockerfile)), dockerfile, root).folder
        )
        recipe = Recipe(dockerfile, found.resolve(), root)
    return recipe if context is None else replace(recipe, context=context.resolve())


def read_sample(path: Path, root: Path) -> Recipe:
    """The recipe in a sample.toml.

    Raises:
        HardenError: with the file and the key.
    """
    try:
        content = tomllib.loads(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise HardenError(f"can't be read: {error}", path=str(path)) from error
    reader = _Reader(path, content, "")
    build, run, expect = (reader.table(name) for name in ("build", "run", "expect"))
    probes = reader.tables("probe")
    summary = reader.text("summary") or FILE_NAME
    reader.done()
    folder = path.parent
    port = run.number("port")
    recipe = Recipe(
        dockerfile=folder / (build.text("dockerfile") or "Dockerfile"),
        context=_absolute(folder / (build.text("context") or ".")),
        root=root,
        target=build.text("target"),
        arguments=build.texts_by_name("args"),
        secrets={name: value.encode() for name, value in build.texts_by_name("secrets").items()},
        run=RunRecipe(
            command=run.command("command"),
            environment=run.texts_by_name("env"),
            stays_up=run.truth("stays_up"),
            exit_code=run.number("exit_code"),
            output=run.text("output"),
            port=port,
            ready_within=run.seconds("ready_within", RunRecipe().ready_within),
            writes=run.texts("writes"),
        ),
        probes=tuple(_probe(table, port) for table in probes),
        expect=Expectation(
            expect.truth("nonroot"), expect.truth("smaller"), expect.text("reason") or ""
        ),
        summary=summary,
    )
    for table in (build, run, expect):
        table.done()
    return recipe


def _absolute(path: Path) -> Path:
    return Path(os.path.normpath(path))


def _probe(table: _Reader, port: int | None) -> Probe:
    own = table.number("port")
    found = own if own is not None else port
    if found is None:
        raise table.wrong("port", "needed here, or in [run]")
    path = table.text("path") or "/"
    if not path.startswith("/") or any(character.isspace() for character in path):
        raise table.wrong("path", "begins with / and has no white space")
    probe = Probe(
        found,
        path,
        (table.text("method") or "GET").upper(),
        (table.text("body") or "").encode(),
        table.texts_by_name("headers"),
        status=table.number("status"),
        contains=table.text_or_texts("contains"),
        exact=table.truth("exact") or False,
    )
    table.done()
    return probe


class _Reader:
    """Takes values out of a TOML table one by one, with their type, and knows what is left."""

    def __init__(self, path: Path, content: Mapping[str, Any], place: str) -> None:
        self._path = path
        self._left = dict(content)
        self._place = place

    def wrong(self, key: str, must: str) -> HardenError:
        return HardenError(f"{self._place}{key}: {must}", path=str(self._path))

    def done(self) -> None:
        for key in self._left:
            raise self.wrong(key, "no such key")

    def table(self, key: str) -> _Reader:
        return _Reader(self._path, self._take(key, dict, "a table") or {}, f"[{key}] ")

    def tables(self, key: str) -> list[_Reader]:
        found = self._take(key, list, "a list of tables") or []
        if not all(isinstance(item, dict) for item in found):
            raise self.wrong(key, "a list of tables")
        return [_Reader(self._path, item, f"[[{key}]] ") for item in found]

    def text(self, key: str) -> str | None:
        found = self._take(key, str, "a string")
        return None if found is None else str(found)

    def truth(self, key: str) -> bool | None:
        found = self._take(key, bool, "true or false")
        return None if found is None else bool(found)

    def number(self, key: str) -> int | None:
        found = self._take(key, int, "a whole number")
        if isinstance(found, bool):
            raise self.wrong(key, "a whole number")
        return None if found is None else int(found)

    def seconds(self, key: str, default: float) -> float:
        found = self._take(key, (int, float), "a number of seconds")
        return default if found is None else float(found)

    def texts(self, key: str) -> tuple[str, ...]:
        found = self._take(key, list, "a list of strings") or []
        if not all(isinstance(item, str) for item in found):
            raise self.wrong(key, "a list of strings")
        return tuple(found)

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        if isinstance(self._left.get(key), str):
            return (str(self._left.pop(key)),)
        return self.texts(key)

    def texts_by_name(self, key: str) -> dict[str, str]:
        found = self._take(key, dict, "a table of strings") or {}
        scalars = (str, int, float)
        if not all(
            isinstance(value, scalars) and not isinstance(value, bool) for value in found.values()
        ):
            raise self.wrong(key, "a table of strings")
        return {name: str(value) for name, value in found.items()}

    def command(self, key: str) -> tuple[str, ...] | None:
        if isinstance(self._left.get(key), str):
            return split_command(str(self._left.pop(key)))
        return self.texts(key) if key in self._left else None

    def _take(self, key: str, kind: type | tuple[type, ...], must: str) -> Any:
        found = self._left.pop(key, None)
        if found is not None and not isinstance(found, kind):
            raise self.wrong(key, must)
        return found


def split_command(text: str) -> tuple[str, ...]:
    """A command line as words, quotes obeyed as a shell does; nothing is expanded.

    Raises:
        HardenError: a quote isn't closed, or there is no word.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise HardenError(f"the command {text!r} can't be read: {error}") from error
    if not words:
        raise HardenError("an empty command")
    return words


def secrets_of_flags(flags: Sequence[str], environment: Mapping[str, str]) -> dict[str, bytes]:
    """The values behind `--secret id=…,env=NAME` and `--secret id=…,src=PATH`.

    As with docker, an id alone means the environment variable of that name, or the file.
    Source: docs.docker.com/reference/cli/docker/buildx/build/#secret.

    Raises:
        HardenError: no id, a variable that isn't set, a file that can't be read. No value is
            ever in the message.
    """
    secrets: dict[str, bytes] = {}
    for flag in flags:
        parts = dict(part.partition("=")[::2] for part in flag.split(","))
        name = parts.pop("id", "")
        source = parts.pop("src", "") or parts.pop("source", "")
        variable = parts.pop("env", "")
        kind = parts.pop("type", "")
        if not name or parts or kind not in ("", "env", "file") or (source and variable):
            raise HardenError("--secret is written id=NAME,env=VARIABLE or id=NAME,src=PATH")
        if kind == "env" and source:
            source, variable = "", source
        if not source and not variable:
            source, variable = (name, "") if name not in environment else ("", name)
        secrets[name] = _secret(name, source, variable, environment)
    return secrets


def _secret(name: str, source: str, variable: str, environment: Mapping[str, str]) -> bytes:
    if variable:
        if variable not in environment:
            raise HardenError(f"--secret {name}: the variable {variable} isn't set")
        return environment[variable].encode("utf-8", "surrogateescape")
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise HardenError(
            f"--secret {name}: {source} can't be read: {error.strerror or error}"
        ) from error
