"""Registries that all tests of this folder share, and settings that touch nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from hardener.images.registry import Settings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import HTPASSWD, TokenServer, real_registry

MakeSettings = Callable[..., Settings]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' registries are reached directly, whatever this machine's environment says."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What all registries of the session serve, each in its own way."""
    return tmp_path_factory.mktemp("registries") / "storage"


@pytest.fixture(scope="session")
def registry(storage: Path) -> Iterator[str]:
    """A real registry without TLS and without login: its host and port."""
    with real_registry(storage) as host:
        yield host


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that nobody trusts unasked."""
    return trustme.CA()


@pytest.fixture(scope="session")
def authority_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate, as a PEM file."""
    path = tmp_path_factory.mktemp("authority") / "ca.crt"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def private_registry(storage: Path, registry: str, authority: trustme.CA) -> Iterator[str]:
    """A real registry with TLS and htpasswd over the same images."""
    certificate = authority.issue_cert("127.0.0.1")
    with real_registry(storage, certificate=certificate, htpasswd=HTPASSWD) as host:
        yield host


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenServer]:
    """A token server of the test's own."""
    with TokenServer(tmp_path) as server:
        yield server


@pytest.fixture
def token_registry(storage: Path, registry: str, tokens: TokenServer) -> Iterator[str]:
    """A real registry over the same images that sends to the token server."""
    with real_registry(storage, token=tokens.registry_options()) as host:
        yield host


@pytest.fixture
def push(registry: str, request: pytest.FixtureRequest) -> Pusher:
    """Pushes to a repository that is the test's own."""
    name = "".join(letter if letter.isalnum() else "-" for letter in request.node.name.lower())
    return Pusher(registry, f"tests/{'-'.join(part for part in name.split('-') if part)}")


@pytest.fixture
def settings(tmp_path: Path) -> MakeSettings:
    """Settings with an empty home and quick retries; keywords change them."""

    def make(**changes: Any) -> Settings:
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        standard: dict[str, Any] = {
            "backoff": 0.01,
            "connect_timeout": 5.0,
            "read_timeout": 5.0,
            "overall_timeout": 60.0,
            "environment": {"HOME": str(home), "PATH": "/usr/bin:/bin"},
        }
        return Settings(**standard | changes)

    return make
