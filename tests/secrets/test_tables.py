"""The tables of hardener/secrets/data: every entry has a source and does what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from hardener.project.ignorable import ignorable
from hardener.secrets.credentials import credential_named, credentials
from hardener.secrets.table import table

TABLES = ("names", "values", "credentials", "commands")


def entries() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in TABLES:
        for key, value in table(name).items():
            if isinstance(value, list):
                yield from ((f"{name}.{key}", entry) for entry in value)


def test_every_entry_has_a_source() -> None:
    for place, entry in entries():
        if "plugin" not in entry:
            assert entry.get("source"), (place, entry)


def test_every_plugin_is_there() -> None:
    for shape in table("values")["shape"]:
        if "plugin" in shape:
            module, _, name = shape["plugin"].partition(".")
            detector = getattr(import_module(f"detect_secrets.plugins.{module}"), name)()
            assert detector.denylist


def test_patterns_of_shapes_are_bounded() -> None:
    for shape in table("values")["shape"]:
        pattern = shape.get("pattern") or shape["like"]
        assert re.compile(pattern)
        assert not re.search(r"[*+](?!\])", re.sub(r"\[[^\]]*\]|\\.", "", pattern)), pattern


def test_ids_are_fit_for_a_mount() -> None:
    for kind in credentials():
        assert re.fullmatch(r"[a-z0-9_]+", kind.id)


@pytest.mark.parametrize(
    ("path", "id_"),
    [
        (".npmrc", "npmrc"), ("docker/.npmrc", "npmrc"), (".yarnrc.yml", "yarnrc"),
        (".pypirc", "pypirc"), ("pip.conf", "pipconf"), (".netrc", "netrc"),
        ("keys/id_rsa", "ssh_key"), ("id_ed25519", "ssh_key"), (".ssh", "ssh_folder"),
        (".git-credentials", "git_credentials"), ("ci/settings.xml", "maven_settings"),
        ("gradle.properties", "gradle_properties"), ("auth.json", "composer_auth"),
        (".cargo/credentials.toml", "cargo_credentials"), ("nuget.config", "nuget_config"),
        ("NuGet.Config", "nuget_config"), (".docker/config.json", "docker_config"),
        (".aws/credentials", "aws"), ("gcp-service-account.json", "gcp_key"),
        ("kubeconfig", "kubeconfig"), (".env", "dotenv"), ("store.p12", "keystore"),
        ("release.jks", "keystore"), ("server.pem", "private_key"),
        ("tls/server.key", "private_key"),
    ],
)  # fmt: skip
def test_files_are_known_by_their_names(path: str, id_: str) -> None:
    kind = credential_named(path)
    assert kind is not None
    assert kind.id == id_


@pytest.mark.parametrize(
    "path",
    [
        "id_rsa.pub", "package.json", "ca.pem", "fullchain.pem", ".env.example", "config.json",
        "requirements.txt", "nginx.conf", "apt-key.gpg.key", "tsconfig.json", "authors.json",
        "cacerts.jks", "settings.py", "environment.yml", "*.js", ".", "src/",
    ],
)  # fmt: skip
def test_others_are_not(path: str) -> None:
    assert credential_named(path) is None


def test_the_table_of_ignore_files_knows_the_same_secrets() -> None:
    """What write-dockerignore takes for a secret by its name is one here too, and what is found by
    its content is found by name here."""
    unknown = []
    for kind in ignorable().kinds:
        if kind.secret:
            for name in kind.names.patterns:
                plain = name.replace("*", "x").replace("?", "m")
                if credential_named(plain) is None:
                    unknown.append(name)
    assert unknown == []
