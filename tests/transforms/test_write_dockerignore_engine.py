"""Every sample builds with the ignore file that is written for it, and its image misses nothing but
what was planted and what is Docker's own."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardener.sweep import hardened_bytes
from tests.transforms.contexts import ignore_files, plant

pytestmark = pytest.mark.engine

SAMPLES = Path(__file__).resolve().parents[2] / "samples"

PLANTED = (
    ".git/HEAD = ref: refs/heads/main\\n",
    ".git/planted",
    ".env = PLANTED=made-up\\n",
    "id_rsa = -----BEGIN OPENSSH PRIVATE KEY-----\\n",
    "node_modules/planted/index.js",
)
# names that an image may miss, wherever they stood in the context
GONE = {".git", ".env", "id_rsa", "planted", "Dockerfile", ".dockerignore", "compose.yaml"}
# vite reads .env when it builds, the uploads read their own when they start: both are told
READS_ENV = {"vite-nginx", "express-uploads"}

Image = Callable[[Path, Path, dict[str, Any]], str]


def samples() -> list[object]:
    found = sorted(path.parent for path in SAMPLES.rglob("sample.toml"))
    return [pytest.param(path, id=path.relative_to(SAMPLES).as_posix()) for path in found]


@pytest.fixture(scope="module")
def image(engine: str) -> Iterator[Image]:
    """Builds a Dockerfile with a context; the images are removed in the end."""
    images: list[str] = []

    def build(dockerfile: Path, context: Path, options: dict[str, Any]) -> str:
        command = ["docker", "build", "--quiet", "--network", "host", "--file", str(dockerfile)]
        for name, value in options.get("args", {}).items():
            command += ["--build-arg", f"{name}={value}"]
        if options.get("target"):
            command += ["--target", options["target"]]
        done = subprocess.run([*command, str(context)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        images.append(done.stdout.decode().strip())
        return images[-1]

    yield build
    for name in dict.fromkeys(images):
        subprocess.run(["docker", "image", "rm", "--force", name], capture_output=True, check=False)


def files_in(image: str) -> set[str]:
    """The paths of all that is in an image but folders."""
    created = subprocess.run(
        ["docker", "create", "--network", "none", image], capture_output=True, text=True, check=True
    )
    container = created.stdout.strip()
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export:
            assert export.stdout is not None
            with tarfile.open(fileobj=export.stdout, mode="r|") as archive:
                return {entry.name for entry in archive if not entry.isdir()}
    finally:
        subprocess.run(["docker", "rm", container], capture_output=True, check=False)


@pytest.mark.parametrize("sample", samples())
def test_a_sample_with_secrets_planted(sample: Path, image: Image, tmp_path: Path) -> None:
    options = tomllib.loads((sample / "sample.toml").read_text()).get("build", {})
    folder = (sample / options.get("context", ".")).resolve()
    root = tmp_path / "repository"
    shutil.copytree(folder, root, symlinks=True)
    place = sample.resolve().relative_to(folder)
    dockerfile = root / place / options.get("dockerfile", "Dockerfile")
    own_env = (root / ".env").exists()
    for line in PLANTED:
        if not (own_env and line.startswith(".env")):
            plant(root, line)
    before = files_in(image(dockerfile, root, options))
    (outcome,) = ignore_files(root, "write-dockerignore")
    assert outcome.hardened is not None
    outcome.path.write_bytes(hardened_bytes(outcome.hardened))
    after = files_in(image(dockerfile, root, options))
    names = {name for path in after for name in path.split("/")}
    assert not names & {"id_rsa", "planted"}
    assert (".env" in names) <= (sample.name in READS_ENV)
    if sample.name in READS_ENV:
        assert any(".env" in remark.text for remark in outcome.hardened.advice)
    lost = {path for path in before - after if not GONE & set(path.split("/"))}
    assert not {path for path in lost if not is_made_anew(path)}


def is_made_anew(path: str) -> bool:
    """What a second build names differently: caches and temporary files."""
    return path.startswith(("root/.npm/", "root/.cache/", "tmp/", "var/cache/", "var/log/"))
