"""The registries' tables, and where a registry is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.images.registry import RegistrySettings, Settings, default_settings, read_registries
from hardener.images.registry.settings import is_loopback

ROOT = Path("/project")


def test_every_key_of_a_table_is_read() -> None:
    tables = read_registries(
        {
            "docker.io": {"mirror": "https://mirror.test/hub", "mirror-only": True},
            "registry.test:5000": {"mirror": ["https://a.test", "http://b.test:81/x"]},
            "lab.test": {"plain-http": True, "ca": "certs/lab.pem"},
        },
        root=ROOT,
    )

    assert tables == {
        "docker.io": RegistrySettings(mirrors=("https://mirror.test/hub",), mirror_only=True),
        "registry.test:5000": RegistrySettings(mirrors=("https://a.test", "http://b.test:81/x")),
        "lab.test": RegistrySettings(plain_http=True, ca=ROOT / "certs/lab.pem"),
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        pytest.param({"mirrors": "https://m.test"}, "mirrors is not known", id="unknown-key"),
        pytest.param("https://m.test", "not a table", id="no-table"),
        pytest.param({"mirror": 7}, "mirror is not an address", id="mirror-that-is-a-number"),
        pytest.param({"mirror": "m.test"}, "https://", id="mirror-without-scheme"),
        pytest.param({"mirror": "ftp://m.test"}, "https://", id="mirror-of-another-protocol"),
        pytest.param({"mirror": ["https://m.test", 7]}, "https://", id="one-bad-mirror-of-two"),
        pytest.param(
            {"mirror": "https://u:pw-9f@m.test"}, "docker login", id="mirror-with-password"
        ),
        pytest.param({"mirror": "https://m.test/?a=b"}, "host and a path", id="mirror-with-query"),
        pytest.param({"mirror-only": True}, "no mirror is named", id="only-a-mirror-that-is-none"),
        pytest.param({"plain-http": "yes"}, "neither true nor false", id="flag-that-is-a-text"),
        pytest.param({"ca": 1}, "not a path", id="ca-that-is-a-number"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(table: object, words: str) -> None:
    with pytest.raises(HardenError) as caught:
        read_registries({"m.test": table}, root=ROOT)

    assert words in str(caught.value)
    assert 'registries."m.test"' in str(caught.value)
    assert "pw-9f" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("registry.localhost", True),
        ("127.0.0.1:5000", True),
        ("127.9.9.9", True),
        ("[::1]:5000", True),
        ("docker.io", False),
        ("10.0.0.1:5000", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
    ],
)
def test_loopback_hosts_are_told_from_others(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_users_own_directories_are_taken_from_the_environment() -> None:
    settings = default_settings({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/conf"})

    assert Path("/conf/docker/certs.d/r.test") in settings.certificates("r.test")
    assert Path("/etc/docker/certs.d/r.test") in settings.certificates("r.test")
    assert settings.cache_directory is not None


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(RegistrySettings(), "docker.io/library/python", id="registry"),
        pytest.param(
            RegistrySettings(mirrors=("https://m.test/hub",)),
            "docker.io/library/python",
            id="registry-behind-a-mirror",
        ),
        pytest.param(
            RegistrySettings(mirrors=("https://m.test/hub",), mirror_only=True),
            "m.test/hub/library/python",
            id="mirror-only",
        ),
    ],
)
def test_signatures_are_looked_for_at_the_registry_if_it_may_be_asked(
    table: RegistrySettings, expected: str
) -> None:
    settings = Settings(registries={"docker.io": table}, environment={})

    assert settings.signed_name("docker.io", "library/python") == expected
