"""Registries that ask who is there: Basic, tokens, and where the credential comes from."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hardener.images.registry import Kind, RegistryProblem, RegistrySettings, Resolved
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import PASSWORD, USER, Answer, Seen, Server, TokenServer

pytestmark = pytest.mark.engine

Answered = Resolved | RegistryProblem


def basic(user: str = USER, password: str = PASSWORD) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def docker_config(tmp_path: Path) -> Callable[[object], Path]:
    """Writes the config.json of Docker in the tests' home; answers its path."""

    def write(document: object) -> Path:
        folder = tmp_path / "home" / ".docker"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "config.json"
        path.write_text(json.dumps(document))
        return path

    return write


def one(answers: dict[str, Answered]) -> Answered:
    (answer,) = answers.values()
    return answer


@pytest.fixture
def ask_private(
    private_registry: str, authority_file: Path, push: Pusher, settings: MakeSettings
) -> Callable[..., Answered]:
    """Asks the registry with TLS and htpasswd for an image; keywords change the settings."""
    push.image("1")

    def ask(**changes: object) -> Answered:
        table = RegistrySettings(ca=authority_file)
        chosen = settings(registries={private_registry: table}, **changes)
        with RegistryClient(chosen) as client:
            return one(client.resolve([f"{private_registry}/{push.repository}:1"]))

    return ask


def test_basic_from_dockers_config(
    private_registry: str,
    ask_private: Callable[..., Answered],
    docker_config: Callable[[object], Path],
) -> None:
    docker_config({"auths": {private_registry: {"auth": basic()}}})

    assert isinstance(ask_private(), Resolved)


def test_no_credential_names_the_way_to_log_in(
    private_registry: str, ask_private: Callable[..., Answered]
) -> None:
    answer = ask_private()

    assert isinstance(answer, RegistryProblem)
    assert answer.kind is Kind.REFUSED
    assert f"docker login {private_registry}" in str(answer)


def test_a_wrong_password_is_said_to_be_one(
    private_registry: str,
    ask_private: Callable[..., Answered],
    docker_config: Callable[[object], Path],
) -> None:
    docker_config({"auths": {private_registry: {"auth": basic(password="wrong-password-9")}}})

    answer = ask_private()

    assert isinstance(answer, RegistryProblem)
    assert answer.kind is Kind.REFUSED
    assert "refused" in str(answer)
    assert "wrong-password-9" not in str(answer)


@pytest.mark.parametrize(
    ("variable", "file"),
    [
        pytest.param("DOCKER_CONFIG", "config.json", id="docker-config"),
        pytest.param("REGISTRY_AUTH_FILE", None, id="registry-auth-file"),
        pytest.param("XDG_RUNTIME_DIR", "containers/auth.json", id="podman-runtime-directory"),
        pytest.param("XDG_CONFIG_HOME", "containers/auth.json", id="podman-config-home"),
        pytest.param("DOCKER_AUTH_CONFIG", "", id="whole-config-in-a-variable"),
    ],
)
def test_every_place_where_docker_and_podman_keep_credentials(
    private_registry: str,
    ask_private: Callable[..., Answered],
    tmp_path: Path,
    variable: str,
    file: str | None,
) -> None:
    text = json.dumps({"auths": {private_registry: {"auth": basic()}}})
    place = tmp_path / "elsewhere"
    path = place if file is None else place / file
    value = str(place)
    if file == "":
        value = text
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    answer = ask_private(environment={"HOME": str(tmp_path / "home"), variable: value})

    assert isinstance(answer, Resolved), answer


def helper(folder: Path, name: str, script: str) -> str:
    """Put a credential helper on a PATH of its own; answers that PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


ANSWERING = """read server
echo "$1 $server" >> "$0.log"
printf '{{"ServerURL":"%s","Username":"{user}","Secret":"{secret}"}}' "$server"
"""


@pytest.mark.parametrize("key", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked_once_for_all_images(
    private_registry: str,
    authority_file: Path,
    push: Pusher,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
    tmp_path: Path,
    key: str,
) -> None:
    push.image("1", "2", "3")
    docker_config({key: {private_registry: "tests"} if key == "credHelpers" else "tests"})
    path = helper(tmp_path / "bin", "tests", ANSWERING.format(user=USER, secret=PASSWORD))
    chosen = settings(
        registries={private_registry: RegistrySettings(ca=authority_file)},
        environment={"HOME": str(tmp_path / "home"), "PATH": path},
    )
    with RegistryClient(chosen) as client:
        name = f"{private_registry}/{push.repository}"
        answers = client.resolve([f"{name}:{tag}" for tag in (1, 2, 3)])

    assert [type(answer) for answer in answers.values()] == [Resolved] * 3
    log = tmp_path / "bin" / "docker-credential-tests.log"
    assert log.read_text() == f"get {private_registry}\n"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("echo secret-in-output; exit 1", "gave no credential", id="fails"),
        pytest.param("echo secret-in-output", "that is no credential", id="talks-nonsense"),
        pytest.param("exec sleep 30", "did not answer within", id="hangs"),
        pytest.param(None, "can't be started", id="is-missing"),
    ],
)
def test_a_helper_that_is_no_help_is_named(
    private_registry: str,
    ask_private: Callable[..., Answered],
    docker_config: Callable[[object], Path],
    tmp_path: Path,
    script: str | None,
    words: str,
) -> None:
    docker_config({"credHelpers": {private_registry: "tests"}})
    path = "/usr/bin:/bin"
    if script is not None:
        path = helper(tmp_path / "bin", "tests", script)

    environment = {"HOME": str(tmp_path / "home"), "PATH": path}
    answer = ask_private(environment=environment, read_timeout=1.0)

    assert isinstance(answer, RegistryProblem)
    assert "docker-credential-tests" in str(answer)
    assert words in str(answer)
    assert "secret-in-output" not in str(answer)


def test_a_public_image_needs_no_working_helper(
    push: Pusher,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
) -> None:
    push.image("1")
    docker_config({"credsStore": "missing"})
    with RegistryClient(settings()) as client:
        answer = one(client.resolve([f"{push.host}/{push.repository}:1"]))

    assert isinstance(answer, Resolved)


def test_an_anonymous_token_is_got_for_what_is_public(
    token_registry: str, tokens: TokenServer, push: Pusher, settings: MakeSettings
) -> None:
    push.image("1")
    with RegistryClient(settings()) as client:
        answer = one(client.resolve([f"{token_registry}/{push.repository}:1"]))

    assert isinstance(answer, Resolved)
    assert [seen.authorization for seen in tokens.seen] == [None]


@pytest.fixture
def private_image(registry: str) -> str:
    """A repository for which the token server wants a password."""
    pusher = Pusher(registry, "private/app")
    pusher.image("1", "2")
    return pusher.repository


@pytest.mark.parametrize(
    ("entry", "method"),
    [
        pytest.param({"auth": basic()}, "GET", id="password"),
        pytest.param({"username": USER, "password": PASSWORD}, "GET", id="password-in-the-clear"),
        pytest.param({"identitytoken": TokenServer.IDENTITY_TOKEN}, "POST", id="identity-token"),
        pytest.param(
            {"auth": basic(password=""), "identitytoken": TokenServer.IDENTITY_TOKEN},
            "POST",
            id="identity-token-beside-a-user",
        ),
    ],
)
def test_a_credential_is_traded_for_a_token(
    token_registry: str,
    tokens: TokenServer,
    private_image: str,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
    entry: dict[str, str],
    method: str,
) -> None:
    docker_config({"auths": {token_registry: entry}})
    with RegistryClient(settings()) as client:
        answer = one(client.resolve([f"{token_registry}/{private_image}:1"]))

    assert isinstance(answer, Resolved), answer
    assert [seen.method for seen in tokens.seen] == [method]


def test_a_helper_can_hold_an_identity_token(
    token_registry: str,
    tokens: TokenServer,
    private_image: str,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
    tmp_path: Path,
) -> None:
    docker_config({"credHelpers": {token_registry: "tests"}})
    script = ANSWERING.format(user="<token>", secret=TokenServer.IDENTITY_TOKEN)
    path = helper(tmp_path / "bin", "tests", script)
    chosen = settings(environment={"HOME": str(tmp_path / "home"), "PATH": path})
    with RegistryClient(chosen) as client:
        answer = one(client.resolve([f"{token_registry}/{private_image}:1"]))

    assert isinstance(answer, Resolved), answer


def test_the_token_server_refusing_the_password_is_told_from_no_password(
    token_registry: str,
    private_image: str,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
) -> None:
    with RegistryClient(settings()) as client:
        anonymous = one(client.resolve([f"{token_registry}/{private_image}:1"]))
    docker_config({"auths": {token_registry: {"auth": basic(password="wrong-password-9")}}})
    with RegistryClient(settings()) as client:
        wrong = one(client.resolve([f"{token_registry}/{private_image}:1"]))

    assert isinstance(anonymous, RegistryProblem)
    assert isinstance(wrong, RegistryProblem)
    assert anonymous.kind is wrong.kind is Kind.REFUSED
    assert "wants a login" in str(anonymous)
    assert "the credential kept for it was refused" in str(wrong)
    assert "wrong-password-9" not in str(wrong)


def test_one_token_serves_all_tags_of_a_repository(
    token_registry: str, tokens: TokenServer, push: Pusher, settings: MakeSettings
) -> None:
    push.image(*(str(tag) for tag in range(10)))
    with RegistryClient(settings()) as client:
        name = f"{token_registry}/{push.repository}"
        answers = client.resolve([f"{name}:{tag}" for tag in range(10)])

    assert all(isinstance(answer, Resolved) for answer in answers.values())
    assert len(tokens.seen) == 1


def test_after_the_first_question_tokens_are_got_unasked(
    tokens: TokenServer, token_registry: str, registry: str, settings: MakeSettings
) -> None:
    for number in range(5):
        Pusher(registry, f"tests/unasked-{number}").image("1")
    with Server(behind=token_registry) as front, RegistryClient(settings()) as client:
        for number in range(5):
            answer = one(client.resolve([f"{front.host}/tests/unasked-{number}:1"]))
            assert isinstance(answer, Resolved)

        assert front.count("/manifests/") == 5 + 1
        assert len(tokens.seen) == 5


def test_an_ended_token_is_replaced_once(
    token_registry: str, tokens: TokenServer, push: Pusher, settings: MakeSettings
) -> None:
    push.image("1", "2")
    name = f"{token_registry}/{push.repository}"
    with Server(behind=token_registry) as front, RegistryClient(settings()) as client:
        name = f"{front.host}/{push.repository}"
        assert isinstance(one(client.resolve([f"{name}:1"])), Resolved)
        shown = front.seen[-1].authorization
        # the registry no longer takes what it took before
        front.say = lambda seen: (
            Answer(401, {"WWW-Authenticate": _challenge(tokens)})
            if seen.authorization == shown
            else None
        )
        tokens.lifetime = 200
        assert isinstance(one(client.resolve([f"{name}:2"])), Resolved)

    assert len(tokens.seen) == 2


def _challenge(tokens: TokenServer) -> str:
    options = tokens.registry_options()
    return f'Bearer realm="{options["realm"]}",service="{options["service"]}"'


def test_tokens_that_have_always_ended_are_not_fetched_for_ever(
    token_registry: str, tokens: TokenServer, push: Pusher, settings: MakeSettings
) -> None:
    push.image("1")
    tokens.lifetime = -10
    with RegistryClient(settings()) as client:
        answer = one(client.resolve([f"{token_registry}/{push.repository}:1"]))

    assert isinstance(answer, RegistryProblem)
    assert answer.kind is Kind.REFUSED
    assert len(tokens.seen) == 1


def test_podmans_credential_for_a_namespace_is_shown_there_only(
    settings: MakeSettings, tmp_path: Path
) -> None:
    def say(seen: Seen) -> Answer:
        return Answer(401, {"WWW-Authenticate": 'Basic realm="tests"'})

    with Server(say) as server:
        file = tmp_path / "auth.json"
        file.write_text(
            json.dumps(
                {
                    "auths": {
                        f"{server.host}/team": {"auth": basic("team")},
                        f"{server.host}/team/app": {"auth": basic("app")},
                    }
                }
            )
        )
        environment = {"HOME": str(tmp_path), "REGISTRY_AUTH_FILE": str(file)}
        with RegistryClient(settings(environment=environment)) as client:
            for name in ("team/app", "team/web", "other/app"):
                client.resolve([f"{server.host}/{name}:1"])

        shown = {seen.path.split("/manifests")[0]: seen.authorization for seen in server.seen}
        assert shown == {
            "/v2/team/app": f"Basic {basic('app')}",
            "/v2/team/web": f"Basic {basic('team')}",
            "/v2/other/app": None,
        }


@pytest.mark.parametrize(
    "challenge",
    [
        pytest.param('Bearer realm="http://127.0.0.1:9/t"', id="token-server-in-the-clear"),
        pytest.param('Bearer realm="ftp://example.com/t"', id="token-server-of-another-protocol"),
        pytest.param('Bearer realm="https://a:b@127.0.0.1:9/t"', id="token-server-with-a-user"),
        pytest.param('Bearer realm="https://[bad/t"', id="token-server-that-is-no-address"),
        pytest.param("Bearer", id="no-token-server"),
    ],
)
def test_a_credential_is_sent_to_no_doubtful_token_server(
    authority_file: Path,
    settings: MakeSettings,
    docker_config: Callable[[object], Path],
    request: pytest.FixtureRequest,
    challenge: str,
) -> None:
    certificate = request.getfixturevalue("authority").issue_cert("127.0.0.1")

    def say(seen: Seen) -> Answer:
        return Answer(401, {"WWW-Authenticate": challenge})

    with Server(say, certificate=certificate) as server:
        docker_config({"auths": {server.host: {"auth": basic()}}})
        chosen = settings(registries={server.host: RegistrySettings(ca=authority_file)})
        with RegistryClient(chosen) as client:
            answer = one(client.resolve([f"{server.host}/app:1"]))

            assert isinstance(answer, RegistryProblem)
            assert "token server" in str(answer)
            assert client.requests == len(server.seen) == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"token": 7}', id="a-number"),
        pytest.param(b'{"token": "a\\r\\nX-Injected: 1"}', id="a-line-break"),
        pytest.param(b"[" * 100_000, id="endless-nesting"),
    ],
)
def test_a_token_that_is_none_is_not_used(settings: MakeSettings, body: bytes) -> None:
    with Server(lambda seen: Answer(body=body)) as token_server:
        challenge = f'Bearer realm="http://{token_server.host}/token"'
        with (
            Server(lambda seen: Answer(401, {"WWW-Authenticate": challenge})) as server,
            RegistryClient(settings()) as client,
        ):
            answer = one(client.resolve([f"{server.host}/app:1"]))

            assert isinstance(answer, RegistryProblem)
            assert len(server.seen) == 1
