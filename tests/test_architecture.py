"""Imports run one way, and `dockerfile/` could stand alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "hardener"

# A module may import from its own group and from groups further down, never from further up.
GROUPS = [
    ("hardener.cli", "hardener.__main__"),
    ("hardener.sweep",),
    ("hardener.verify",),
    ("hardener.review",),
    ("hardener.lookup", "hardener.refresh"),
    ("hardener.pipeline", "hardener.invariants", "hardener.ignores"),
    ("hardener.handover",),
    ("hardener.transforms",),
    ("hardener.stages",),
    ("hardener.analysis",),
    ("hardener.settings",),
    ("hardener.images", "hardener.project"),
    ("hardener.secrets",),
    ("hardener.templating", "hardener.files"),
    ("hardener.dockerfile",),
    ("hardener.errors", "hardener"),
]


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def group(module: str) -> int:
    for number, names in enumerate(GROUPS):
        for name in names:
            if module == name or (name != "hardener" and module.startswith(f"{name}.")):
                return number
    raise AssertionError(f"{module} belongs to no group: say where it stands in GROUPS")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""


def test_imports_run_one_way() -> None:
    for module, path in modules():
        for line, name in imported(path):
            if name == "hardener" or name.startswith("hardener."):
                assert group(name) >= group(module), f"{path}:{line}: {module} imports {name}"


def test_dockerfile_knows_nothing_of_hardening() -> None:
    for module, path in modules():
        for line, name in imported(path):
            if module.startswith("hardener.dockerfile") and name.startswith("hardener."):
                own = name.startswith(("hardener.dockerfile", "hardener.errors"))
                assert own, f"{path}:{line}: {name}"


def test_images_and_project_do_not_know_each_other() -> None:
    for module, path in modules():
        for line, name in imported(path):
            if module.startswith("hardener.images"):
                assert not name.startswith("hardener.project"), f"{path}:{line}"
            if module.startswith("hardener.project"):
                assert not name.startswith("hardener.images"), f"{path}:{line}"


def test_what_the_project_does_without() -> None:
    for _, path in modules():
        names = {name.partition(".")[0] for _, name in imported(path)}
        assert not names & {"difflib", "libcst"}, path


@pytest.mark.parametrize(
    "heavy", ["jinja2", "unidiff", "tree_sitter", "dockerfile_parse", "httpx", "yaml"]
)
def test_the_version_is_told_without_loading(heavy: str) -> None:
    code = (
        "import sys; sys.argv = ['harden', '--version']\n"
        "from hardener.cli import main; main()\n"
        f"sys.exit({heavy!r} in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{heavy} is loaded"
    assert done.stdout.startswith("harden ")
