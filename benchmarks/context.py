"""What write-dockerignore costs on a large build context: wall time and peak memory.

    python benchmarks/context.py [--files 100000]

Makes three contexts of that many files: sources alone, mostly node_modules that a RUN restores, and
node_modules that nothing restores, so that every file of it has to be checked. Each is run in a
process of its own, once to warm the file system's cache and once measured.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_RESTORED = "FROM node:20\nWORKDIR /app\nCOPY package.json .\nRUN npm ci\nCOPY . .\n"
_COPIED = "FROM node:20\nWORKDIR /app\nCOPY . .\n"
_FILES_A_FOLDER = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    files: int = parser.parse_args().files
    print(f"{files:,} files\n{'':36} {'wall s':>8} {'peak MB':>8}")
    for name, dockerfile, share in (
        ("sources alone", _RESTORED, 0.0),
        ("node_modules, restored", _RESTORED, 0.9),
        ("node_modules, not restored", _COPIED, 0.9),
    ):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            fill(root / "node_modules", int(files * share))
            fill(root / "src", files - int(files * share))
            (root / "Dockerfile").write_text(dockerfile)
            (root / "package.json").write_text("{}")
            (root / "id_rsa").write_text("key")
            fill(root / ".git", 100)
            for what, command in (
                ("write-dockerignore", "write-dockerignore"),
                ("all transforms", ""),
            ):
                measure(root, command)
                wall, memory = measure(root, command)
                print(f"{name + ', ' + what:36} {wall:8.2f} {memory / 1e6:8.0f}")


def fill(folder: Path, count: int) -> None:
    """Make that many small files below a folder."""
    for number in range(count):
        if number % _FILES_A_FOLDER == 0:
            place = folder / f"{number // 5000}" / f"package-{number // _FILES_A_FOLDER}"
            place.mkdir(parents=True)
        (place / f"module{number}.js").write_text(f"exports.number = {number};\n")


def measure(root: Path, only: str) -> tuple[float, int]:
    """Seconds of wall and the peak of the memory of `harden --diff` in bytes."""
    command = [sys.executable, "-m", "hardener", "--diff", "--offline", "--jobs=1"]
    command += [f"--only={only}"] if only else []
    with tempfile.TemporaryFile() as told:
        start = time.perf_counter()
        process = subprocess.Popen([*command, str(root)], stdout=subprocess.DEVNULL, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        # a program that breaks off ends with 1 too
        if process.returncode not in (0, 1) or b"write-dockerignore:" not in told.read():
            sys.exit(f"harden ended with {process.returncode} and told nothing of the context")
    return wall, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
