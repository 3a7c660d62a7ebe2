"""Takes texts from the spool and leaves their syllable counts there."""

import json
import re
import signal
import sys
import time
from pathlib import Path

import spool
from version import VERSION

STATUS = Path(__file__).parent / "run" / "status.json"
VOWELS = re.compile(r"[aeiouy]+")


def syllables(text: str) -> int:
    return sum(len(VOWELS.findall(word.lower())) or 1 for word in text.split())


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    done = 0
    while True:
        job = spool.take()
        if job:
            name, content = job
            spool.finish(name, {"syllables": syllables(content["text"])})
            done += 1
        STATUS.write_text(json.dumps({"version": VERSION, "done": done}))
        if not job:
            time.sleep(0.5)


if __name__ == "__main__":
    main()
