"""What the tests of the catalogue and the lifecycle share: both, made from a small list."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hardener.images.catalogue import Catalogue
from hardener.images.lifecycle import Lifecycle

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SMALL_LIST = REPOSITORY / "tests" / "cases" / "image-list"


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the data files that the generator makes of tests/cases/image-list."""
    folder = tmp_path_factory.mktemp("data")
    script = REPOSITORY / "scripts" / "generate_catalogue.py"
    command = [sys.executable, str(script), str(SMALL_LIST), "--output", str(folder)]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture(scope="session")
def catalogue(generated: Path) -> Catalogue:
    return Catalogue.from_document(json.loads((generated / "catalogue.json").read_bytes()))


@pytest.fixture(scope="session")
def lifecycle(generated: Path, catalogue: Catalogue) -> Lifecycle:
    document = json.loads((generated / "lifecycle.json").read_bytes())
    return Lifecycle.from_document(document, catalogue)
