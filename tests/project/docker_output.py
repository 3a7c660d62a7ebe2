"""What a build with the real Docker leaves behind."""

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

_COMMAND = [
    *("docker", "build", "--quiet", "--network", "none", "--provenance=false"),
    *("--output", "type=tar,dest=-"),
]


@dataclass(frozen=True, slots=True)
class Built:
    """The result of a build.

    Attributes:
        sizes: every path of the image with its size in bytes; folders and links have 0.
        failure: the last line Docker said, if it failed.
    """

    sizes: dict[str, int]
    failure: str | None


def build(context: Path, dockerfile: Path) -> Built:
    """Builds and reads the image's files; nothing stays but the engine's cache."""
    done = subprocess.run(
        [*_COMMAND, "--file", str(dockerfile), str(context)],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        assert "ERROR" in said, f"docker build could not be run: {said}"
        return Built({}, said.rpartition("\n")[2])
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        return Built({member.name.rstrip("/"): member.size for member in tar}, None)
