"""Values that are secrets, stand-ins for them, or nothing of the kind."""

from __future__ import annotations

import json

import pytest

from hardener.secrets.values import is_placeholder, is_switch, logins_in, tokens_in
from tests.transforms.cases import CASES


@pytest.mark.parametrize(
    "value",
    [
        "dummy", "changeme", "change-me", "build-only", "1", "true", "''", "your_secret_key_base",
        "<token>", "{{ token }}", "xxxxxxxx", "assets", "not-a-secret",
        "dummy-secret-key-for-build",
        "django-insecure", "placeholder", "password", "supersecret",
        "admin", "postgres",
    ],
)  # fmt: skip
def test_stand_ins(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    ["hunter2hunter2", "g0rd0n1!", "D0cker!a8s", "gordonpassword", "Tr0ub4dor-and-3", "k9x2m4p7q1"],
)
def test_not_stand_ins(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize("value", ["", "true", "No", "off", "null", "0", "12", "'false'"])
def test_switches(value: str) -> None:
    assert is_switch(value)


PLANTED = json.loads((CASES / "planted-secrets/planted.json").read_text())


@pytest.mark.parametrize(
    "name",
    [
        "github-token-in-arg", "github-fine-grained-in-env", "gitlab-token-in-header",
        "slack-token",
        "npm-token-in-npmrc", "pypi-token", "google-key", "stripe-key", "jwt", "twilio",
    ],
)  # fmt: skip
def test_tokens_are_known_by_their_shape(name: str) -> None:
    text = (CASES / "planted-secrets" / f"{name}.Dockerfile").read_text()
    assert PLANTED[name][0] in [text[found.start : found.end] for found in tokens_in(text)]


@pytest.mark.parametrize(
    "text",
    [
        "python:3.14.1@sha256:5c1bd0b0b2fd8a1d6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e6d0e",
        "ENV GPG_KEY E3FF2839C048B25C084DEBE9B26995E310250568",
        "npm_config_loglevel=error npm_package_version=1.2.3",
        "https://github.com/pypa/pip/raw/aeca83c7ba7f9cdfd681103c4dcbf0214f6d742e/get-pip.py",
        "ENV NODE_VERSION=20.11.0 YARN_VERSION=1.22.19",
        "sha512-9NET910DNaIPngYnLLPeg+Ogzqsi9uM4mSboU5y6p8S5DzMTVEsJZrawi+BoDNUVBa2DhJqQYUFvMDfgU062LQ==",
    ],
)
def test_nothing_else_is(text: str) -> None:
    assert list(tokens_in(text)) == []


def test_logins_in_urls() -> None:
    text = "see https://a:b@x.y/z and git@github.com:a/b and https://x.y/@scope https://t@x.y"
    assert [text[start:end] for start, end in logins_in(text)] == ["a:b", "t"]
