"""No credential is found in logs, messages, exceptions, or the cache: everything is searched."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardener.images.registry import RegistryProblem, Resolved
from hardener.images.registry.client import RegistryClient
from hardener.images.registry.credentials import Credential
from hardener.images.registry.problem import one_line
from hardener.images.registry.transport import Request
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import PASSWORD, USER, Answer, Seen, Server, TokenServer

SIGNATURE = "signed-a1b2c3d4"
IN_THE_CLEAR = (PASSWORD, TokenServer.IDENTITY_TOKEN, SIGNATURE)
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def logs() -> Iterator[list[str]]:
    """Everything that any logger says at any level, as a user sees it with debugging on."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler = logging.getLogger(), Collecting()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def shown(value: object) -> str:
    """All that a problem could show of itself, with every variable on its way."""
    if not isinstance(value, BaseException):
        return repr(value)
    details = traceback.TracebackException.from_exception(value, capture_locals=True)
    chain = [value.__cause__, value.__context__]
    return "".join(
        [
            str(value),
            repr(value),
            *details.format(),
            repr(chain),
            repr(pickle.loads(pickle.dumps(value))),
        ]
    )


@pytest.mark.engine
@pytest.mark.parametrize("entry", ["password", "identity-token"])
def test_no_credential_anywhere(
    token_registry: str,
    tokens: TokenServer,
    registry: str,
    settings: MakeSettings,
    tmp_path: Path,
    logs: list[str],
    entry: str,
) -> None:
    Pusher(registry, "private/app").index("1")
    Pusher(registry, "private/moved").image("1")
    issued: list[str] = []

    with Server(lambda seen: Answer(500)) as storage:

        def say(seen: Seen) -> Answer | None:
            if seen.authorization is not None:
                issued.append(seen.authorization.removeprefix("Bearer "))
            if "moved" in seen.path and seen.authorization is not None:
                return Answer(307, {"Location": f"http://{storage.host}/x?sig={SIGNATURE}"})
            if "echo" in seen.path and seen.authorization is not None:
                # a registry that says back what it was shown
                body = {"errors": [{"code": seen.authorization, "message": seen.authorization}]}
                return Answer(403, {"X-Echo": seen.authorization}, json.dumps(body).encode())
            if "broken" in seen.path and seen.authorization is not None:
                return Answer(hang_up=True)
            return None

        with Server(say, behind=token_registry) as front:
            file = tmp_path / "auth.json"
            kept = {"auth": PAIR}
            if entry == "identity-token":
                kept = {"identitytoken": TokenServer.IDENTITY_TOKEN}
            file.write_text(json.dumps({"auths": {front.host: kept}}))
            chosen = settings(
                cache_directory=tmp_path / "cache",
                environment={"HOME": str(tmp_path), "REGISTRY_AUTH_FILE": str(file)},
                attempts=2,
            )
            names = ("app", "app:none", "moved", "echo", "broken")
            wanted = [f"{front.host}/private/{name}" for name in names]
            wanted[0] += ":1"
            wanted[2] += ":1"
            with RegistryClient(chosen) as client:
                answers = client.resolve(wanted)
                good = answers[wanted[0]]
                assert isinstance(good, Resolved), good
                everything: list[object] = [*answers.values(), client]
                everything += [*client.configs([good]).values(), *client.tags(wanted).values()]

    assert sum(isinstance(answer, RegistryProblem) for answer in everything) >= 4
    assert len(set(issued)) >= 4
    texts = {"logs": "\n".join(logs), "answers": "".join(shown(answer) for answer in everything)}
    for path in (tmp_path / "cache").rglob("*"):
        if path.is_file():
            texts[path.name] = path.read_bytes().decode(errors="replace")
    assert len(texts) >= 4
    assert "GET" in texts["logs"]
    for secret in (*IN_THE_CLEAR, PAIR, *issued):
        for where, text in texts.items():
            assert secret not in text, where


def test_values_that_hold_a_credential_do_not_print_it() -> None:
    credential = Credential(USER, PASSWORD)
    request = Request("GET", "http://r.test", "r.test", 1, authorization=credential.basic)

    for value in (credential, request):
        assert PASSWORD not in repr(value)
        assert PAIR not in repr(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET https://user:pw@r.test/v2/: no", "GET https://r.test/v2/: no"),
        (
            'Get "https://r.test/x?X-Amz-Signature=abc&b=1": refused',
            'Get "https://r.test/x": refused',
        ),
        ("two\nlines\x1b[31m red\u2028end", "two lines [31m red end"),
        ("x" * 400, "x" * 299 + "…"),
    ],
    ids=["user-and-password", "signed-address", "lines-and-colours", "too-long"],
)
def test_other_programs_words_are_made_fit_to_print(text: str, expected: str) -> None:
    assert one_line(text) == expected
