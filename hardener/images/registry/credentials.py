"""The user's own registry credentials, from the files and helpers that Docker and Podman keep.

Sources: docker/cli cli/config (configfile, credentials), docker/docker-credential-helpers, and
containers-auth.json(5).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hardener.images.registry.settings import DOCKER_HUB

# docker/cli keeps Docker Hub's credential under the address of its old index
_DOCKER_HUB_KEY = "https://index.docker.io/v1/"
_DOCKER_HUB_NAMES = frozenset({"index.docker.io", "registry-1.docker.io", DOCKER_HUB})
# docker-credential-helpers: this user name says that the secret is an identity token
_TOKEN_USER = "<token>"
_HELPER_NAME = re.compile(r"[A-Za-z0-9._-]+")
_LARGEST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class Credential:
    """What to show a registry, or the token server it names.

    Attributes:
        username: empty with an identity token.
        secret: the password, access token or identity token; never printed.
        is_identity_token: the secret is an OAuth2 refresh token, to be traded for access tokens.
    """

    username: str
    secret: str = field(repr=False)
    is_identity_token: bool = False

    @property
    def basic(self) -> str:
        """The value of an Authorization header that shows user and password (RFC 7617)."""
        pair = f"{self.username}:{self.secret}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """One file's credentials, and the helpers it names.

    Attributes:
        credentials: by registry ("docker.io", "registry.corp:5000") or, as Podman has it, by
            registry and the start of the repository's name.
        helpers: the helper program's suffix by the same keys.
        store: the suffix of the helper that has everything else; None without one.
        hub_key: the name under which the program that wrote the file keeps Docker Hub's credential.
    """

    credentials: Mapping[str, Credential]
    helpers: Mapping[str, str]
    store: str | None
    hub_key: str


def credential_files(environment: Mapping[str, str], home: Path) -> tuple[tuple[Path, str], ...]:
    """Where credentials are looked up, first to last, each with the key it has for Docker Hub.

    A file that REGISTRY_AUTH_FILE or DOCKER_CONFIG names goes before those found by habit.
    """
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    named, habitual = [], []
    if path := environment.get("REGISTRY_AUTH_FILE"):
        named.append((Path(path), DOCKER_HUB))
    if directory := environment.get("DOCKER_CONFIG"):
        named.append((Path(directory) / "config.json", _DOCKER_HUB_KEY))
    else:
        habitual.append((home / ".docker" / "config.json", _DOCKER_HUB_KEY))
    if directory := environment.get("XDG_RUNTIME_DIR"):
        habitual.append((Path(directory) / "containers" / "auth.json", DOCKER_HUB))
    habitual.append((config / "containers" / "auth.json", DOCKER_HUB))
    return (*named, *habitual)


def read_credential_file(text: bytes | str, hub_key: str) -> CredentialFile:
    """Read one file. What can't be read in it counts as not being there, as Docker has it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        document = {}
    credentials = {
        _key(name): credential
        for name, entry in _table(document.get("auths")).items()
        if (credential := _credential(entry)) is not None
    }
    helpers = {
        _key(name): suffix
        for name, suffix in _table(document.get("credHelpers")).items()
        if isinstance(suffix, str) and suffix
    }
    store = document.get("credsStore")
    return CredentialFile(
        credentials, helpers, store if isinstance(store, str) and store else None, hub_key
    )


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _key(name: str) -> str:
    """A key of `auths` in the one form looked up: no scheme, no /v1/, one name for Docker Hub."""
    if "://" in name:
        name = urllib.parse.urlsplit(name).netloc
    name = name.removesuffix("/").removesuffix("/v1").removesuffix("/v2")
    return DOCKER_HUB if name in _DOCKER_HUB_NAMES else name


def _credential(entry: object) -> Credential | None:
    table = _table(entry)
    token = table.get("identitytoken")
    if isinstance(token, str) and token:
        return Credential("", token, is_identity_token=True)
    username, password = table.get("username"), table.get("password")
    if isinstance(username, str) and isinstance(password, str) and username and password:
        return Credential(username, password)
    pair = table.get("auth")
    if not isinstance(pair, str) or not pair:
        return None
    try:
        decoded = base64.b64decode(pair, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    username, colon, password = decoded.partition(":")
    # old Docker versions padded what they encoded with NUL
    password = password.rstrip("\x00")
    return Credential(username, password) if colon and username and password else None


def lookup_keys(registry: str, repository: str) -> tuple[str, ...]:
    """The keys that can hold the credential for a repository, the most exact first."""
    parts = [registry, *repository.split("/")]
    return tuple("/".join(parts[:end]) for end in range(len(parts), 0, -1))


class CredentialLookup:
    """Finds the credential for a repository; every file is read once and every helper asked once.

    Attributes:
        trouble: what kept a helper from answering, by registry, in words for the user.
    """

    def __init__(
        self, environment: Mapping[str, str], home: Path | None = None, *, timeout: float = 20.0
    ) -> None:
        self._environment = environment
        self._home = home or Path(environment.get("HOME") or Path.home())
        self._timeout = timeout
        self._files: tuple[CredentialFile, ...] | None = None
        self._asked: dict[tuple[str, str], asyncio.Task[Credential | None]] = {}
        self.trouble: dict[str, str] = {}

    async def find(self, registry: str, repository: str) -> Credential | None:
        """The credential for `repository` of `registry` ("docker.io"); None for anonymous use."""
        if self._files is None:
            self._files = tuple(self._read())
        keys = lookup_keys(registry, repository)
        for file in self._files:
            credential = await self._from_file(file, registry, keys)
            if credential is not None:
                return credential
        return None

    def _read(self) -> Iterable[CredentialFile]:
        # docker/cli and GitLab's runner take a whole config.json from this variable
        if text := self._environment.get("DOCKER_AUTH_CONFIG"):
            yield read_credential_file(text, _DOCKER_HUB_KEY)
        for path, hub_key in credential_files(self._environment, self._home):
            with contextlib.suppress(OSError):
                yield read_credential_file(path.read_bytes(), hub_key)

    async def _from_file(
        self, file: CredentialFile, registry: str, keys: tuple[str, ...]
    ) -> Credential | None:
        suffix = next((file.helpers[key] for key in keys if key in file.helpers), file.store)
        if suffix is not None:
            server = file.hub_key if registry == DOCKER_HUB else registry
            credential = await self._ask_once(suffix, server, registry)
            if credential is not None:
                return credential
        return next((file.credentials[key] for key in keys if key in file.credentials), None)

    async def _ask_once(self, suffix: str, server: str, registry: str) -> Credential | None:
        if (suffix, server) not in self._asked:
            self._asked[suffix, server] = asyncio.ensure_future(self._ask(suffix, server, registry))
        # one image running out of time must not take the helper's answer from the others
        return await asyncio.shield(self._asked[suffix, server])

    async def _ask(self, suffix: str, server: str, registry: str) -> Credential | None:
        """Ask one helper: the server's name goes to its standard input, JSON comes back.

        What a helper says when it fails is not repeated: it may hold what it could not use.
        """
        program = f"docker-credential-{suffix}"
        if not _HELPER_NAME.fullmatch(suffix):
            self.trouble[registry] = "the credential helper's name in Docker's config is not one"
            return None
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                "get",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environment),
                limit=_LARGEST_ANSWER,
            )
        except OSError:
            self.trouble[registry] = f"{program} is named in Docker's config and can't be started"
            return None
        try:
            async with asyncio.timeout(self._timeout):
                answer, _ = await process.communicate(server.encode())
        except TimeoutError:
            self.trouble[registry] = f"{program} did not answer within {self._timeout:g} s"
            return None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            # also how a helper says that it has no credential for this server
            self.trouble[registry] = f"{program} gave no credential"
            return None
        return self._read_answer(answer, program, registry)

    def _read_answer(self, answer: bytes, program: str, registry: str) -> Credential | None:
        try:
            table = _table(json.loads(answer))
        except (ValueError, RecursionError):
            table = {}
        username, secret = table.get("Username"), table.get("Secret")
        if not isinstance(username, str) or not isinstance(secret, str) or not secret:
            self.trouble[registry] = f"{program} answered something that is no credential"
            return None
        if username == _TOKEN_USER:
            return Credential("", secret, is_identity_token=True)
        return Credential(username, secret)
