"""Digests through the whole program, from registries that answer, refuse, dawdle and lie."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import Online
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import PASSWORD, USER, Answer, Seen, Server, free_port


def mirror(host: str) -> str:
    """Settings by which Docker Hub's images come from `host` alone."""
    return f'[registries."docker.io"]\nmirror = "http://{host}"\nmirror-only = true\n'


@pytest.mark.engine
def test_every_image_gets_its_digest_and_most_exact_tag(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    index = push.index("3.14", "3.14.1", "3.14.1-trixie", "latest")
    online.write(f"FROM {name}:3.14 AS a\nFROM {name}\nCOPY --from={name}:3.14.1 /a /b\n")

    ran = online.harden("--write")

    assert ran.code == 0, ran.err
    pinned = f"{name}:3.14.1-trixie@{index}"
    assert online.read() == (
        f"FROM {pinned} AS a\nFROM {pinned}\nCOPY --from={name}:3.14.1@{index} /a /b\n"
    )
    assert "follows new releases" in ran.err
    assert online.harden("--check").code == 0


@pytest.mark.engine
def test_a_tag_that_is_for_windows_too_gets_one_that_is(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    published = {"org.opencontainers.image.version": "3.14.1-trixie"}
    both = push.index(
        "latest", "3.14.1", platforms=("linux/amd64", "windows/amd64"), annotations=published
    )
    push.index("3.14.1-trixie", platforms=("linux/amd64",), annotations=published)
    online.write(f"FROM {name}\n")

    online.harden("--write")

    assert online.read() == f"FROM {name}:3.14.1@{both}\n"


@pytest.mark.engine
def test_standard_input_is_looked_up_too(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    index = push.index("1.2.3")

    ran = online.harden("-", stdin=f"FROM {name}:1.2.3\n")

    assert (ran.code, ran.out) == (0, f"FROM {name}:1.2.3@{index}\n")


@pytest.mark.engine
def test_a_mirror_answers_for_docker_hub(online: Online, registry: str) -> None:
    index = Pusher(registry, "library/mirrored").index("1.2.3")
    online.write("# syntax=library/mirrored:1.2.3\nFROM mirrored:1.2.3\n")
    online.write(mirror(registry), "harden.toml")

    ran = online.harden("--write")

    assert ran.code == 0, ran.err
    pinned = f"mirrored:1.2.3@{index}"
    assert online.read() == f"# syntax=library/{pinned}\nFROM {pinned}\n"
    assert "Dockerfile:1: pin-base-image" in ran.err


@pytest.mark.engine
def test_a_platform_that_is_not_there_is_told(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    push.index("1.2.3", platforms=("linux/amd64",))
    online.write(f"FROM --platform=linux/arm64 {name}:1.2.3\n")

    ran = online.harden()

    assert (ran.code, ran.out) == (0, "")
    assert "Dockerfile:1" in ran.err
    assert "only for linux/amd64, and FROM asks for linux/arm64" in ran.err


@pytest.mark.engine
def test_one_platform_alone_is_said_to_be_one(online: Online, push: Pusher) -> None:
    name = f"{push.host}/{push.repository}"
    digest = push.image("1.2.3", platform="linux/arm64")
    online.write(f"FROM {name}:1.2.3\n", "a/Dockerfile")
    online.write(f"FROM --platform=arm64 {name}:1.2.3\n", "b/Dockerfile")
    online.write(f"FROM --platform=amd64 {name}:1.2.3\n", "c/Dockerfile")

    alone = online.harden("a")
    ran = online.harden("--write")

    assert "the registry has one platform's image alone" in alone.err
    assert online.read("b/Dockerfile") == f"FROM --platform=arm64 {name}:1.2.3@{digest}\n"
    assert "one platform's image alone, for linux/arm64" in ran.err
    assert online.read("c/Dockerfile") == f"FROM --platform=amd64 {name}:1.2.3\n"
    assert "only for linux/arm64, and FROM asks for amd64" in ran.err


@pytest.mark.engine
@pytest.mark.parametrize(
    ("password", "pinned"),
    [pytest.param(PASSWORD, True, id="right"), pytest.param("wrong-8f21", False, id="wrong")],
)
def test_a_private_registry_is_asked_with_dockers_own_login(
    online: Online,
    private_registry: str,
    registry: str,
    authority_file: Path,
    password: str,
    pinned: bool,
) -> None:
    index = Pusher(registry, "private/base").index("1.2.3")
    pair = base64.b64encode(f"{USER}:{password}".encode()).decode()
    config = online.home / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {private_registry: {"auth": pair}}}))
    online.write(f'[registries."{private_registry}"]\nca = "{authority_file}"\n', "harden.toml")
    online.write(f"FROM {private_registry}/private/base:1.2.3\n")

    ran = online.harden()

    assert (index in ran.out) is pinned, ran.err
    assert ran.code == (1 if pinned else 0)
    if not pinned:
        assert "advice: Dockerfile:1: pin-base-image: " in ran.err
    kept = "".join(
        path.read_text(errors="replace")
        for path in (online.home / "cache").rglob("*")
        if path.is_file()
    )
    for secret in (password, pair):
        assert secret not in ran.out + ran.err + kept


@pytest.mark.engine
def test_what_is_asked_for_by_many_files_is_asked_once(online: Online, registry: str) -> None:
    """500 Dockerfiles with 120 images: two requests an image at most."""
    for number in range(120):
        exact = f"1.{number}.0"
        tags = (exact,) if number % 2 else (exact, f"1.{number}")
        Pusher(registry, f"library/many-{number}").index(
            *tags, annotations={"org.opencontainers.image.version": exact}
        )
    for number in range(500):
        image = number % 120
        tag = f"1.{image}.0" if image % 2 else f"1.{image}"
        online.write(f"FROM many-{image}:{tag}\nRUN true\n", f"{number:03}/Dockerfile")
    with Server(behind=registry) as counting:
        online.write(mirror(counting.host), "harden.toml")
        ran = online.harden("--write")
        asked = len(counting.seen)
        again = online.harden("--check")

    assert ran.code == 0, ran.err
    assert "500 files of 500 changed" in ran.err
    assert all("FROM many-" in online.read(f"{n:03}/Dockerfile") for n in range(500))
    assert all(f".{n % 120}.0@sha256:" in online.read(f"{n:03}/Dockerfile") for n in range(500))
    # nothing else says which user these images set, so their configs are asked for besides
    by_digest = [seen for seen in counting.seen[:asked] if "/manifests/sha256:" in seen.path]
    configs = [seen for seen in counting.seen[:asked] if "/blobs/" in seen.path]
    assert (len(by_digest), len(configs)) == (120, 120)
    assert 120 <= asked - 240 <= 240
    assert (again.code, len(counting.seen)) == (0, asked)


@pytest.mark.engine
@pytest.mark.parametrize("indexed", [True, False], ids=["index", "one-platform"])
def test_the_user_of_an_unrecorded_base_is_asked_for(
    online: Online, push: Pusher, indexed: bool
) -> None:
    name = f"{push.host}/{push.repository}"
    config = {"User": "10001", "Cmd": ["serve"]}
    if indexed:
        push.index("1.2.3", platforms=("linux/arm64", "linux/amd64"), config=config)
    else:
        push.image("1.2.3", config=config)
    online.write(f"FROM {name}:1.2.3\nRUN true\n")

    offline = online.harden("--offline")
    asked = online.harden("--write")
    again = online.harden("--check")

    assert "may run as root: which user" in offline.err
    assert "run-as-nonroot" not in asked.err
    assert "@sha256:" in online.read()
    assert (again.code, "run-as-nonroot" in again.err) == (0, False)


@pytest.mark.engine
def test_a_config_that_cannot_be_had_costs_one_line(online: Online, registry: str) -> None:
    digest = Pusher(registry, "tests/no-blobs").index("1.2.3")
    with Server(lambda seen: Answer(500) if "/blobs/" in seen.path else None, behind=registry) as s:
        name = f"{s.host}/tests/no-blobs:1.2.3"
        online.write(f"FROM {name}\nRUN true\n", "a/Dockerfile")
        online.write(f"FROM {name}\nRUN true\n", "b/Dockerfile")
        ran = online.harden("--write")

    assert online.read("a/Dockerfile").startswith(f"FROM {name}@{digest}\n")
    warnings = [line for line in ran.err.split("\n") if line.startswith("warning: ")]
    assert len(warnings) == 1
    assert "answers with status 500, so it isn't known which user is set by" in warnings[0]
    assert ran.err.count("may run as root: which user") == 2


@pytest.mark.engine
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM {}\nUSER 1000\n", id="user-is-set"),
        pytest.param("FROM {}\n# harden: ignore[run-as-nonroot] ours\nCMD a\n", id="ignored"),
        pytest.param("FROM {} AS a\nFROM scratch\nCOPY --from=a /a /a\n", id="no-final-base"),
    ],
)
def test_no_config_is_asked_for_that_does_not_matter(
    online: Online, registry: str, text: str
) -> None:
    Pusher(registry, "tests/no-config").index("1.2.3")
    with Server(behind=registry) as server:
        online.write(text.format(f"{server.host}/tests/no-config:1.2.3"))
        online.harden()

    assert [seen.path for seen in server.seen] == ["/v2/tests/no-config/manifests/1.2.3"]


@pytest.mark.engine
def test_an_image_asked_for_its_user_alone_is_in_no_policy(online: Online, push: Pusher) -> None:
    index = push.index("1.2.3")
    name = f"{push.host}/{push.repository}:1.2.3"
    online.write(f"# harden: ignore[pin-base-image] it is to move\nFROM {name}\n", "a/Dockerfile")
    online.write(f"FROM {name}\n", "b/Dockerfile")

    online.harden("a", "--source-policy", "a.json")
    online.harden("b", "--source-policy", "b.json")

    assert json.loads(online.read("a.json")) == {"rules": []}
    assert index in online.read("b.json")


@pytest.mark.engine
def test_an_image_built_in_the_repository_is_not_asked_for(online: Online, registry: str) -> None:
    Pusher(registry, "library/mybase").index("latest")
    with Server(behind=registry) as server:
        online.write(mirror(server.host), "harden.toml")
        online.write('FROM mybase\nCMD ["a"]\n', "app/Dockerfile")
        online.write("FROM scratch\nCOPY a /a\n", "base/Dockerfile")
        online.write(
            "services:\n  app:\n    build: app\n  base:\n    build: base\n    image: mybase\n",
            "compose.yaml",
        )
        ran = online.harden("--write")

    assert online.read("app/Dockerfile") == 'FROM mybase\nCMD ["a"]\n'
    assert server.seen == []
    assert "pin-base-image" not in ran.err


@pytest.fixture
def silent() -> Iterator[str]:
    """A host that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def answering(answer: Answer) -> Server:
    return Server(lambda seen: answer)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(Answer(500), "answers with status 500", id="server-error"),
        pytest.param(Answer(200, {}, b"<html>hello</html>"), "registry's answer", id="nonsense"),
        pytest.param(Answer(hang_up=True), "connection breaks off", id="hangs-up"),
        pytest.param(
            Answer(429, {"Retry-After": "3600"}), "limits the number of requests", id="limited"
        ),
    ],
)
def test_a_bad_registry_costs_one_line_and_no_more(
    online: Online, answer: Answer, words: str
) -> None:
    with answering(answer) as server:
        online.write("FROM python AS a\nFROM debian:latest AS b\nFROM node:18.20.1\n")
        online.write(mirror(server.host), "harden.toml")
        ran = online.harden()

    warnings = [line for line in ran.err.split("\n") if line.startswith("warning: ")]
    assert len(warnings) == 1, ran.err
    assert words in warnings[0]
    assert "python:latest, debian:latest, node:18.20.1" in warnings[0]
    assert ran.code == 1
    assert "+FROM python:3." in ran.out
    assert "sha256" not in ran.out


def test_a_registry_that_refuses_connections_costs_one_line(online: Online) -> None:
    online.write("FROM python\n", "a/Dockerfile")
    online.write("FROM debian\n", "b/Dockerfile")
    online.write(mirror(f"127.0.0.1:{free_port()}"), "harden.toml")

    ran = online.harden("--write")

    assert ran.code == 0
    assert ran.err.count("refuses connections") == 1
    assert "--offline doesn't ask" in ran.err
    assert online.read("a/Dockerfile").startswith("FROM python:3.")
    assert "warning" not in online.harden("--check", "--quiet").err


@pytest.fixture
def unreachable() -> Iterator[str]:
    """A port whose queue of connections is full, so that another gets no answer at all."""
    with contextlib.ExitStack() as open_sockets:
        listener = open_sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = open_sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


def test_a_host_that_drops_packets_is_waited_for_once(online: Online, unreachable: str) -> None:
    online.write("".join(f"FROM image-{number}:1.2.3\n" for number in range(40)))
    online.write(mirror(unreachable), "harden.toml")

    ran = online.harden()

    assert ran.code == 0
    assert ran.err.count("accepts no connection within 3 s") == 1, ran.err


@pytest.mark.parametrize("way", ["option", "variable", "setting"])
def test_offline_asks_nobody(online: Online, way: str) -> None:
    with Server() as server:
        online.write("FROM python\n")
        setting = "offline = true\n" if way == "setting" else ""
        online.write(setting + mirror(server.host), "harden.toml")
        options = ["--offline"] if way == "option" else []
        variables = {"HARDEN_OFFLINE": "1"} if way == "variable" else {}
        ran = online.harden(*options, **variables)
        piped = online.harden("-", *options, stdin="FROM python\n", **variables)

    assert server.seen == []
    assert ran.code == 1
    assert "+FROM python:3." in ran.out
    assert piped.out.startswith("FROM python:3.")


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_verify_asks_for_the_same_images(online: Online, tmp_path: Path, offline: bool) -> None:
    with Server(lambda seen: Answer(404)) as server:
        online.write("FROM python\n")
        online.write(mirror(server.host), "harden.toml")
        # no engine is there: what is to be verified is settled before one is looked for
        ran = online.harden("verify", *(["--offline"] if offline else []), PATH=str(tmp_path))

    assert ran.code == 2
    assert "no container engine can be used here" in ran.err
    asked = [seen.path for seen in server.seen]
    assert asked == ([] if offline else ["/v2/library/python/manifests/latest"])


def test_nothing_is_asked_where_nothing_is_to_be_pinned(online: Online) -> None:
    digest = f"sha256:{'a' * 64}"
    texts = {
        "pinned": f"FROM python:3.14.1@{digest} AS a\nFROM a\nCOPY --from=a /x /y\n",
        "scratch": "FROM scratch\n",
        "ignored": "# harden: ignore[pin-base-image] on purpose\nFROM python\n",
        "ignored-file": "# harden: ignore-file\nFROM python\n",
        "caller": "ARG BASE\nFROM ${BASE}\n",
    }
    with Server() as server:
        for name, text in texts.items():
            online.write(text, f"{name}/Dockerfile")
        online.write(mirror(server.host), "harden.toml")
        assert online.harden().code == 0
        online.write("FROM python\n", "skipped/Dockerfile")
        online.harden("--skip", "pin-base-image")
        online.write('pin = "tag"\n' + mirror(server.host), "harden.toml")
        online.write("FROM python:3.14.1\n", "skipped/Dockerfile")
        online.harden()

    assert server.seen == []


def test_an_image_that_is_not_there_is_told_at_its_line(online: Online) -> None:
    def say(seen: Seen) -> Answer | None:
        return Answer(404) if "/manifests/" in seen.path else None

    with Server(say) as server:
        online.write("FROM scratch\nCOPY --from=nothing:1.2.3 /a /b\n")
        online.write(mirror(server.host), "harden.toml")
        ran = online.harden()

    assert ran.code == 0
    assert "advice: Dockerfile:2: pin-base-image: nothing:1.2.3: " in ran.err
    assert "warning" not in ran.err


@pytest.mark.engine  # needs none, but takes as long as it says
def test_a_registry_that_never_answers_is_given_up(online: Online, silent: str) -> None:
    online.write("".join(f"FROM image-{number}:1.2.3\n" for number in range(40)))
    online.write(mirror(silent), "harden.toml")

    ran = online.harden()

    assert ran.code == 0
    assert ran.err.count("does not answer within") == 1, ran.err
    assert "and 37 more" in ran.err


def test_a_secret_in_a_mirrors_address_is_refused_without_being_shown(online: Online) -> None:
    online.write("FROM python\n")
    online.write(mirror("someone:hunter-77@mirror.test"), "harden.toml")

    ran = online.harden()

    assert ran.code == 2
    assert "hunter-77" not in ran.err
