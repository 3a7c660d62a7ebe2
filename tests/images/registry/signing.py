"""cosign with key pairs of a test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Signer:
    """cosign, working in one folder."""

    folder: Path

    @classmethod
    def start(cls, folder: Path, *names: str) -> Signer:
        """A signer with a key pair of each name; a test fails where there is no cosign."""
        if shutil.which("cosign") is None:
            pytest.fail("cosign is not on the PATH")
        folder.mkdir(parents=True, exist_ok=True)
        signer = cls(folder)
        for name in names:
            signer.run("generate-key-pair", "--output-key-prefix", name)
        return signer

    def run(self, *arguments: str) -> None:
        """Run cosign."""
        environment = {**os.environ, "COSIGN_PASSWORD": "", "HOME": str(self.folder)}
        done = subprocess.run(
            ["cosign", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def sign(self, image: str, *, key: str) -> None:
        """Sign an image, named by digest, with a key pair; no transparency log is asked."""
        self.run(
            "sign",
            f"--key={key}.key",
            "--use-signing-config=false",
            "--tlog-upload=false",
            "--yes",
            image,
        )
