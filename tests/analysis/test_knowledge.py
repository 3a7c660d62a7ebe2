"""The tables of hardener/analysis/data: each can be read, is of one mind, and names its source."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hardener.analysis import knowledge
from hardener.analysis.knowledge import table
from hardener.analysis.signs import Kind

DATA = Path(knowledge.__file__).parent / "data"
# intake and the like belong to other parts of the analysis and have tests of their own
MINE = (
    *("accounts", "builds", "expressions", "flags", "folders", "frameworks"),
    *("languages", "packages", "programs", "recipes", "writes"),
)
SIGNS: tuple[Kind, ...] = (
    *("drops", "accounts", "ownership", "supervisors", "root", "daemons", "installers"),
    "development",
)


@pytest.mark.parametrize("name", MINE)
def test_a_table_names_its_sources(name: str) -> None:
    text = (DATA / f"{name}.toml").read_text()
    assert re.search(r"(?i)\bsource", text), name
    assert table(name)


def test_a_program_means_one_thing() -> None:
    programs = table("programs")
    listed = Counter(
        name for kind in (*SIGNS, "runtimes", "servers") for name in set(programs[kind]["names"])
    )
    # bun runs scripts and code, foreman and honcho start several programs
    assert [name for name, times in listed.items() if times > 1] == []


def test_no_list_names_a_program_twice() -> None:
    for kind, entry in table("programs").items():
        twice = [name for name, times in Counter(entry.get("names", ())).items() if times > 1]
        assert twice == [], kind


@pytest.mark.parametrize("name", list(table("recipes")))
def test_a_recipe_says_all_that_is_asked_of_it(name: str) -> None:
    entry = table("recipes")[name]
    assert {"source", "programs", "images", "folders", "files"} <= entry.keys()
    for path in (*entry["folders"], *entry["files"]):
        assert path.startswith("/")
        assert not path.endswith("/")
    if "packages" in entry:
        assert {"packaged", "packaged_by_apk"} <= entry.keys()


@pytest.mark.parametrize("name", [name for name, e in table("writes").items() if "extensions" in e])
def test_the_patterns_of_a_language_compile(name: str) -> None:
    entry = table("writes")[name]
    for text in entry.get("texts", ()):
        assert re.compile(text).groups == 1, text
    for rule in (*entry.get("calls", ()), *entry.get("methods", ()), *entry.get("keys", ())):
        assert rule["result"] in ("file", "folder"), rule
        assert rule["names"], rule


def test_a_framework_is_shown_by_something() -> None:
    for name, entry in table("frameworks").items():
        assert entry["markers"] or entry["commands"], name
        assert entry["folders"], name
        assert all(not folder.startswith("/") for folder in entry["folders"]), name


def test_languages_are_those_of_the_patterns() -> None:
    known = {name for name, entry in table("writes").items() if "extensions" in entry}
    assert set(table("languages")) - {"built"} <= known
    assert set(table("languages")["built"]) <= known
