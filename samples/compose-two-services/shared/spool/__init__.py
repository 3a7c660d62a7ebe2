"""A queue of jobs as files in a folder: a job is taken by renaming it, so no two workers get it."""

import json
import os
from pathlib import Path

FOLDER = Path(os.environ.get("SPOOL", "/spool"))


def put(name: str, job: dict) -> None:
    """Queue `job` under a name; a job of the same name that still waits is replaced."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = FOLDER / f"{name}.tmp"
    unfinished.write_text(json.dumps(job))
    unfinished.rename(FOLDER / f"{name}.job")


def take() -> tuple[str, dict] | None:
    """A job that nobody has taken, with its name, or None when there is none."""
    for path in sorted(FOLDER.glob("*.job")):
        taken = path.with_suffix(".taken")
        try:
            path.rename(taken)
        except FileNotFoundError:
            continue
        return path.stem, json.loads(taken.read_text())
    return None


def finish(name: str, result: dict) -> None:
    """Leave the result of job `name` and forget the job."""
    (FOLDER / f"{name}.done").write_text(json.dumps(result))
    (FOLDER / f"{name}.taken").unlink()


def result(name: str) -> dict | None:
    """The result of job `name`, or None while there is none."""
    path = FOLDER / f"{name}.done"
    return json.loads(path.read_text()) if path.exists() else None


def waiting() -> int:
    """How many jobs nobody has taken yet."""
    return sum(1 for _ in FOLDER.glob("*.job"))
