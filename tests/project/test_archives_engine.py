"""Which files ADD unpacks, against Docker itself."""

from pathlib import Path

import pytest

from tests.project.archive_cases import BROKEN, COPIED, UNPACKED, UNTOLD
from tests.project.docker_output import Built, build

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


def add(folder: Path, content: bytes) -> Built:
    (folder / "context").mkdir()
    (folder / "context" / "file").write_bytes(content)
    (folder / "Dockerfile").write_text("FROM scratch\nADD file /out/\n")
    return build(folder / "context", folder / "Dockerfile")


@pytest.mark.parametrize("content", UNPACKED.values(), ids=UNPACKED.keys())
def test_unpacked(tmp_path: Path, content: bytes) -> None:
    built = add(tmp_path, content)
    assert built.failure is None
    assert "out/file" not in built.sizes
    assert len(built.sizes) == 2


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_unpacking_fails(tmp_path: Path, content: bytes) -> None:
    assert add(tmp_path, content).failure is not None


@pytest.mark.parametrize("content", COPIED.values(), ids=COPIED.keys())
def test_copied(tmp_path: Path, content: bytes) -> None:
    assert add(tmp_path, content).sizes.get("out/file") == len(content)


def test_untold_ones_go_both_ways(tmp_path: Path) -> None:
    sizes = []
    for name, content in UNTOLD.items():
        (tmp_path / name).mkdir()
        sizes.append(add(tmp_path / name, content).sizes)
    unpacked, copied = sizes
    assert "out/inside" in unpacked
    assert "out/file" in copied
