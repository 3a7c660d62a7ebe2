"""What run-as-nonroot writes does, in a real engine, what it is written for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hardener.files import encode
from hardener.pipeline import harden
from hardener.project.context import BuildContext
from hardener.settings import Settings
from hardener.templating import lines_of
from tests.transforms.cases import TODAY

pytestmark = pytest.mark.engine

ONLY = Settings(only=("run-as-nonroot",))

Built = Callable[[bytes, Path], str]


@pytest.fixture(scope="module")
def built(engine: str) -> Iterator[Built]:
    """Builds a Dockerfile with a context; the images are removed in the end."""
    images: list[str] = []

    def build(dockerfile: bytes, context: Path) -> str:
        command = ["docker", "build", "--quiet", "--network", "host", "-f", "-", str(context)]
        done = subprocess.run(command, input=dockerfile, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        images.append(done.stdout.decode().strip())
        return images[-1]

    yield build
    for image in dict.fromkeys(images):
        subprocess.run(
            ["docker", "image", "rm", "--force", image], capture_output=True, check=False
        )


def run(image: str, *command: str) -> str:
    """What a container prints; it has no network."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", image, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("family", ["shadow", "shadow-missing"])
def test_a_user_is_made_with_a_home_of_its_own(family: str, built: Built, tmp_path: Path) -> None:
    lines = lines_of(
        f"user/{family}.j2", name="app", uid=10001, gid=10002, home="/home/app", usual_home=True
    )
    made = f"FROM debian:bookworm\nRUN {' && '.join(lines)}\nUSER 10001:10002\n"
    image = built(made.encode(), tmp_path)
    said = run(image, "sh", "-c", 'id && touch "$HOME/x" && echo "$HOME" && ls -ld /home/app')
    identity, home, listed = said.strip().split("\n")
    assert identity.startswith("uid=10001(app) gid=10002(app)")
    assert home == "/home/app"
    assert listed.startswith("drwx")
    # nobody logs in: no password, no shell
    entry = run(image, "sh", "-c", "grep ^app: /etc/passwd").strip()
    assert entry.endswith("/nologin")
    assert entry.split(":")[1] in ("x", "!")


def hardened(before: str, folder: Path) -> bytes:
    result = harden(before, ONLY, today=TODAY, locate=lambda _: BuildContext(folder))
    assert result.changed
    return encode(result.table.text)


APP = """\
import os, sqlite3
from pathlib import Path

here = Path(__file__).parent
sqlite3.connect(here / "notes.db").execute("CREATE TABLE IF NOT EXISTS note (body TEXT)")
(here / "uploads").mkdir(exist_ok=True)
(here / "uploads" / "a.txt").write_text("a")
with open("/data/b.txt", "w") as file:
    file.write("b")
Path.home().joinpath(".cache").mkdir()
print(os.getuid(), open(here / "closed.txt").read())
"""


def test_what_the_sources_write_can_be_written(built: Built, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "closed.txt").write_text("read")
    (tmp_path / "closed.txt").chmod(0o600)
    before = (
        "FROM python:3.11-slim\nVOLUME /data\nWORKDIR /app\nCOPY . .\n"
        "RUN python -c \"import sqlite3; sqlite3.connect('notes.db').execute('VACUUM')\"\n"
        'CMD ["python", "app.py"]\n'
    )
    assert run(built(hardened(before, tmp_path), tmp_path)) == "10001 read\n"


def test_code_stays_root_s(built: Built, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('ok')\n")
    before = 'FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n'
    image = built(hardened(before, tmp_path), tmp_path)
    assert run(image) == "ok\n"
    assert run(image, "sh", "-c", "touch /app/app.py 2>/dev/null || echo kept") == "kept\n"


def test_a_low_port_can_be_bound(built: Built, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import os, socket\nsocket.create_server(('127.0.0.1', 80))\nprint(os.getuid())\n"
    )
    before = 'FROM python:3.11-slim\nCOPY app.py /srv/\nEXPOSE 80\nCMD ["python", "/srv/app.py"]\n'
    assert run(built(hardened(before, tmp_path), tmp_path)) == "10001\n"
