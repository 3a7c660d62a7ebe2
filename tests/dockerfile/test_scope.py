"""Each instruction sees the variables that BuildKit lets it see."""

import pickle
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.assignments import parse_assignments
from hardener.dockerfile.check import INSTRUCTIONS
from hardener.dockerfile.expand import UNKNOWN, ExpansionError, Value
from hardener.dockerfile.scope import (
    DEFAULT_PATH,
    Scope,
    expandable,
    predefined_arguments,
    proxy_arguments,
)

CASES = tomllib.loads((Path(__file__).parents[1] / "cases/expand/scopes.toml").read_text("utf-8"))


def final_labels(dockerfile: str) -> dict[str, str | None]:
    """The labels of the final stage of a Dockerfile of ARG, FROM, ENV and LABEL."""
    file = scope = Scope.of_file(build_args=CASES["passed"])
    stages: dict[str, Scope] = {}
    name = ""
    labels: dict[str, str | None] = {}
    for line in dockerfile.strip().split("\n"):
        instruction, text = line.split(" ", 1)
        if instruction == "FROM":
            stages[name] = scope
            image, *named = text.split(" AS ")
            environment = CASES["image"] if image == "image" else {}
            scope = file.stage(stages.get(image), environment=environment)
            name = named[0] if named else "final"
            labels = {}
            continue
        assignments = parse_assignments(text, instruction=instruction)
        if instruction == "ARG":
            for argument in assignments:
                scope = scope.declare_arg(argument.name, argument.value)
            file = file if name else scope
        elif instruction == "ENV":
            scope = scope.set_env((each.name, each.value or "") for each in assignments)
        else:
            for label in assignments:
                labels[scope.expand(label.name).value or ""] = scope.expand(label.value or "").value
    return labels


@pytest.mark.parametrize(
    ("dockerfile", "labels"),
    [pytest.param(each["dockerfile"], each["labels"], id=each["id"]) for each in CASES["scope"]],
)
def test_labels(dockerfile: str, labels: dict[str, str]) -> None:
    assert final_labels(dockerfile) == labels


def test_an_argument_without_default_is_unknown() -> None:
    file = Scope.of_file().declare_arg("TAG")
    assert file.expand("node:${TAG:-22}").value is None
    assert file.stage(environment={}).declare_arg("TAG").get("TAG") is UNKNOWN
    assert file.stage(environment={}).declare_arg("OTHER").get("OTHER") is UNKNOWN


def test_an_argument_with_an_unknown_default_is_unknown() -> None:
    scope = Scope.of_file().declare_arg("A").declare_arg("B", "x-$A")
    assert scope["B"] is UNKNOWN


def test_the_builders_arguments_are_unknown_in_the_global_scope_only() -> None:
    file = Scope.of_file()
    assert file["BUILDPLATFORM"] is UNKNOWN
    assert "BUILDPLATFORM" not in file.stage(environment={})
    assert file.stage(environment={}).declare_arg("BUILDPLATFORM")["BUILDPLATFORM"] is UNKNOWN


def test_an_unknown_image_may_set_anything_that_the_stage_does_not() -> None:
    scope = Scope.of_file().stage()
    assert scope["NODE_VERSION"] is UNKNOWN
    assert scope.expand("${NODE_VERSION:-22}").value is None
    assert scope.set_env([("NODE_VERSION", "22")])["NODE_VERSION"] == "22"
    assert scope.declare_arg("NODE_VERSION", "22")["NODE_VERSION"] == "22"
    assert scope.declare_arg("NODE_VERSION")["NODE_VERSION"] is UNKNOWN


def test_an_inherited_argument_may_be_hidden_by_an_unknown_image() -> None:
    file = Scope.of_file()
    base = file.stage().declare_arg("A", "1").set_env([("E", "2")])
    assert (base["A"], base["E"]) == ("1", "2")
    built_on_it = file.stage(base)
    assert (built_on_it["A"], built_on_it["E"]) == (UNKNOWN, "2")


def test_env_with_an_unknown_name_makes_everything_unknown() -> None:
    scope = Scope.of_file().stage(environment={}).set_env([("A", "1")]).declare_arg("NAME")
    scope = scope.set_env([("$NAME", "x"), ("B", "2")])
    assert (scope["A"], scope["PATH"], scope["B"]) == (UNKNOWN, UNKNOWN, "2")


def test_an_image_without_path_is_given_one() -> None:
    file = Scope.of_file()
    assert file.stage(environment={})["PATH"] == DEFAULT_PATH
    assert file.stage(environment={"PATH": "/bin"})["PATH"] == "/bin"


def test_declared_names_can_be_listed() -> None:
    scope = Scope.of_file().stage(environment={}).declare_arg("B", "1").set_env([("A", "2")])
    assert list(scope) == ["A", "B", "PATH"]
    assert len(scope) == 3
    assert dict(scope) == {"A": "2", "B": "1", "PATH": DEFAULT_PATH}


def test_a_scope_keeps_the_directives_escape_character() -> None:
    scope = Scope.of_file(escape="`").stage(environment={}).set_env([("A", "C:\\x`$B")])
    assert scope["A"] == "C:\\x$B"
    assert scope.expand("`$A").value == "$A"


def test_a_refused_word_is_an_error() -> None:
    with pytest.raises(ExpansionError):
        Scope.of_file().declare_arg("A", "${B:0:1}")
    with pytest.raises(ExpansionError):
        Scope.of_file().stage().set_env([("A", "'")])


def test_a_scope_is_not_sent_to_another_process() -> None:
    with pytest.raises(TypeError, match="process"):
        pickle.dumps(Scope.of_file())


def test_rules_leave_the_scope_they_are_asked_of() -> None:
    first = Scope.of_file().stage(environment={}).set_env([("A", "1")])
    first.set_env([("A", "2"), ("B", "3")])
    first.declare_arg("C", "4")
    assert dict(first) == {"A": "1", "PATH": DEFAULT_PATH}


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3)


@given(st.lists(st.tuples(NAMES, st.booleans(), st.text("xyz", max_size=2))))
def test_the_last_value_holds_within_a_stage(steps: list[tuple[str, bool, str]]) -> None:
    scope = Scope.of_file().stage(environment={})
    expected: dict[str, Value] = {"PATH": DEFAULT_PATH}
    for name, as_argument, value in steps:
        if as_argument:
            scope = scope.declare_arg(name, value)
        else:
            quoted = "".join(f"\\{character}" for character in name)
            scope = scope.set_env([(quoted, value)])
        expected[name] = value
    assert dict(scope) == expected
    assert all(scope[name] == value for name, value in expected.items())


def test_many_lines_take_no_more_than_their_share() -> None:
    file = Scope.of_file()
    scope = file.stage(environment={}).set_env([("A", "x" * 2000)])
    kept = []
    for number in range(5_000):
        scope = scope.set_env([(f"V{number}", "$A$A")]).declare_arg(f"W{number}", "1")
        kept.append(file.stage(scope).set_env([("A", "y")]))
    assert len(scope) == 10_002
    assert kept[0]["A"] == "y"


def test_every_instruction_is_listed() -> None:
    assert {name: expandable(name).arguments for name in INSTRUCTIONS}.keys() == INSTRUCTIONS
    assert expandable("COPY").flags == {"chown", "chmod"}
    assert expandable("COPY").heredocs
    assert expandable("RUN").arguments == "none"
    assert "TARGETARCH" in predefined_arguments()
    assert "https_proxy" in proxy_arguments()
