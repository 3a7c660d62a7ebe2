"""The model of a stage: users, folders, environment and what is started."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.analysis.family import family_of, shows_root
from hardener.analysis.owners import closed, made_folders
from hardener.analysis.owners import given as handed_over
from hardener.analysis.read import read_stage
from hardener.analysis.stage import Launch, StageModel
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import parse


def model(text: str) -> StageModel:
    dockerfile = parse(text)
    return read_stage(dockerfile, dockerfile.stages[-1])


def test_users_and_folders_before_each_instruction() -> None:
    steps = model("FROM node:22\nUSER node\nWORKDIR /a\nWORKDIR b\nUSER root\nRUN id\n").steps
    told = [(step.instruction.name, step.user.text, step.folder) for step in steps]
    assert told == [
        ("USER", "root", "/"),
        ("WORKDIR", "node", "/"),
        ("WORKDIR", "node", "/a"),
        ("USER", "node", "/a/b"),
        ("RUN", "root", "/a/b"),
    ]


def test_what_a_stage_is_built_on_flows_on() -> None:
    found = model(
        "FROM debian:12 AS one\nENV HOME=/srv\nUSER 7\nWORKDIR /x\nRUN useradd -u 7 web\n"
        'CMD ["a"]\nVOLUME /v\nEXPOSE 80\n\nFROM one\nRUN mkdir $HOME/y\n'
    )
    assert found.end.user.text == "7"
    assert found.end.folder == "/x"
    assert list(found.accounts.users) == ["web"]
    assert [made.path for made in made_folders(found)] == ["/srv/y"]
    assert [volume.path for volume in found.volumes] == ["/v"]
    assert found.ports == ("80",)
    assert found.command is not None
    assert found.command.words == ("a",)


def test_arguments_and_environment_are_expanded() -> None:
    found = model(
        "ARG ID=5\nFROM scratch\nARG ID\nENV WHO=$ID DIR=/d\nUSER ${WHO}:9\nWORKDIR $DIR/e\n"
    )
    assert found.end.user.text == "5:9"
    assert found.end.folder == "/d/e"
    assert found.environment("WHO") == "5"


def test_a_value_that_the_caller_gives_is_unknown() -> None:
    found = model("FROM scratch\nARG ID\nUSER $ID\nWORKDIR /x/$ID\n")
    assert found.end.user.text is None
    assert found.end.folder is None


def test_entrypoint_forgets_the_command_of_the_base() -> None:
    found = model('FROM debian:12 AS one\nCMD ["a"]\n\nFROM one\nENTRYPOINT ["b"]\n')
    assert found.command is None
    assert found.entrypoint is not None
    assert found.entrypoint.words == ("b",)


def test_the_base_image_says_what_it_starts() -> None:
    found = model("FROM nginx:latest\n")
    assert found.command == Launch(("nginx", "-g", "daemon off;"), None, None)


def test_an_older_tag_starts_what_its_variant_starts_today() -> None:
    found = model("FROM php:7.1-apache\n")
    assert found.command is not None
    assert found.command.words == ("apache2-foreground",)


def test_copies() -> None:
    found = model(
        "FROM debian:12 AS b\nFROM debian:12\nWORKDIR /app\nCOPY --from=b --chown=5 /x y ./\n"
        'COPY ["a b", "c"]\nCOPY <<EOF <<"E2" /etc/\none\nEOF\ntwo\nE2\nADD $UNKNOWN/x /y/\n'
    )
    one, two, three, four = found.copies
    assert (one.stage, one.owner, one.target, one.into) == (
        found.dockerfile.stages[0],
        "5",
        "/app",
        True,
    )
    assert (two.sources, two.target, two.into) == (("a b",), "/app/c", False)
    assert three.inline == (("EOF", "one\n"), ("E2", "two\n"))
    assert (four.sources, four.from_context) == ((None,), True)


def test_here_documents_of_run() -> None:
    text = "FROM debian:12\nRUN <<EOF\nset -e\nmkdir /a\nEOF\nRUN <<EOT bash\nmkdir /b\nEOT\n"
    assert [made.path for made in made_folders(model(text))] == ["/a", "/b"]


def test_a_shell_that_is_not_posix_is_not_read() -> None:
    (run,) = model('FROM debian:12\nSHELL ["pwsh", "-c"]\nRUN mkdir /a\n').runs()
    assert not run.code.complete
    assert run.calls == ()


@pytest.mark.parametrize(
    ("text", "family"),
    [
        pytest.param("FROM scratch\n", "none", id="scratch"),
        pytest.param("FROM alpine:3.20\n", "busybox", id="facts"),
        pytest.param("FROM x.example.org/y:1\nRUN apt-get update\n", "shadow", id="apt-get"),
        pytest.param("FROM x.example.org/y:1\nRUN apk add curl\n", "busybox", id="apk"),
        pytest.param(
            "FROM x.example.org/y:1\nRUN microdnf install x\n", "shadow-missing", id="microdnf"
        ),
        pytest.param(
            "FROM x.example.org/y:1\nRUN apt-get update\nRUN apk add x\n", None, id="of-two-minds"
        ),
        pytest.param(
            "FROM x.example.org/y:1\nRUN if true; then apk add x; fi\n", None, id="tried-only"
        ),
        pytest.param(
            "FROM x.example.org/y-alpine:1\nRUN apt-get update\n", None, id="against-its-name"
        ),
        pytest.param("FROM x.example.org/y:1\n", None, id="nothing"),
    ],
)
def test_families(text: str, family: str | None) -> None:
    assert family_of(model(text)) == family


def test_packages_show_that_the_base_is_root() -> None:
    assert shows_root(model("FROM x.example.org/y:1\nRUN apt-get update\n"))
    assert not shows_root(model("FROM x.example.org/y:1\nRUN sudo apt-get update\n"))
    assert not shows_root(model("FROM x.example.org/y:1\nUSER root\nRUN apt-get update\n"))


def test_owners_and_modes_in_order() -> None:
    found = model(
        "FROM debian:12\nWORKDIR /app\nRUN chown -R web: . && chmod 777 tmp && chmod -R go-rwx /k\n"
    )
    assert [(item.path, item.owner, item.whole) for item in handed_over(found)] == [
        ("/app", "web:", True),
        ("/app/tmp", "*", False),
    ]
    assert [item.path for item in closed(found)] == ["/k"]


WORDS = st.sampled_from(
    (
        *("FROM", "alpine", "AS", "a", "USER", "$X", "root", "WORKDIR", "/x", "RUN", "useradd"),
        *("-u", "5", "COPY", "--from=a", ".", "CMD", "[]", "ENV", "X=1", "ARG", "X", "SHELL"),
        *("VOLUME", "\n", "\n", "\n", "\n"),
    )
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_file_that_can_be_read_has_a_model(body: str) -> None:
    try:
        dockerfile = parse("FROM debian:12\n" + body)
    except DockerfileError:
        return
    found = read_stage(dockerfile, dockerfile.stages[-1])
    assert found.accounts.users is not None
    assert len(found.copies) == sum(
        step.instruction.name in ("ADD", "COPY") for step in found.steps
    )
