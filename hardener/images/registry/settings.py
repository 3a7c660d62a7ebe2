"""How registries are reached: mirrors, plain HTTP, certificates, time limits, the cache."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hardener.errors import HardenError

DOCKER_HUB = "docker.io"
# distribution/distribution and moby registry/config.go: Docker Hub's API stands at another name
_DOCKER_HUB_HOST = "registry-1.docker.io"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place where a registry's API answers.

    Attributes:
        scheme: "https" or "http"; "" for a loopback host, whose scheme is found out by asking.
        host: host and port, as in a URL.
        prefix: what stands before the repository's name there ("hub/" for a mirror's project).
        registry: the name under which credentials are kept for it.
        is_mirror: it stands in for the registry.
    """

    scheme: str
    host: str
    prefix: str
    registry: str
    is_mirror: bool = False

    def repository(self, name: str) -> str:
        """The repository's name at this endpoint."""
        return f"{self.prefix}{name}"


@dataclass(frozen=True, slots=True)
class RegistrySettings:
    """One registry's table: `[tool.harden.registries."docker.io"]`.

    Attributes:
        mirrors: addresses asked before the registry itself, in this order; a path in one is put
            before the repository's name, as Artifactory, Harbor and Nexus serve proxied registries.
        mirror_only: the registry itself is never asked.
        plain_http: the registry speaks HTTP without TLS.
        ca: a PEM file with the certificate authorities to trust for this registry.
    """

    mirrors: tuple[str, ...] = ()
    mirror_only: bool = False
    plain_http: bool = False
    ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the registry client does by choice. Times are in seconds.

    Attributes:
        registries: the tables by registry name ("docker.io", "registry.corp:5000").
        offline: ask no registry; the cache answers, however old.
        connect_timeout: for one connection, TLS included.
        read_timeout: for an answer, from the request to its last byte; for a credential helper.
        overall_timeout: for one call of the client, all its images together.
        connections: requests under way at once, to all registries.
        attempts: how often one request is sent at most.
        backoff: wait after the first failure; doubled after each further one.
        longest_wait: the longest wait a registry may ask for (Retry-After) that is kept.
        tag_age: how long a tag's digest from the cache is believed.
        cache_directory: None keeps nothing on disk.
        certificate_directories: directories with certs.d/HOST folders, as Docker and Podman read.
        environment: where DOCKER_CONFIG, REGISTRY_AUTH_FILE and their like are looked up.
    """

    registries: Mapping[str, RegistrySettings] = field(default_factory=dict)
    offline: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    overall_timeout: float = 120.0
    connections: int = 16
    attempts: int = 4
    backoff: float = 0.5
    longest_wait: float = 30.0
    tag_age: float = 3600.0
    cache_directory: Path | None = None
    certificate_directories: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def endpoints(self, registry: str) -> tuple[Endpoint, ...]:
        """Where to ask for images of `registry`, in this order: its mirrors, then itself."""
        chosen = self.registries.get(registry, RegistrySettings())
        mirrors = tuple(_mirror(address) for address in chosen.mirrors)
        if chosen.mirror_only and mirrors:
            return mirrors
        return (*mirrors, self._origin(registry, chosen))

    def _origin(self, registry: str, chosen: RegistrySettings) -> Endpoint:
        scheme = "https"
        if chosen.plain_http:
            scheme = "http"
        elif is_loopback(registry):
            scheme = ""
        host = _DOCKER_HUB_HOST if registry == DOCKER_HUB else registry
        return Endpoint(scheme, host, "", registry)

    def signed_name(self, registry: str, repository: str) -> str:
        """The image's name where its signatures are looked for: at the registry itself, or at the
        first mirror where only mirrors may be asked.
        """
        endpoint = self.endpoints(registry)[0]
        if self.registries.get(registry, RegistrySettings()).mirror_only:
            return f"{endpoint.registry}/{endpoint.repository(repository)}"
        return f"{registry}/{repository}"

    def authority(self, host: str) -> Path | None:
        """The file with the authorities that the settings name for a host."""
        name = DOCKER_HUB if host == _DOCKER_HUB_HOST else host
        return self.registries.get(name, RegistrySettings()).ca

    def certificates(self, host: str) -> tuple[Path, ...]:
        """The directories that may hold `host`'s certificates, the first that exists counts."""
        return tuple(directory / host for directory in self.certificate_directories)


def default_settings(environment: Mapping[str, str]) -> Settings:
    """Settings as they are without any table, for this user on this machine.

    Certificates are looked up where Docker and Podman keep them: containers-certs.d(5), and "Verify
    repository client with certificates" in Docker's documentation (rootless: below ~/.config).
    """
    import platformdirs

    home = Path(environment.get("HOME") or Path.home())
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    return Settings(
        cache_directory=platformdirs.user_cache_path("hardener") / "registry",
        certificate_directories=(
            config / "docker" / "certs.d",
            config / "containers" / "certs.d",
            Path("/etc/docker/certs.d"),
            Path("/etc/containers/certs.d"),
        ),
        environment=environment,
    )


_KEYS = {"mirror", "mirror-only", "plain-http", "ca"}


def read_registries(tables: Mapping[str, object], *, root: Path) -> dict[str, RegistrySettings]:
    """Read `[tool.harden.registries]`: a table for each registry by name.

    Keys: `mirror` (an address or a list of them), `mirror-only`, `plain-http`, `ca` (a path, from
    `root`). Raises HardenError on a key or value that is not one of these.
    """
    return {name: _read_registry(name, table, root) for name, table in tables.items()}


def _read_registry(name: str, table: object, root: Path) -> RegistrySettings:
    place = f'registries."{name}"'
    if not isinstance(table, Mapping):
        raise HardenError(f"{place} is not a table")
    for key in table:
        if key not in _KEYS:
            raise HardenError(f"{place}.{key} is not known; known are {', '.join(sorted(_KEYS))}")
    mirror = table.get("mirror", ())
    mirrors = tuple(mirror) if isinstance(mirror, list | tuple) else (mirror,)
    for address in mirrors:
        _require_address(address, place)
    flags = {key: table.get(key, False) for key in ("mirror-only", "plain-http")}
    for key, value in flags.items():
        if not isinstance(value, bool):
            raise HardenError(f"{place}.{key} is neither true nor false")
    if flags["mirror-only"] and not mirrors:
        raise HardenError(f"{place}.mirror-only is true, but no mirror is named")
    ca = table.get("ca")
    if ca is not None and not isinstance(ca, str):
        raise HardenError(f"{place}.ca is not a path")
    return RegistrySettings(
        mirrors, flags["mirror-only"], flags["plain-http"], None if ca is None else root / ca
    )


def _require_address(address: object, place: str) -> None:
    parts = urllib.parse.urlsplit(address) if isinstance(address, str) else None
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname:
        raise HardenError(f"{place}.mirror is not an address that starts with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise HardenError(
            f"{place}.mirror holds a user or password; log in to the mirror with docker login"
        )
    if parts.query or parts.fragment:
        raise HardenError(f"{place}.mirror has more than a host and a path")


def _mirror(address: str) -> Endpoint:
    parts = urllib.parse.urlsplit(address)
    path = parts.path.strip("/")
    # containerd writes a mirror's path with the API's /v2 in front
    path = "" if path == "v2" else path.removeprefix("v2/")
    prefix = f"{path}/" if path else ""
    return Endpoint(parts.scheme, parts.netloc, prefix, parts.netloc, is_mirror=True)


def is_loopback(host: str) -> bool:
    """Whether `host` (with or without a port) is this machine: the only place where a registry
    without TLS is accepted unasked, as by Docker.
    """
    import ipaddress

    name = urllib.parse.urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
