"""Rewritten callers build: buildx reads them, and what they hand over arrives in the build."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardener.cli.verify import hardening_of
from hardener.dockerfile.edits import Edit
from hardener.project.callers.handover import Handover
from hardener.settings import Settings
from hardener.sweep import sweep, task_for
from hardener.transforms import Change, Finding, Subject, Transform
from hardener.verify.bench import Options
from hardener.verify.difference import Verdict
from hardener.verify.proof import verify_file
from hardener.verify.recipe import recipe_for
from hardener.verify.report import as_json
from hardener.verify.run import Watch
from hardener.verify.session import session
from tests.handover.cases import CASES, DAY, Case, write

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]

SMALL = CASES.parent / "verify" / "small"
BASE = "hardener-test/handover"
SECRET = "npm_0123456789abcdef"
TAKES_AN_ARGUMENT = f"""FROM {BASE}
ARG NPM_TOKEN
RUN echo "length ${{#NPM_TOKEN}}" > /length
CMD ["cat", "/length"]
"""


@pytest.fixture(scope="module")
def base(engine: str) -> Iterator[str]:
    """The base image, taken away at the end."""
    docker("build", "--quiet", "--network", "host", "--tag", BASE, str(SMALL))
    yield BASE
    docker("rmi", "--force", BASE)


def docker(*words: str, folder: Path | None = None) -> str:
    return call("docker", *words, folder=folder)


def call(*words: str, folder: Path | None = None, **environment: str) -> str:
    done = subprocess.run(
        words,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout


def printed(folder: Path, *files: str) -> dict[str, Any]:
    """The targets that buildx reads out of files."""
    named = [word for name in files for word in ("--file", name)]
    targets = json.loads(docker("buildx", "bake", *named, "--print", "*", folder=folder))["target"]
    assert isinstance(targets, dict)
    return targets


def rewritten(case: str, folder: Path) -> Path:
    root = Case(CASES / case).copied(folder)
    write(Case(CASES / case).run(root))
    return root


def secrets_of(targets: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: target.get("secret", []) for name, target in targets.items()}


FROM_NPM_TOKEN = [{"id": "npm_token", "env": "NPM_TOKEN"}]


@pytest.mark.parametrize(
    "case",
    sorted(
        path.name
        for path in CASES.iterdir()
        if path.name.startswith("bake-") and (path / "after").is_dir() and "ssh" not in path.name
    ),
)
def test_bake_files(case: str, tmp_path: Path) -> None:
    before = Case(CASES / case).copied(tmp_path / "before")
    after = rewritten(case, tmp_path / "after")
    (name,) = [path.name for path in (after).glob("docker-bake.*")]
    old, new = printed(before, name), printed(after, name)
    assert old.keys() == new.keys()
    for target, said in new.items():
        had = old[target]
        assert "NPM_TOKEN" not in said.get("args", {})
        args = {key: one for key, one in had.get("args", {}).items() if key != "NPM_TOKEN"}
        assert said.get("args", {}) == args
        ids = {"npmrc"} if case.endswith("passed-nothing") else {"npm_token"}
        assert {one["id"] for one in said["secret"]} - {
            one["id"] for one in had.get("secret", [])
        } == ids
        for key in said.keys() - {"args", "secret"}:
            assert said[key] == had[key]


COMPOSE = {
    "compose-args-mapping": {"web": FROM_NPM_TOKEN},
    "compose-args-list-that-becomes-empty": {"web": FROM_NPM_TOKEN},
    "compose-short-form": {"web": FROM_NPM_TOKEN},
    "compose-crlf-and-no-final-newline": {"web": FROM_NPM_TOKEN},
    "compose-anchored-build": {"web": FROM_NPM_TOKEN, "worker": FROM_NPM_TOKEN},
    "compose-flow-style": {"web": FROM_NPM_TOKEN, "api": FROM_NPM_TOKEN},
    "compose-merged-arguments": {"web": FROM_NPM_TOKEN, "api": FROM_NPM_TOKEN},
    "compose-two-services-one-secret": {
        "web": [{"id": "npm_token", "env": "TOKEN"}],
        "worker": [{"id": "npm_token", "env": "TOKEN"}],
    },
}


@pytest.mark.parametrize("case", COMPOSE)
def test_compose_files(case: str, tmp_path: Path) -> None:
    root = rewritten(case, tmp_path)
    (name,) = [path.name for path in root.glob("*compose*")]
    targets = printed(root, name)
    assert secrets_of(targets) == COMPOSE[case]
    assert all("NPM_TOKEN" not in target.get("args", {}) for target in targets.values())


def test_compose_file_with_its_override(tmp_path: Path) -> None:
    root = rewritten("compose-override-file", tmp_path)
    (target,) = printed(root, "compose.yaml", "compose.override.yaml").values()
    assert target["secret"] == FROM_NPM_TOKEN
    assert target["args"] == {"DEBUG": "1"}


def mounting() -> Transform:
    """A transform that mounts what came in by the argument NPM_TOKEN."""

    def look(subject: Subject) -> Iterator[Finding]:
        text = subject.dockerfile.text
        for instruction in subject.dockerfile.instructions:
            if instruction.value == "NPM_TOKEN":
                run = text.index("RUN ")
                mount = (
                    "RUN --mount=type=secret,id=npm_token,required=true "
                    'NPM_TOKEN="$(cat /run/secrets/npm_token)" && '
                )
                edits = (
                    Edit(instruction.span.start, instruction.span.end, ""),
                    Edit(run, run + 4, mount),
                )
                handover = Handover("secret", "npm_token", "NPM_TOKEN", "NPM_TOKEN")
                yield Change(instruction, "mounted", edits, handovers=(handover,))

    return Transform(
        "mount-secrets",
        "mounts NPM_TOKEN",
        "guarded",
        look,
        changes=frozenset({"instructions", "keywords"}),
    )


CALLERS = {
    "Makefile": (
        "image:\n\tdocker build --network host --build-arg NPM_TOKEN=$(NPM_TOKEN) -t $(NAME) .\n",
        ("make", "image"),
    ),
    "Makefile-with-its-own-variable": (
        "TOKEN = $(NPM_TOKEN)\nimage:\n"
        "\tdocker build --network host --build-arg NPM_TOKEN=$(TOKEN) -t $(NAME) .\n",
        ("make", "image"),
    ),
    "build.sh": (
        '#!/bin/sh\nset -eu\ndocker build --network host \\\n  --build-arg NPM_TOKEN="$NPM_TOKEN" '
        '\\\n  -t "$NAME" .\n',
        ("sh", "build.sh"),
    ),
    "build.sh-with-a-file": (
        "#!/bin/sh\ndocker build --network host "
        '--build-arg NPM_TOKEN="$(cat token)" -t "$NAME" .\n',
        ("sh", "build.sh"),
    ),
}


@pytest.mark.parametrize("name", CALLERS)
def test_commands_build(name: str, base: str, tmp_path: Path) -> None:
    text, command = CALLERS[name]
    root = tmp_path / "web"
    root.mkdir()
    (root / "Dockerfile").write_text(TAKES_AN_ARGUMENT)
    (root / "token").write_text(SECRET)
    caller = root / name.partition("-")[0]
    caller.write_text(text)
    images = []
    try:
        for number in range(2):
            image = f"{BASE}-{os.getpid()}-{number}"
            images.append(image)
            call(*command, folder=root, NPM_TOKEN=SECRET, NAME=image)
            told = docker("run", "--rm", "--network", "none", image)
            assert told == f"length {len(SECRET)}\n"
            history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
            assert (SECRET in history) is (number == 0)
            task = task_for(root, Settings(), diff=False, day=DAY, transforms=(mounting(),))
            write(list(sweep([root / "Dockerfile"], task, processes=1)))
        assert "--secret id=npm_token" in caller.read_text()
    finally:
        docker("rmi", "--force", *images)


def test_verify_hands_over_what_was_an_argument(base: str, tmp_path: Path) -> None:
    root = tmp_path / "web"
    root.mkdir()
    (root / "Dockerfile").write_text(TAKES_AN_ARGUMENT)
    (root / "sample.toml").write_text(
        'summary = "takes a token"\n'
        f'[build]\nargs = {{ NPM_TOKEN = "{SECRET}" }}\n'
        f'[run]\nexit_code = 0\noutput = "length {len(SECRET)}"\n'
    )
    recipe = recipe_for(root / "Dockerfile", root)
    task = task_for(root, Settings(), diff=False, day=DAY, transforms=(mounting(),))
    options = Options(build_network="host", build_seconds=120.0, watch=Watch(up_for=0.5))
    with session("docker") as found:
        outcome = verify_file(found, recipe, hardening_of(recipe, task), options)
    assert outcome.verdict is Verdict.SAME, (outcome.reason, outcome.differences)
    assert outcome.before is not None
    assert outcome.before.image is not None
    assert outcome.before.image.sightings
    assert outcome.after is not None
    assert outcome.after.image is not None
    assert not outcome.after.image.sightings
    assert SECRET not in as_json([outcome], "docker", "0")
