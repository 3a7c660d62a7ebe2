"""Only trusted images become bases: what a project allows, and signatures made with real keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Online
from tests.cli.test_registries import mirror
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Server
from tests.images.registry.signing import Signer


@pytest.mark.parametrize(
    ("others", "kind", "code"),
    [
        pytest.param("advice", "advice", 0, id="advice"),
        pytest.param("error", "error", 2, id="error"),
    ],
)
def test_an_image_that_is_not_allowed_is_told_as_strictly_as_asked(
    online: Online, others: str, kind: str, code: int
) -> None:
    online.write("FROM ghcr.io/owner/app:latest AS a\nFROM a\nCOPY --from=redis:7.0.1 / /\n")
    with Server() as server:
        trust = f'[trust]\nallowed = ["docker.io/library/python"]\nothers = "{others}"\n'
        online.write(trust + mirror(server.host), "harden.toml")
        ran = online.harden()
        piped = online.harden("-", stdin="FROM ghcr.io/owner/app:latest\n")

    said = [line for line in ran.err.split("\n") if ": pin-base-image: " in line]
    lines = [line for line in said if line.startswith(f"{kind}: Dockerfile:")]
    assert [line.split(":")[2] for line in lines] == ["1", "3"], ran.err
    assert "ghcr.io/owner/app fits none of its patterns; not pinned" in lines[0]
    assert (ran.code, ran.out, piped.code) == (code, "", code)
    assert server.seen == []


@pytest.mark.engine
@pytest.mark.parametrize("others", ["advice", "error"])
def test_a_base_is_pinned_only_with_the_signature_asked_for(
    online: Online, registry: str, push: Pusher, tmp_path: Path, others: str
) -> None:
    signer = Signer.start(tmp_path / "keys", "mine", "other")
    name = f"{push.host}/{push.repository}"
    right, wrong, none = (push.index(tag, salt=tag) for tag in ("1.0.1", "1.0.2", "1.0.3"))
    signer.sign(f"{name}@{right}", key="mine")
    signer.sign(f"{name}@{wrong}", key="other")
    online.write((signer.folder / "mine.pub").read_text(), "keys/base.pub")
    online.write(
        f'[trust]\nothers = "{others}"\n[[trust.signature]]\nimages = ["{registry}/**"]\n'
        'by = "cosign-key"\nkey = "keys/base.pub"\ntransparency-log = false\n',
        "harden.toml",
    )
    online.write(f"FROM {name}:1.0.1\nCOPY --from={name}:1.0.2 / /\nCOPY --from={name}:1.0.3 / /\n")

    ran = online.harden("--write")

    assert online.read() == (
        f"FROM {name}:1.0.1@{right}\nCOPY --from={name}:1.0.2 / /\nCOPY --from={name}:1.0.3 / /\n"
    )
    kind = "error" if others == "error" else "advice"
    told = [line for line in ran.err.split("\n") if line.startswith(f"{kind}: Dockerfile:")]
    told = [line for line in told if ": pin-base-image: " in line]
    assert len(told) == 2, ran.err
    assert all("cosign does not accept its signature" in line for line in told)
    assert ran.code == (2 if others == "error" else 0)

    # refresh asks the same of what it moves to
    online.write(f"FROM {name}:1.0.1@{right}\n")
    moved = online.harden("refresh", "--write")
    assert online.read() == f"FROM {name}:1.0.1@{right}\n"
    assert "cosign does not accept its signature" in moved.err
    assert none not in moved.err
