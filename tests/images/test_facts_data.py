"""The shipped facts are complete, safe to search in, and what their generator makes."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from hardener.images import facts
from hardener.images.facts import Distribution, Family, PrivilegeDrop, facts_for
from hardener.images.matching import canonical_name, pattern_is_linear

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = Path(facts.__file__).parent / "data"
FILES = ("facts.json", "facts-dhi.json")
GENERATOR = REPOSITORY / "scripts" / "generate_facts.py"
CASE = REPOSITORY / "tests" / "cases" / "facts"


def loaded(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DATA / name).read_bytes())
    return data


def records() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in FILES:
        yield from loaded(file)["images"].items()


def tag_patterns(value: object) -> Iterator[str]:
    """Every regex in a recorded value, however deep."""
    if isinstance(value, dict):
        if "by_tag" in value:
            yield from (rule[0] for rule in value["by_tag"])
        if "match" in value:
            yield value["match"]
        for part in value.values():
            yield from tag_patterns(part)
    elif isinstance(value, list):
        for part in value:
            yield from tag_patterns(part)


def patterns() -> Iterator[tuple[str, str]]:
    for name, record in records():
        yield from ((name, rule[0]) for rule in record.get("distribution", ()))
        yield from ((name, pattern) for pattern in tag_patterns(record))
    for pattern, name in loaded("facts.json")["patterns"]:
        yield name, pattern


@pytest.mark.parametrize("file", FILES)
def test_a_file_names_its_sources_date_and_licence(file: str) -> None:
    data = loaded(file)
    assert all(
        "@" in source or "official-images" in source or "each image" in source
        for source in data["source"]
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["generated"])
    assert "Apache-2.0" in data["licence"]


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_compact_and_has_one_image_a_line(file: str) -> None:
    text = (DATA / file).read_text("utf-8")
    data = json.loads(text)
    lines = [line.rstrip(",") for line in text.split("\n") if line.startswith('"')]
    images = [line for line in lines[lines.index('"images":{') + 1 :] if line]
    assert images == [
        json.dumps(
            {name: data["images"][name]}, ensure_ascii=False, separators=(",", ":"), sort_keys=True
        )[1:-1]
        for name in sorted(data["images"])
    ]


def test_every_image_names_its_source() -> None:
    for name, record in records():
        assert record["source"].strip(), name


def test_every_pattern_is_linear() -> None:
    found = list(patterns())
    assert len(found) > 1000
    assert [one for one in found if not pattern_is_linear(one[1])] == []


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(a|b*)c", "a.*b.*c", r"(a)\1", "(?=a)", "(ab){2,}", r"\d+-\d+"]
)
def test_a_pattern_that_can_backtrack_is_seen(pattern: str) -> None:
    assert not pattern_is_linear(pattern)


@pytest.mark.parametrize(
    "pattern", ["", "alpine", r"^1[4-7]([.-]|$)", "a.*b|b.*a", r"x\(\d+", "[+*]y+", "(a/)?b"]
)
def test_a_linear_pattern_is_let_through(pattern: str) -> None:
    assert pattern_is_linear(pattern)


def test_names_are_spelled_as_they_are_looked_up() -> None:
    data = loaded("facts.json")
    names = [*data["images"], *data["aliases"], *loaded("facts-dhi.json")["images"]]
    assert [name for name in names if canonical_name(name, data["rules"]) != name] == []
    assert set(data["aliases"].values()) | {key for _, key in data["patterns"]} <= set(
        data["images"]
    )


TAGS = [
    None,
    "1",
    "8.0",
    "17-jdk",
    "22.04",
    "3-alpine",
    "nonroot",
    "debug",
    "latest-dev",
    "ltsc2022",
    "${V}",
]


@pytest.mark.parametrize("tag", TAGS)
def test_every_image_can_be_asked(tag: str | None) -> None:
    for name, _ in records():
        facts = facts_for(name, tag)
        assert facts is not None
        assert facts.distribution in (None, *get_args(Distribution)), name
        assert facts.family in (None, *get_args(Family)), name
        assert facts.package_manager is None or re.fullmatch("[a-z]+", facts.package_manager), name
        assert isinstance(facts.drops_privileges, PrivilegeDrop | bool | None), name
        for account in facts.users.values():
            assert account.name != "root" or account.uid == 0, name


def test_an_image_without_a_shell_or_package_manager_offers_no_tools() -> None:
    for name, _ in records():
        facts = facts_for(name)
        assert facts is not None
        if facts.has_shell is False:
            assert facts.family == "none", name


def generate(*arguments: str, data: Path = CASE) -> subprocess.CompletedProcess[str]:
    additions = ["--additions", str(data / "facts_additions.toml")]
    return subprocess.run(
        [sys.executable, str(GENERATOR), str(data), *additions, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CASE, tmp_path / "case"))


def changed(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def test_generated_files_are_the_same_every_time(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for output in (first, second):
        output.mkdir()
        assert generate("--output", str(output)).returncode == 0
    for file in FILES:
        assert (first / file).read_bytes() == (second / file).read_bytes()


def test_check_writes_nothing_and_tells_by_its_exit_code(tmp_path: Path) -> None:
    output = ("--output", str(tmp_path))
    missing = generate("--check", *output)
    assert (missing.returncode, list(tmp_path.iterdir())) == (1, [])
    assert generate(*output).returncode == 0
    assert generate("--check", *output).returncode == 0
    (tmp_path / "facts.json").write_text("{}")
    stale = generate("--check", *output)
    assert (stale.returncode, (tmp_path / "facts.json").read_text()) == (1, "{}")
    assert "facts.json is not what the sources give" in stale.stdout


def test_a_generated_record(tmp_path: Path) -> None:
    assert generate("--output", str(tmp_path)).returncode == 0
    data = json.loads((tmp_path / "facts.json").read_text("utf-8"))
    assert sorted(data["images"]) == ["example/string", "tool"]
    assert data["images"]["tool"]["history"] == {
        "lasting": ["distribution"],
        "listed": ["2", "2.9", "3", "3.1", "alpine", "latest"],
        "releases": {"2": "bookworm", "2.9": "bookworm"},
        "retired": {"1": "buster", "1.1": ""},
    }
    assert data["images"]["tool"]["distribution"] == [
        ["windowsservercore", "windows"],
        ["alpine", "alpine", "3.23"],
        ["", "debian", "trixie"],
    ]
    assert data["images"]["example/string"] == {
        "cmd": ["/bin/sh", "-c", "serve"],
        "distribution": [["", "rhel", "9"]],
        "package_manager": "dnf",
        "shell": True,
        "source": "example/string@0123abcd:Dockerfile",
        "user": "root",
    }
    assert data["aliases"] == {"example/other": "example/string"}


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        pytest.param(
            "image-facts.json",
            '"match": "plain"',
            '"match": "(a+)+"',
            "could backtrack badly",
            id="a regex that can backtrack",
        ),
        pytest.param(
            "image-facts.json", '"match": "plain"', '"match": "("', "is no regex", id="no regex"
        ),
        pytest.param(
            "image-facts.json",
            '"default": "rhel"',
            '"default": "beos"',
            "beos is no distribution",
            id="unknown distribution",
        ),
        pytest.param(
            "image-facts.json",
            '"cmd": "serve"',
            '"colour": "red"',
            "the field colour",
            id="unknown field",
        ),
        pytest.param(
            "image-facts.json",
            '"tags_checked": 5',
            '"useradd": {"default": "some prose"}',
            "give its family",
            id="a note on useradd that nobody has read",
        ),
        pytest.param(
            "image-facts.json",
            '"match": "plain"',
            '"match": "^2$"',
            "2.9 and 2 are one image",
            id="tags of one image that differ",
        ),
        pytest.param(
            "official-images/library/tool",
            "2/bookworm",
            "2/alpine3.20",
            "is built from 2/alpine3.20",
            id="a distribution that the list contradicts",
        ),
        pytest.param(
            "retired-tags.json",
            "1/buster",
            "1/alpine3.9",
            "its distribution did not last",
            id="a distribution that changed",
        ),
    ],
)
def test_sources_that_contradict_are_refused(
    case: Path, tmp_path: Path, file: str, before: str, after: str, complaint: str
) -> None:
    changed(case / file, before, after)
    refused = generate("--output", str(tmp_path), data=case)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert complaint in refused.stderr
    assert not (tmp_path / "facts.json").exists()
