"""Which variables an instruction of a Dockerfile sees, by BuildKit's rules for ARG and ENV.

Source of the rules: moby/buildkit, frontend/dockerfile/dockerfile2llb/convert.go (buildMetaArgs,
dispatchArg, dispatchEnv, dispatchStages), and docs.docker.com/build/building/variables. Held
against a real engine by tests/dockerfile/test_expand_engine.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn, TypeAlias

from hardener.dockerfile.expand import UNKNOWN, Expansion, Value, expand

# BuildKit, util/system/path.go (DefaultPathEnvUnix): what an image without PATH is given
DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Arguments: TypeAlias = Literal[
    "word", "words", "split", "image", "pairs", "defaults", "trigger", "none"
]


@dataclass(frozen=True, slots=True)
class Expandable:
    """What BuildKit expands of an instruction; the terms are explained in variables.toml."""

    arguments: Arguments
    flags: frozenset[str] = frozenset()
    heredocs: bool = False


@dataclass(frozen=True, slots=True)
class _Variables:
    instructions: Mapping[str, Expandable]
    predefined: frozenset[str]
    proxy: frozenset[str]


@cache
def _variables() -> _Variables:
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("variables.toml").read_text("utf-8"))
    return _Variables(
        {
            name: Expandable(
                entry["arguments"],
                frozenset(entry.get("flags", ())),
                entry.get("heredocs", False),
            )
            for name, entry in table["instructions"].items()
        },
        frozenset(table["predefined"]["global"]),
        frozenset(table["predefined"]["proxy"]),
    )


def expandable(instruction: str) -> Expandable:
    """What BuildKit expands of an instruction, named in capitals.

    Raises:
        KeyError: there is no such instruction.
    """
    return _variables().instructions[instruction]


def predefined_arguments() -> frozenset[str]:
    """The arguments of the global scope that a builder sets itself, such as TARGETARCH."""
    return _variables().predefined


def proxy_arguments() -> frozenset[str]:
    """The arguments that a caller may pass to RUN undeclared, such as HTTP_PROXY."""
    return _variables().proxy


class _Entry(NamedTuple):
    """A value and the step at which it was given."""

    step: int
    value: Value


class _Leaf(NamedTuple):
    key: int
    name: str
    entry: _Entry


class _Fork(NamedTuple):
    zero: _Names
    one: _Names


_Names: TypeAlias = "_Leaf | _Fork | None"
"""An immutable table of names: a binary trie, so that each step shares all but one path."""


def _key(name: str) -> int:
    # the hash makes the trie shallow, the name behind it makes the key unique
    tail = int.from_bytes(name.encode("utf-8", "surrogatepass"), "big")
    return (hash(name) & 0xFFFF_FFFF_FFFF_FFFF) | tail << 64


def _with(names: _Names, leaf: _Leaf, depth: int = 0) -> _Names:
    if names is None or (isinstance(names, _Leaf) and names.name == leaf.name):
        return leaf
    if isinstance(names, _Leaf):
        names = _Fork(None, names) if names.key >> depth & 1 else _Fork(names, None)
    if leaf.key >> depth & 1:
        return _Fork(names.zero, _with(names.one, leaf, depth + 1))
    return _Fork(_with(names.zero, leaf, depth + 1), names.one)


def _find(names: _Names, name: str) -> _Entry | None:
    key = _key(name)
    while isinstance(names, _Fork):
        names = names.one if key & 1 else names.zero
        key >>= 1
    return names.entry if names is not None and names.name == name else None


def _all(names: _Names) -> Iterator[str]:
    waiting = [names]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Fork):
            waiting += (node.zero, node.one)
        elif node is not None:
            yield node.name


@cache
def _builders_own() -> _Names:
    names: _Names = None
    for name in predefined_arguments():
        names = _with(names, _Leaf(_key(name), name, _Entry(1, UNKNOWN)))
    return names


@dataclass(frozen=True, slots=True, eq=False)
class Scope(Mapping[str, Value]):
    """The variables before one instruction; immutable, each rule makes a new one.

    A scope is the mapping that `expand` takes. The values are those of a build to which the
    caller passes no more than `build_args`; an ARG that has no value then is UNKNOWN, since it
    is there to be passed. Where the environment of the base image is unknown, so is every name
    that the Dockerfile doesn't set. Iteration gives the names that are declared.

    Begin with `Scope.of_file()`, feed it the ARGs before the first FROM, and ask it for each
    stage's scope with `stage`. The triggers that ONBUILD leaves in a base stage are instructions
    of the stage built on it, in front of its own.
    """

    escape: str = "\\"
    build_args: Mapping[str, str] = field(default_factory=dict)
    _file: Scope | None = None
    _args: _Names = None
    _env: _Names = None
    _step: int = 0
    # the step at which the stage began, up to which ENV beats ARG
    _begun: int = 0
    _open: bool = False

    @classmethod
    def of_file(cls, *, escape: str = "\\", build_args: Mapping[str, str] | None = None) -> Scope:
        """The global scope at the top of a Dockerfile, which ARG fills and FROM reads."""
        passed = dict(build_args or {})
        scope = cls(escape, passed, _args=_builders_own())
        for name in predefined_arguments().intersection(passed):
            scope = scope._arg(name, passed[name])
        return scope

    def declare_arg(self, name: str, default: str | None = None) -> Scope:
        """The scope behind `ARG name=default`; `default` is a word, None where there is none.

        Several names in one ARG are declared one after another: each sees those before it. A
        name without default takes the value it has in the global scope, else keeps the one it
        has.

        Raises:
            ExpansionError: BuildKit refuses the default.
        """
        if name in self.build_args:
            return self._arg(name, self.build_args[name])
        if default is not None:
            value = self.expand(default).value
            return self._arg(name, UNKNOWN if value is None else value)
        if self._file is not None and name in self._file:
            return self._arg(name, self._file[name])
        return self._arg(name, UNKNOWN) if self.get(name) is None else self

    def set_env(self, pairs: Iterable[tuple[str, str]]) -> Scope:
        """The scope behind one ENV of these names and values, which are words.

        All of them are expanded with the values from before the instruction.

        Raises:
            ExpansionError: BuildKit refuses a name or a value.
        """
        scope = self
        for name_word, value_word in pairs:
            name, value = self.expand(name_word).value, self.expand(value_word).value
            if name is None:
                # any variable may have been set
                scope = replace(scope, _args=None, _env=None, _open=True)
            else:
                scope = scope._environment(name, UNKNOWN if value is None else value)
        return scope

    def stage(
        self, base: Scope | None = None, *, environment: Mapping[str, str] | None = None
    ) -> Scope:
        """The scope at the start of a stage, asked of the global scope.

        `base` is the scope at the end of the stage it is built on: the stage inherits ENV and
        ARG, but ENV now beats an ARG that came after it. Without `base` it is built on an image,
        whose ENV `environment` holds: `{}` for scratch, None where it is unknown.
        """
        if base is not None:
            return replace(base, _begun=base._step)
        file = self if self._file is None else self._file
        scope = replace(file, _file=file, _args=None, _open=environment is None)
        if environment is not None:
            for name, value in {"PATH": DEFAULT_PATH, **environment}.items():
                scope = scope._environment(name, value)
        return scope

    def expand(self, word: str) -> Expansion:
        """What a word comes to in this scope, as `hardener.dockerfile.expand.expand` does it.

        Raises:
            ExpansionError: BuildKit refuses the word.
        """
        return expand(word, self, escape=self.escape)

    def __getitem__(self, name: str) -> Value:
        arg, env = _find(self._args, name), _find(self._env, name)
        if arg is not None and arg.step > max(self._begun, env.step if env else 0):
            return arg.value
        if env is not None:
            return env.value
        if self._open:
            return UNKNOWN
        if arg is not None:
            return arg.value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*_all(self._args), *_all(self._env)}))

    def __len__(self) -> int:
        return len({*_all(self._args), *_all(self._env)})

    def __reduce__(self) -> NoReturn:
        # another process hashes names differently
        raise TypeError("a Scope can't leave its process")

    def _arg(self, name: str, value: Value) -> Scope:
        leaf = _Leaf(_key(name), name, _Entry(self._step + 1, value))
        return replace(self, _args=_with(self._args, leaf), _step=self._step + 1)

    def _environment(self, name: str, value: Value) -> Scope:
        leaf = _Leaf(_key(name), name, _Entry(self._step + 1, value))
        return replace(self, _env=_with(self._env, leaf), _step=self._step + 1)
