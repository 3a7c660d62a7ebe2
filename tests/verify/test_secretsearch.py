"""Secrets are found in the forms tools write them in, and never shown."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.verify.secretsearch import HIDDEN, Search, Secrets

VALUE = b'p@ss/w0rd+with"odd'


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(VALUE, id="as it is"),
        pytest.param(urllib.parse.quote(VALUE, safe="").encode(), id="in a URL"),
        pytest.param(json.dumps(VALUE.decode()).encode(), id="in JSON"),
        *(
            pytest.param(base64.b64encode(b"u" * before + VALUE + b":x"), id=f"base64 at {before}")
            for before in range(6)
        ),
    ],
)
def test_forms(written: bytes) -> None:
    secrets = Secrets.of({"token": VALUE})
    assert secrets.found_in(b"before " + written + b" after") == {"token"}
    shown = secrets.hide(f"before {written.decode()} after")
    assert VALUE.decode() not in shown
    assert HIDDEN in shown


def test_token_of_a_credential_file_is_found_alone() -> None:
    npmrc = b"//registry.example.com/:_authToken=npm_aB3dE5fG7hJ9kL1m\nalways-auth=true\n"
    secrets = Secrets.of({"npmrc": npmrc})
    assert secrets.found_in(b"TOKEN=npm_aB3dE5fG7hJ9kL1m") == {"npmrc"}
    assert not secrets.found_in(b"registry.example.com always-auth")
    assert "npm_aB3" not in secrets.hide("401 for npm_aB3dE5fG7hJ9kL1m")


def test_password_in_a_url_is_hidden_without_being_known() -> None:
    shown = Secrets.of({}).hide("GET https://user:hunter2@example.com/simple failed")
    assert shown == f"GET https://user:{HIDDEN}@example.com/simple failed"


def test_short_values_are_not_looked_for() -> None:
    secrets = Secrets.of({"pin": b"1234"})
    assert secrets.too_short == ("pin",)
    assert not secrets.found_in(b"1234")
    assert secrets.hide("the pin is 1234") == f"the pin is {HIDDEN}"


@given(
    value=st.binary(min_size=6, max_size=40).filter(lambda data: len(data.strip()) >= 6),
    before=st.binary(max_size=60),
    after=st.binary(max_size=60),
    sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5),
)
def test_pieces_find_what_the_whole_holds(
    value: bytes, before: bytes, after: bytes, sizes: list[int]
) -> None:
    secrets = Secrets.of({"token": value})
    data = before + value + after
    search = Search(secrets)
    position = number = 0
    while position < len(data):
        size = sizes[number % len(sizes)]
        search.feed(data[position : position + size])
        position, number = position + size, number + 1
    assert search.found == secrets.found_in(data) == {"token"}


@given(
    st.text(alphabet=st.characters(codec="utf-8"), min_size=3).filter(lambda t: len(t.strip()) >= 3)
)
def test_hidden_text_never_holds_a_line_of_the_secret(value: str) -> None:
    shown = Secrets.of({"token": value.encode()}).hide(f"error: {value}")
    for line in value.split("\n"):
        if len(line.strip().encode()) >= 3 and line.strip() not in f"error: {HIDDEN}":
            assert line.strip() not in shown.replace(HIDDEN, "\0")
