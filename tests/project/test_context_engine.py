"""What COPY finds, against Docker itself."""

import json
from pathlib import Path

import pytest

from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.gopath import has_wildcard
from tests.project.copy_cases import FOUND, plant
from tests.project.docker_output import build

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]


def copied(context: BuildContext, source: str) -> set[str]:
    """The files that `COPY source /out/` leaves in /out, by our reading."""
    found = set()
    for path in context.sources(source):
        entry = context.entry(path)
        assert entry is not None
        if entry.kind == "folder":
            start = "" if entry.path == "." else entry.path + "/"
            found |= {file.path.removeprefix(start) for file in context.files_below(entry.path)}
        else:
            found.add(path.rpartition("/")[2])
    return found


@pytest.mark.parametrize("source", [source for source, _ in FOUND.values()], ids=FOUND.keys())
def test_copy(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "context"
    plant(folder)
    dockerfile = tmp_path / "Dockerfile"
    words = json.dumps([source, "/out/"], ensure_ascii=False)
    dockerfile.write_text(f"FROM scratch\nCOPY {words}\n")
    context = BuildContext(folder, read_ignore_file(dockerfile, folder))
    built = build(folder, dockerfile)
    if built.failure is not None:
        assert context.sources(source) == ()
        return
    assert context.sources(source) or has_wildcard(source)
    paths = {path.removeprefix("out/") for path in built.sizes if path != "out"}
    # an empty folder is not listed by us
    folders = {"empty", "only"} | {
        str(parent) for path in paths | {"a/b/c/4.txt"} for parent in Path(path).parents
    }
    assert paths - folders == copied(context, source)
