"""What a Dockerfile says itself is told apart from what its base image brings."""

from __future__ import annotations

import pytest

from hardener.verify.declared import declared


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("FROM x\nWORKDIR /app\nCOPY . .", {"app"}, id="working directory"),
        pytest.param(
            "FROM x\nWORKDIR /srv\nWORKDIR web\nCOPY a b/", {"srv/web", "srv/web/b"}, id="nested"
        ),
        pytest.param("FROM x\nCOPY a b /opt/tool/", {"opt/tool"}, id="folder"),
        pytest.param(
            "FROM x\nCOPY run.sh lib/ /usr/local/bin/",
            {"usr/local/bin/run.sh", "usr/local/bin/lib"},
            id="into a folder of the system",
        ),
        pytest.param("FROM x\nCOPY . /", set(), id="into the root"),
        pytest.param('FROM x\nCOPY ["a b", "/data dir/"]', {"data dir"}, id="JSON form"),
        pytest.param(
            "ARG D=/app\nFROM x\nARG D\nENV E=$D/x\nCOPY . ${E}", {"app/x"}, id="variables"
        ),
        pytest.param("FROM x\nARG D\nCOPY . $D/x", set(), id="unknown variable"),
        pytest.param(
            "FROM x AS base\nWORKDIR /app\nFROM base\nCOPY . sub",
            {"app", "app/sub"},
            id="stage it is built on",
        ),
        pytest.param(
            "FROM x AS build\nWORKDIR /src\nFROM y\nCOPY --from=build /src/a /bin/a",
            {"bin/a"},
            id="other stage left out",
        ),
    ],
)
def test_places(text: str, places: set[str]) -> None:
    assert declared(text + "\n", None, {}).places == places


def test_names_of_the_built_stage() -> None:
    text = (
        "ARG V=1\nFROM x AS base\nENV A=1\nLABEL one=1\n"
        "FROM y AS other\nENV C=1\nFROM base\nARG T\nENV B=2\n"
    )
    found = declared(text, None, {})
    assert found.environment == {"A", "B"}
    assert found.labels == {"one"}
    assert found.arguments == {"V", "T"}
    assert declared(text, "other", {}).environment == {"C"}


def test_owning() -> None:
    found = declared("FROM x\nWORKDIR /app\nCOPY a /usr/bin/\n", None, {})
    assert found.owns("app/deep/file")
    assert found.owns("usr/bin/a")
    assert not found.owns("usr/bin/ls")
    assert not found.owns("application")


def test_heredocs_are_seen() -> None:
    assert declared("FROM x\nRUN <<E\ntrue\nE\n", None, {}).heredocs
    assert not declared("FROM x\nRUN true\n", None, {}).heredocs
