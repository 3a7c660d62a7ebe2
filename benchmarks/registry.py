"""How long a sweep takes that looks its images up: 500 Dockerfiles with 120 images.

    DOCKER_REGISTRY=127.0.0.1:5000 python benchmarks/registry.py

The registry is one without a login to which the images can be pushed. Tells the wall time of a run
with an empty cache, of one with a full cache, and of one offline, and the requests of the first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Server

FILES = 500
IMAGES = 120


def main() -> None:
    """Push, sweep four times, print a table."""
    registry = os.environ["DOCKER_REGISTRY"]
    for number in range(IMAGES):
        exact = f"1.{number}.0"
        annotations = {"org.opencontainers.image.version": exact}
        Pusher(registry, f"library/bench-{number}").index(
            exact, f"1.{number}", annotations=annotations
        )
    with tempfile.TemporaryDirectory() as name, Server(behind=registry) as counting:
        folder = Path(name) / "repository"
        for number in range(FILES):
            image = number % IMAGES
            path = folder / f"{number:03}" / "Dockerfile"
            path.parent.mkdir(parents=True)
            path.write_text(f"FROM bench-{image}:1.{image}\nRUN true\n")
        # straight to the registry for the time, through the counting one for the requests
        for title, host, cache, options in (
            ("counting, empty cache", counting.host, "counting", ()),
            ("empty cache", registry, "cache", ()),
            ("full cache", registry, "cache", ()),
            ("offline", registry, "cache", ("--offline",)),
        ):
            table = f'mirror = "http://{host}"\nmirror-only = true\n'
            (folder / "harden.toml").write_text(f'[registries."docker.io"]\n{table}')
            before, seen = time.perf_counter(), len(counting.seen)
            subprocess.run(
                [sys.executable, "-m", "hardener", "--diff", "--quiet", *options, str(folder)],
                env={**os.environ, "XDG_CACHE_HOME": f"{name}/{cache}"},
                stdout=subprocess.DEVNULL,
                check=False,
            )
            wall, asked = time.perf_counter() - before, len(counting.seen) - seen
            print(f"{title:24} {wall:6.2f} s" + (f"  {asked} requests" if asked else ""))


if __name__ == "__main__":
    main()
