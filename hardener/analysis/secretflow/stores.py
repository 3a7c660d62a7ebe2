"""Finds where a RUN writes a secret down, and who reads it there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from hardener.analysis.paths import name_of
from hardener.analysis.secretflow.code import WRITES, RunCode
from hardener.dockerfile.nodes import Dockerfile, Stage
from hardener.dockerfile.shell import Command
from hardener.secrets.commands import Store, fetching, store_of, undoing
from hardener.secrets.credentials import credential_named

# the private keys that ssh(1) looks for by itself
DEFAULT_KEYS = frozenset({"id_rsa", "id_ecdsa", "id_ed25519", "id_dsa"})
_CHOOSES_KEY = re.compile(r"\bssh-add\b|\bssh-agent\b|\bIdentityFile\b|\bGIT_SSH(?:_COMMAND)?\b")
_KNOWS_HOSTS = re.compile(r"\bssh-keyscan\b|known_hosts|StrictHostKeyChecking")
# programs that write what they are given to the files they are given
_WRITERS = frozenset({"tee", "sed", "envsubst", "crudini", "jq", "yq"})


@dataclass(frozen=True)
class Written:
    """A secret that a command of a RUN writes down, and that is there when the RUN ends.

    Attributes:
        code: the RUN.
        command: the command.
        what: where it is written to, for the reader.
        undo: the command that takes it away again; None where none is known.
        relative: whether where it is depends on the working directory.
        file: the name of the file that is written by a redirect; "" for another way.
        key: whether that is a private key that ssh finds by itself.
        reads: whether a command, given as words, reads it by itself.
        removes: whether a command takes it away.
    """

    code: RunCode
    command: Command
    what: str
    undo: str | None
    relative: bool
    file: str
    key: bool
    reads: Callable[[Sequence[str]], bool]
    removes: Callable[[Sequence[str]], bool]

    @property
    def setup(self) -> str:
        """The command as it stands in the file."""
        return self.code.dockerfile.text[self.command.start : self.command.end]


def agent_will_do(dockerfile: Dockerfile, stage: Stage) -> bool:
    """Whether an SSH agent can stand in for a key in a stage: nothing there chooses a key or starts
    an agent of its own, and it says which hosts are to be trusted."""
    text = dockerfile.text[stage.start.span.start : stage.end]
    return bool(_KNOWS_HOSTS.search(text)) and not _CHOOSES_KEY.search(text)


def written(code: RunCode, names: Collection[str]) -> Iterator[Written]:
    """Where the code writes down one of these variables, as far as it isn't undone there."""
    script = code.script
    if script is None:
        return
    commands = script.commands
    for at, command in enumerate(commands):
        if not _has(command, names):
            continue
        found = (
            _by_redirect(code, command, commands, at)
            or _by_store(code, command)
            or _by_pipe(code, command, commands, at)
        )
        if found is None:
            continue
        later = [_words(item) for item in commands[at + 1 :]]
        if not any(found.removes(words) for words in later):
            yield found


def _has(command: Command, names: Collection[str]) -> bool:
    if not set(names).isdisjoint(command.variables):
        return True
    return any(
        re.search(rf"\$\{{?{re.escape(name)}\b", word.raw)
        for word in command.words
        for name in names
    )


def _words(command: Command) -> tuple[str, ...]:
    words = [word.text for word in command.words]
    return (name_of(words[0]), *words[1:]) if words else ()


def _by_redirect(
    code: RunCode, command: Command, commands: Sequence[Command], at: int
) -> Written | None:
    targets = [item.target for item in command.redirects if item.operator in WRITES]
    words = _words(command)
    if words and words[0] in fetching():
        # it writes what the other side answers
        return None
    if command.piped and at + 1 < len(commands):
        follower = commands[at + 1]
        if _words(follower)[:1] == ("tee",):
            targets += [word for word in follower.args if not word.text.startswith("-")]
        targets += [item.target for item in follower.redirects if item.operator in WRITES]
    if words[:1] == ("sed",) and any(word.startswith(("-i", "--in-place")) for word in words):
        targets += list(command.args[-1:])
    for target in targets:
        if target.text.startswith(("/dev/", "/proc/", "&")):
            continue
        kind = credential_named(target.text)
        name = name_of(target.text)
        plain = bool(kind) and not command.piped and len(targets) == 1 and words[:1] != ("sed",)
        return Written(
            code,
            command,
            target.text,
            f"rm -f {target.raw}" if plain else None,
            not target.text.startswith(("/", "~/", "$HOME/", "${HOME}/")),
            name,
            kind is not None
            and kind.ssh
            and plain
            and name in DEFAULT_KEYS
            and ".ssh/" in target.text,
            kind.is_read_by if kind is not None else (lambda _: True),
            lambda words, name=name: (  # type: ignore[misc]
                words[:1] in (("rm",), ("shred",))
                and any(name_of(word) == name for word in words[1:])
            ),
        )
    return None


def _by_store(code: RunCode, command: Command) -> Written | None:
    words = _words(command)
    store = store_of(words)
    if store is None or store.undone_by(words):
        return None
    what = " ".join(store.words)
    removes = _removing(store)
    undo = undoing(store, command.words)
    everywhere = {"--global", "--system", "-g"} & set(words)
    relative = store.words[0] in ("git", "composer") and not everywhere
    return Written(code, command, what, undo, relative, "", False, store.is_read_by, removes)


def _by_pipe(
    code: RunCode, command: Command, commands: Sequence[Command], at: int
) -> Written | None:
    """What the end of a pipeline keeps of what it reads: `docker login --password-stdin`."""
    while commands[at].piped and at + 1 < len(commands):
        at += 1
        store = store_of(_words(commands[at]))
        if store is not None:
            what = " ".join(store.words)
            removes = _removing(store)
            return Written(code, command, what, None, False, "", False, store.is_read_by, removes)
    return None


def _removing(store: Store) -> Callable[[Sequence[str]], bool]:
    files = {"git": ".gitconfig", "npm": ".npmrc", "pnpm": ".npmrc", "bundle": ".bundle"}
    name = files.get(store.words[0])

    def removes(words: Sequence[str]) -> bool:
        if store.undone_by(words):
            return True
        return words[:1] == ("rm",) and any(name_of(word.rstrip("/")) == name for word in words[1:])

    return removes
