"""Paths in the expressions of several languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.analysis.expressions import Names, Place, closing, place_of, split

ASSIGNED = {
    "BASE_DIR": "Path(__file__).resolve().parent.parent",
    "uploads": "path.join(__dirname, 'uploads')",
    "LOOP": "LOOP",
    "here": "os.path.dirname(os.path.abspath(__file__))",
}
KNOWN = Names(ASSIGNED.get, {"DATA_DIR": "/srv/data"}.get)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param('"notes.db"', Place("folder", "notes.db"), id="text"),
        pytest.param("'./tmp/'", Place("folder", "tmp"), id="dot-and-slash"),
        pytest.param('"/data/x.db"', Place("root", "/data/x.db"), id="absolute"),
        pytest.param('BASE_DIR / "db.sqlite3"', Place("source", "../db.sqlite3"), id="pathlib"),
        pytest.param('Path(__file__).with_name("a.db")', Place("source", "a.db"), id="with-name"),
        pytest.param('os.path.join(here, "log", "x")', Place("source", "log/x"), id="os-path"),
        pytest.param("uploads", Place("source", "uploads"), id="javascript-name"),
        pytest.param("__dirname + '/logs'", Place("source", "logs"), id="javascript-plus"),
        pytest.param("`uploads/${id}.png`", Place("folder", "uploads", False), id="template"),
        pytest.param(
            "f'{BASE_DIR}/media/{name}'", Place("source", "../media", False), id="f-string"
        ),
        pytest.param("process.env.DATA_DIR || './x'", Place("root", "/srv/data"), id="environment"),
        pytest.param('os.getenv("OTHER", "var/x")', Place("folder", "var/x"), id="default"),
        pytest.param("__DIR__ . '/../storage'", Place("source", "../storage"), id="php"),
        pytest.param('File.join(__dir__, "log", "a")', Place("source", "log/a"), id="ruby"),
        pytest.param('filepath.Join("data", name)', Place("folder", "data", False), id="go"),
        pytest.param(
            "os.path.join(BASE_DIR, name)", Place("source", "..", False), id="unknown-tail"
        ),
        pytest.param("tempfile.mkdtemp()", Place("open", "."), id="temporary"),
        pytest.param("':memory:'", Place("open", "."), id="memory"),
        pytest.param("os.path.expanduser('~/x')", Place("open", "."), id="home"),
    ],
)
def test_places(expression: str, expected: Place) -> None:
    assert place_of(expression, KNOWN) == expected


@pytest.mark.parametrize("expression", ["name", "request.file.path", "LOOP", "", "f(x)", "${x}"])
def test_no_place(expression: str) -> None:
    assert place_of(expression, KNOWN) is None


def test_parents() -> None:
    place = Place("source", "a/b")
    assert [place.parent.path, place.parent.parent.path] == ["a", "."]
    assert place.parent.parent.parent.parent.path == "../.."


@given(st.text(alphabet="ab\"'`()[]{}/+.,$\\ \n", max_size=80))
def test_any_expression_is_read(text: str) -> None:
    place_of(text, KNOWN)
    joined = ",".join(split(text, ","))
    assert "".join(joined.split()) == "".join(text.split())
    for position, character in enumerate(text):
        if character in "([{" and (end := closing(text, position)) is not None:
            assert text[end] in ")]}"
