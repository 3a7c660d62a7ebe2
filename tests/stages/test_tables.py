"""The tables that splits rest on, held against each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.project.ecosystems import elixir, python, ruby
from hardener.stages.distribution import bare, is_compiler
from hardener.stages.knowledge import table


def test_large_compilers_are_compilers() -> None:
    assert all(is_compiler(name) for name in table("packages")["for_compiling"]["large"])


@pytest.mark.parametrize("family", ["shadow", "busybox"])
def test_libraries_are_brought_by_compilers(family: str) -> None:
    brought = table("packages")["brought"][family]
    assert all(is_compiler(name) for name in brought)
    assert not any(is_compiler(name) for value in brought.values() for name in value.split())


@pytest.mark.parametrize("image", ["python", "ruby"])
def test_what_an_interpreter_is_linked_with_are_development_packages(image: str) -> None:
    names = table("packages")["interpreters"][image]
    assert len(names) == len(set(names))
    assert all(name.endswith("-dev") for name in names)


def test_headers_belong_to_one_library() -> None:
    headers = [name for entry in table("libraries").values() for name in entry["headers"]]
    assert len(headers) == len(set(headers))


@pytest.mark.parametrize("known", [python.knowledge(), ruby.knowledge(), elixir.knowledge()])
def test_every_table_names_its_source(known: dict[str, dict[str, object]]) -> None:
    assert all(entry["source"] for entry in known.values())


@given(st.from_regex(r"[a-z][a-z0-9+]{1,12}(-[a-z0-9+]{1,8}){0,2}", fullmatch=True))
def test_a_version_or_a_tag_is_no_part_of_the_name(name: str) -> None:
    for written in (name, f"{name}=1:2.3-4", f"{name}~=1.2", f"{name}@edge", f"{name}:amd64"):
        assert bare(written) == name
