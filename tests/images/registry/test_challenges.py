"""What registries ask with, and what credential files say, read as they are written."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.images.registry.auth import Challenge, parse_challenges
from hardener.images.registry.credentials import (
    Credential,
    credential_files,
    lookup_keys,
    read_credential_file,
)

HUB = "https://index.docker.io/v1/"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(
            [
                'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",'
                'scope="repository:library/python:pull"'
            ],
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:library/python:pull",
                    },
                )
            ],
            id="docker-hub",
        ),
        pytest.param(['Basic realm="a"'], [("basic", {"realm": "a"})], id="basic"),
        pytest.param(["basic"], [("basic", {})], id="without-parameters"),
        pytest.param(
            ['Basic realm="a", Bearer realm="b",service=c'],
            [("basic", {"realm": "a"}), ("bearer", {"realm": "b", "service": "c"})],
            id="two-in-one-header",
        ),
        pytest.param(
            ['Basic realm="a"', "Negotiate"],
            [("basic", {"realm": "a"}), ("negotiate", {})],
            id="two-headers",
        ),
        pytest.param(
            [r'Bearer realm="a \"b\", c",scope="x:y:pull,push"'],
            [("bearer", {"realm": 'a "b", c', "scope": "x:y:pull,push"})],
            id="quotes-and-commas-inside",
        ),
        pytest.param(
            ['BEARER REALM = "a" , Service="b"'],
            [("bearer", {"realm": "a", "service": "b"})],
            id="capitals-and-spaces",
        ),
        pytest.param(
            ['Bearer realm="a",realm="b"'], [("bearer", {"realm": "a"})], id="first-of-two-counts"
        ),
        pytest.param(['Bearer realm="open'], [("bearer", {"realm": "open"})], id="quote-left-open"),
        pytest.param(["", ",,,", "@@@"], [], id="nonsense"),
    ],
)
def test_challenges(headers: list[str], expected: list[tuple[str, dict[str, str]]]) -> None:
    found = parse_challenges(headers)

    assert found == tuple(Challenge(scheme, parameters) for scheme, parameters in expected)


@given(st.lists(st.text(alphabet='aB ,="\\\t;/:\u00e9', max_size=60), max_size=3))
def test_any_header_is_read_without_complaint(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower() != ""


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param({"auth": encoded("ada:pw")}, Credential("ada", "pw"), id="encoded"),
        pytest.param(
            {"auth": encoded("ada:p:w")}, Credential("ada", "p:w"), id="colon-in-password"
        ),
        pytest.param(
            {"auth": encoded("ada:pw\0\0")}, Credential("ada", "pw"), id="padded-with-nul"
        ),
        pytest.param({"auth": encoded("a:ü")}, Credential("a", "ü"), id="not-ascii"),
        pytest.param({"username": "ada", "password": "pw"}, Credential("ada", "pw"), id="plain"),
        pytest.param(
            {"auth": encoded("ada:pw"), "identitytoken": "tok"},
            Credential("", "tok", is_identity_token=True),
            id="identity-token-goes-first",
        ),
        pytest.param({}, None, id="placeholder-of-a-store"),
        pytest.param({"auth": ""}, None, id="empty"),
        pytest.param({"auth": "%%%"}, None, id="not-base64"),
        pytest.param({"auth": encoded("ada")}, None, id="no-colon"),
        pytest.param({"auth": 7}, None, id="a-number"),
        pytest.param("ada:pw", None, id="not-a-table"),
    ],
)
def test_entries_of_a_credential_file(entry: object, expected: Credential | None) -> None:
    text = json.dumps({"auths": {"r.test": entry}})

    assert read_credential_file(text, HUB).credentials.get("r.test") == expected


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("https://index.docker.io/v1/", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("docker.io", "docker.io"),
        ("registry-1.docker.io", "docker.io"),
        ("https://r.test", "r.test"),
        ("https://r.test:5000/v2/", "r.test:5000"),
        ("http://r.test/v1/", "r.test"),
        ("r.test/v2/", "r.test"),
        ("quay.io/team/app", "quay.io/team/app"),
    ],
)
def test_registries_are_found_however_the_file_names_them(written: str, key: str) -> None:
    text = json.dumps({"auths": {written: {"auth": encoded("a:b")}}, "credHelpers": {written: "x"}})
    file = read_credential_file(text, HUB)

    assert list(file.credentials) == list(file.helpers) == [key]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"auths": [], "credHelpers": 1, "credsStore": {}}', "[" * 100_000]
)
def test_a_file_that_makes_no_sense_holds_nothing(text: str) -> None:
    file = read_credential_file(text, HUB)

    assert (dict(file.credentials), dict(file.helpers), file.store) == ({}, {}, None)


def test_files_that_a_variable_names_go_before_those_found_by_habit() -> None:
    home = Path("/home/ada")
    environment = {
        "REGISTRY_AUTH_FILE": "/named/auth.json",
        "DOCKER_CONFIG": "/named/docker",
        "XDG_RUNTIME_DIR": "/run/user/1",
    }

    assert [str(path) for path, _ in credential_files(environment, home)] == [
        "/named/auth.json",
        "/named/docker/config.json",
        "/run/user/1/containers/auth.json",
        "/home/ada/.config/containers/auth.json",
    ]
    assert [str(path) for path, _ in credential_files({}, home)] == [
        "/home/ada/.docker/config.json",
        "/home/ada/.config/containers/auth.json",
    ]


def test_the_most_exact_key_goes_first() -> None:
    assert lookup_keys("quay.io", "team/app") == ("quay.io/team/app", "quay.io/team", "quay.io")
