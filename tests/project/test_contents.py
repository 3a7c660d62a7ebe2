"""What is found in a build context."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.project import contents
from hardener.project.contents import Contents, ContextTooLargeError, survey
from hardener.project.context import BuildContext, read_ignore_file
from tests.transforms.contexts import plant


def look(root: Path, *lines: str) -> Contents:
    for line in lines:
        plant(root, line)
    return survey(BuildContext(root, read_ignore_file(root / "Dockerfile", root)))


def names(found: Contents) -> list[str]:
    return [item.path for item in found.found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["target/x", "pom.xml"], ["target"], id="a folder beside its manifest"),
        pytest.param(["target/x"], [], id="the same name alone"),
        pytest.param(["venv/pyvenv.cfg"], ["venv"], id="a virtual environment by its marker"),
        pytest.param(["venv/readme"], [], id="a folder that is only called so"),
        pytest.param([".env/x"], [], id="a folder called as a file"),
        pytest.param([".env.example", ".env.test"], [".env.test"], id="an example is no secret"),
        pytest.param(["a.pem = CERTIFICATE"], [], id="a certificate is no key"),
        pytest.param(["a.pem = RSA PRIVATE KEY"], ["a.pem"], id="a key by its content"),
        pytest.param(["vendor/bundle/x", "Gemfile"], ["vendor/bundle"], id="two names"),
        pytest.param(["vendor/bundle/x"], [], id="two names without a manifest"),
        pytest.param(["a/b/.git/HEAD"], ["a/b/.git"], id="deep down"),
        pytest.param(["node_modules/a/node_modules/b/x"], ["node_modules"], id="the outermost"),
        pytest.param(["node_modules -> elsewhere"], ["node_modules"], id="a link"),
        pytest.param(["node_modules/"], [], id="an empty folder"),
    ],
)
def test_found(tmp_path: Path, lines: list[str], expected: list[str]) -> None:
    assert names(look(tmp_path, *lines)) == expected


def test_what_is_kept_out_already_is_not_found(tmp_path: Path) -> None:
    found = look(tmp_path, ".dockerignore = node_modules\\n*.pem\\n", "node_modules/a", "a.pem")
    assert names(found) == [".dockerignore"]
    assert [path for path, _ in found.hidden] == ["a.pem"]


def test_a_folder_that_is_partly_kept_out_counts_for_the_rest(tmp_path: Path) -> None:
    found = look(
        tmp_path,
        ".dockerignore = node_modules/big\\n",
        "node_modules/big/x * 900",
        "node_modules/y * 7",
    )
    assert [(item.files, item.size) for item in found.found if item.folder] == [(1, 7)]


def test_manifests_and_workspaces(tmp_path: Path) -> None:
    found = look(
        tmp_path, 'package.json = {"workspaces": ["a"]}', "a/package.json = {}", "b/go.mod"
    )
    assert found.ecosystems == {"node": [".", "a"], "go": []}
    assert found.workspaces == {"."}


def test_a_context_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MOST_FILES", 10)
    with pytest.raises(ContextTooLargeError, match="more than 10 files"):
        look(tmp_path, *(f"src/{number}.c" for number in range(11)))


def test_sizes_are_lower_bounds_where_there_is_too_much_to_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "MOST_COUNTED", 10)
    found = look(tmp_path, *(f"node_modules/{number}/x" for number in range(30)))
    assert names(found) == ["node_modules"]
    assert not found.counted


def test_a_context_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="can't be read: no such file"):
        survey(BuildContext(tmp_path / "gone"))
