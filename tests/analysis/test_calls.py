"""What shell code and argument vectors start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.analysis.calls import Call, calls_in, calls_of


def nothing(name: str) -> str | None:
    return ""


def names(code: str) -> list[str | None]:
    return [call.name for call in calls_in(code, "/app", nothing).calls]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            "apt-get update && apt-get install -y gosu", ["apt-get", "apt-get"], id="list"
        ),
        pytest.param("sudo -E -u app python x.py", ["python"], id="sudo"),
        pytest.param("env -u B A=1 python x.py", ["python"], id="env"),
        pytest.param("exec tini -g -- node server.js", ["node"], id="exec-and-tini"),
        pytest.param("timeout -k 5 30 nc -z db 1", ["nc"], id="timeout-takes-a-word"),
        pytest.param("sh -ec 'cd /x && make'", ["make"], id="code-in-a-clustered-option"),
        pytest.param(
            "bash -o pipefail -c 'ls | xargs -n 1 rm'", ["ls", "rm"], id="option-before-code"
        ),
        pytest.param("bash <<EOF\nuseradd app\nEOF", ["useradd"], id="code-in-a-here-document"),
        pytest.param("/usr/local/bin/python3 x.py", ["python3"], id="name-without-folders"),
    ],
)
def test_names(code: str, expected: list[str]) -> None:
    assert names(code) == expected


def test_folders_follow_cd_and_come_back_from_subshells() -> None:
    code = "mkdir a; (cd /tmp && mkdir b); cd sub; mkdir c; cd $WHERE; mkdir d"
    found = calls_in(code, "/app", lambda name: None).calls
    assert [call.folder for call in found] == ["/app", "/tmp", "/app/sub", None]


def test_variables_of_the_code_and_of_the_environment() -> None:
    code = 'USER=app; UID2=5; useradd -u "$UID2" -d "$HOME_DIR" "$USER"'
    (call,) = calls_in(code, "/", {"HOME_DIR": "/srv"}.get).calls
    assert call.words == ("useradd", "-u", "5", "-d", "/srv", "app")


def test_a_variable_that_is_given_two_values_has_none() -> None:
    (call,) = calls_in("A=1; A=2; touch $A", "/", nothing).calls
    assert call.words == ("touch", None)


def test_redirects_are_writes() -> None:
    (call,) = calls_in("echo ok > log/out.txt 2>/dev/null", "/app", nothing).calls
    assert call.writes == ("/app/log/out.txt", "/dev/null")


def test_conditional_calls_are_marked() -> None:
    found = calls_in("if [ -n x ]; then chown app x; fi; id", "/", nothing).calls
    assert [(call.name, call.conditional) for call in found if call.name != "["] == [
        ("chown", True),
        ("id", False),
    ]


def test_what_an_argument_vector_starts() -> None:
    found = calls_of(
        ["/usr/bin/tini", "--", "sh", "-c", "exec nginx -g 'daemon off;'"], "/", nothing
    )
    assert [call.words for call in found.calls] == [("nginx", "-g", "daemon off;")]


@pytest.mark.parametrize(
    ("words", "option", "expected"),
    [
        pytest.param(["useradd", "-u", "5", "x"], ("-u", "--uid"), "5", id="next-word"),
        pytest.param(["useradd", "-u5", "x"], ("-u", "--uid"), "5", id="joined"),
        pytest.param(["useradd", "--uid=5", "x"], ("-u", "--uid"), "5", id="with-equals"),
        pytest.param(["adduser", "-Dh", "/x", "y"], ("-h",), "/x", id="end-of-a-cluster"),
        pytest.param(["celery", "-A", "tasks", "beat"], ("-s",), None, id="a-word-that-ends-alike"),
    ],
)
def test_options(words: list[str], option: tuple[str, ...], expected: str | None) -> None:
    assert Call(tuple(words)).option(*option) == expected


def test_operands_leave_options_and_their_values_out() -> None:
    call = Call(("adduser", "-S", "-u", "5", "-G", "web", "-Dh", "/x", "--", "-odd"))
    assert call.operands("-u", "-G", "-h") == ["-odd"]


@given(st.text(max_size=300))
def test_any_text_is_read(code: str) -> None:
    for call in calls_in(code, "/", nothing).calls:
        assert call.words


def test_what_stands_in_front_is_remembered() -> None:
    (call,) = calls_in('exec gosu app "$0" "$@"', "/", nothing).calls
    assert call.behind == ("exec", "gosu")
    assert call.name is None
