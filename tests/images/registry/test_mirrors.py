"""Mirrors: asked first; the registry itself is asked when they fail, unless it may not be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardener.images.registry import Kind, RegistryProblem, RegistrySettings, Resolved
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import PASSWORD, USER, Answer, Seen, Server, free_port

pytestmark = pytest.mark.engine

HUB = "docker.io"


@pytest.fixture
def python(registry: str) -> str:
    """The digest of an image that stands for Docker Hub's python:3.14."""
    return Pusher(registry, "library/python").index("3.14")


def test_docker_hubs_images_come_from_the_mirror(
    registry: str, python: str, settings: MakeSettings
) -> None:
    with Server(behind=registry) as mirror:
        table = RegistrySettings(mirrors=(f"http://{mirror.host}",))
        with RegistryClient(settings(registries={HUB: table})) as client:
            answers = client.resolve(["python:3.14", "docker.io/library/python:3.14"])

        for answer in answers.values():
            assert isinstance(answer, Resolved), answer
            assert (answer.digest, answer.host) == (python, mirror.host)
            assert str(answer.image) == "python:3.14"
        assert [seen.path for seen in mirror.seen] == ["/v2/library/python/manifests/3.14"]


@pytest.mark.parametrize(
    "path",
    ["hub", "/hub/", "v2/hub"],
    ids=["repository-prefix", "with-slashes", "as-containerd-writes-it"],
)
def test_a_path_in_the_mirrors_address_goes_before_the_repository(
    registry: str, settings: MakeSettings, path: str
) -> None:
    digest = Pusher(registry, "hub/library/node").image("24")
    table = RegistrySettings(mirrors=(f"http://{registry}/{path.lstrip('/')}",), mirror_only=True)
    with RegistryClient(settings(registries={HUB: table})) as client:
        answer = client.resolve(["node:24"])["node:24"]

    assert isinstance(answer, Resolved), answer
    assert answer.digest == digest


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Answer(404), id="has-it-not"),
        pytest.param(Answer(401), id="wants-a-login"),
        pytest.param(Answer(500), id="is-broken"),
        pytest.param(Answer(body=b"<html>"), id="talks-nonsense"),
        pytest.param(Answer(hang_up=True), id="hangs-up"),
    ],
)
def test_the_registry_itself_is_asked_when_the_mirror_fails(
    push: Pusher, settings: MakeSettings, bad: Answer
) -> None:
    digest = push.image("1")
    with Server(lambda seen: bad) as mirror:
        table = RegistrySettings(mirrors=(f"http://{mirror.host}",))
        with RegistryClient(settings(registries={push.host: table})) as client:
            reference = f"{push.host}/{push.repository}:1"
            answer = client.resolve([reference])[reference]

        assert isinstance(answer, Resolved), answer
        assert (answer.digest, answer.host) == (digest, push.host)
        assert 1 <= len(mirror.seen) <= 2


def test_mirrors_are_asked_in_their_order(push: Pusher, settings: MakeSettings) -> None:
    digest = push.image("1")
    with (
        Server(lambda seen: Answer(404)) as first,
        Server(behind=push.host) as second,
        Server(behind=push.host) as third,
    ):
        addresses = tuple(f"http://{mirror.host}" for mirror in (first, second, third))
        table = RegistrySettings(mirrors=addresses)
        with RegistryClient(settings(registries={"registry.test": table})) as client:
            reference = f"registry.test/{push.repository}:1"
            answer = client.resolve([reference])[reference]

        assert isinstance(answer, Resolved)
        assert (answer.digest, answer.host) == (digest, second.host)
        assert [len(mirror.seen) for mirror in (first, second, third)] == [1, 1, 0]


def test_mirror_only_never_asks_the_registry(push: Pusher, settings: MakeSettings) -> None:
    push.image("1")
    with Server(behind=push.host) as origin, Server(lambda seen: Answer(404)) as mirror:
        table = RegistrySettings(mirrors=(f"http://{mirror.host}",), mirror_only=True)
        with RegistryClient(settings(registries={origin.host: table})) as client:
            reference = f"{origin.host}/{push.repository}:1"
            answer = client.resolve([reference])[reference]

        assert isinstance(answer, RegistryProblem)
        assert answer.kind is Kind.NOT_FOUND
        assert mirror.host in str(answer)
        assert (len(mirror.seen), len(origin.seen)) == (1, 0)


def test_an_unreachable_mirror_is_given_up_not_tried_for_each_image(
    push: Pusher, settings: MakeSettings
) -> None:
    push.image(*(str(tag) for tag in range(30)))
    table = RegistrySettings(mirrors=(f"http://127.0.0.1:{free_port()}",))
    with RegistryClient(settings(registries={push.host: table}, connections=2)) as client:
        name = f"{push.host}/{push.repository}"
        answers = client.resolve([f"{name}:{tag}" for tag in range(30)])

        assert all(isinstance(answer, Resolved) for answer in answers.values())
        assert client.requests <= 30 + 2 * 2


def test_the_mirror_sees_its_own_credential_and_not_the_registrys(
    registry: str, python: str, settings: MakeSettings, tmp_path: Path
) -> None:
    def say(seen: Seen) -> Answer | None:
        if seen.authorization is None:
            return Answer(401, {"WWW-Authenticate": 'Basic realm="mirror"'})
        return None

    with Server(say, behind=registry) as mirror:
        file = tmp_path / "auth.json"
        auths = {
            "https://index.docker.io/v1/": {"username": USER, "password": "the-hubs-own"},
            mirror.host: {"username": USER, "password": PASSWORD},
        }
        file.write_text(json.dumps({"auths": auths}))
        table = RegistrySettings(mirrors=(f"http://{mirror.host}",), mirror_only=True)
        environment = {"HOME": str(tmp_path), "REGISTRY_AUTH_FILE": str(file)}
        chosen = settings(registries={HUB: table}, environment=environment)
        with RegistryClient(chosen) as client:
            answer = client.resolve(["python:3.14"])["python:3.14"]

        assert isinstance(answer, Resolved), answer
        shown = {seen.authorization for seen in mirror.seen}
        assert shown == {None, "Basic dGVzdGVyOmNvcnJlY3QtaG9yc2UtN2YzYQ=="}
