"""mount-secrets: cases as folders, and what has to hold for whatever it is given."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import parse
from hardener.pipeline import harden
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Run, Usage
from hardener.settings import Settings
from hardener.transforms.secret_guards import FILE_GUARDS, GUARDS, LITERAL_GUARDS
from tests.buildkit import can_judge, instructions
from tests.transforms.cases import TODAY, Case, cases, check

NAME = "mount-secrets"
ONLY = Settings(only=(NAME,))


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases(NAME, rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_buildkit_accepts_what_was_rewritten(case: Case) -> None:
    text = (case.folder / "after.Dockerfile").read_text()
    assert can_judge(text)
    assert len(instructions(text)) == len(parse(text).instructions)


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_every_change_tells_how_to_build(case: Case) -> None:
    result = case.run((case.folder / "before.Dockerfile").read_bytes())
    for change in result.changes:
        build = "docker build --" in change.text or "nothing uses it" in change.text
        assert build or "whoever starts the container hands it over" in change.text
    after = (case.folder / "after.Dockerfile").read_text()
    for handover in result.handovers:
        assert (f"id={handover.id}" in after) == (handover.kind == "secret")


def test_each_guard_has_a_case() -> None:
    """Every reason to hold back is told in some case's advice."""
    told = "\n".join(
        line
        for parameter in cases(NAME, rewritten=False)
        for _, line in parameter.values[0].advice  # type: ignore[attr-defined]
    )
    for guard in (*GUARDS, *FILE_GUARDS, *LITERAL_GUARDS):
        pieces = [piece for piece in re.split(r"\{\w+\}", guard.reason) if len(piece) > 3]
        assert all(piece in told for piece in pieces), guard.reason


def hardened(text: str, usage: Usage | None = None) -> tuple[str, tuple[Handover, ...]]:
    result = harden(text, ONLY, today=TODAY, usage=usage or Usage())
    assert result.faults == ()
    return result.table.text, result.handovers


def test_a_secret_goes_by_its_old_argument_to_callers() -> None:
    text = 'FROM a AS b\nARG API_TOKEN\nRUN wget --header="X-Api-Key: $API_TOKEN" https://x.y\n'
    text += "FROM c\n"
    assert hardened(text)[1] == (
        Handover("secret", "api_token", arg="API_TOKEN", env="API_TOKEN", stages=("b",)),
    )


def test_a_container_that_compose_starts_is_handed_the_variable() -> None:
    run = Run(Path("/r/compose.yaml"), 4, "compose", service="db")
    text = "FROM postgres:17\nENV POSTGRES_PASSWORD=hunter2hunter2\nENV PGDATA=/data\n"
    after, handovers = hardened(text, Usage(runs=(run,), root=Path("/r")))
    assert after == "FROM postgres:17\nENV PGDATA=/data\n"
    assert handovers == (Handover("environment", "POSTGRES_PASSWORD", env="POSTGRES_PASSWORD"),)


def test_an_environment_that_is_not_clear_is_left_alone() -> None:
    run = Run(
        Path("/r/compose.yaml"), 4, "compose", unclear={"environment": "it depends on a template"}
    )
    text = "FROM postgres:17\nENV POSTGRES_PASSWORD=hunter2hunter2\n"
    assert hardened(text, Usage(runs=(run,), root=Path("/r"))) == (text, ())


_LINES = st.sampled_from(
    [
        "ARG NPM_TOKEN",
        "ARG A API_TOKEN B=1",
        "ENV NPM_TOKEN=$NPM_TOKEN",
        "ENV A=1 API_TOKEN=${API_TOKEN} B=2",
        "ENV PIP_INDEX_URL=https://u:${API_TOKEN}@x.y/simple",
        "ENV DB_PASSWORD=hunter2hunter2",
        "RUN npm ci",
        "RUN npm ci && rm -f .npmrc",
        "RUN pip install x && echo $API_TOKEN | tee /x",
        'RUN echo "//r/:_authToken=${NPM_TOKEN}" > .npmrc',
        'RUN echo "//r/:_authToken=${NPM_TOKEN}" > .npmrc \\\n  && npm ci',
        "RUN curl -u a:$API_TOKEN https://x.y \\\n  # why\n  && true",
        "RUN curl -u a:hunter2hunter2 https://x.y",
        'RUN ["npm", "ci"]',
        "RUN <<EOF\nnpm ci\ncurl -u a:$API_TOKEN https://x.y\nEOF",
        "RUN git clone https://x:$API_TOKEN@github.com/a/b",
        "COPY .npmrc ./",
        "COPY package.json .npmrc ./",
        "COPY id_rsa /root/.ssh/id_rsa",
        "RUN chmod 600 /root/.ssh/id_rsa && ssh-keyscan x.y > /root/.ssh/known_hosts",
        "RUN git clone git@x.y:a/b && rm -rf /root/.ssh/id_rsa",
        "RUN rm -f .npmrc",
        "USER 1000",
        "WORKDIR /app",
        "FROM node:22",
        "FROM first",
        "LABEL a=$API_TOKEN",
        "CMD npm start $NPM_TOKEN",
        "",
        "# comment",
    ]
)


@given(st.booleans(), st.sampled_from(["\n", "\r\n"]), st.lists(_LINES, max_size=12), st.booleans())
def test_whatever_it_is_given_it_is_done_once(
    promised: bool, newline: str, lines: list[str], final_newline: bool
) -> None:
    head = ["# syntax=docker/dockerfile:1"] if promised else []
    text = "\n".join([*head, "FROM node:22 AS first", *lines]).replace("\n", newline)
    text += newline if final_newline else ""
    try:
        after, _ = hardened(text)
    except DockerfileError:
        return
    assert hardened(after)[0] == after
    for secret in ("NPM_TOKEN", "API_TOKEN"):
        if not re.search(rf"(?:ARG|ENV).*{secret}", after):
            assert f"${{{secret}}}" not in re.sub(r"RUN[^\0]*", "", after)
