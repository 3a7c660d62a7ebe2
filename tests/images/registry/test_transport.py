"""Registries that are slow, broken, busy, elsewhere, or whose certificate nobody knows."""

from __future__ import annotations

import base64
import email.utils
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from hardener.images.registry import Kind, RegistryProblem, RegistrySettings, Resolved
from hardener.images.registry.client import RegistryClient
from hardener.images.registry.transport import retry_after
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import OCI_INDEX, OCI_MANIFEST, digest_of
from tests.images.registry.servers import PASSWORD, USER, Answer, Say, Seen, Server, free_port

MANIFEST = json.dumps(
    {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"digest": digest_of(b"{}"), "mediaType": "", "size": 2},
        "layers": [],
    }
).encode()
TYPE = {"Content-Type": OCI_MANIFEST}
GOOD = Answer(headers=TYPE, body=MANIFEST)


def in_turn(*answers: Answer) -> Say:
    """One answer after another; the last one from then on."""
    left = list(answers)
    return lambda seen: left.pop(0) if len(left) > 1 else left[0]


def ask(client: RegistryClient, reference: str) -> Resolved | RegistryProblem:
    return client.resolve([reference])[reference]


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param(Answer(429, {"Retry-After": "0"}), id="429-with-retry-after"),
        pytest.param(Answer(429), id="429-without-retry-after"),
        pytest.param(Answer(429, {"Retry-After": "soon"}), id="429-with-nonsense"),
        pytest.param(Answer(500), id="500"),
        pytest.param(Answer(502), id="502"),
        pytest.param(Answer(503, {"Retry-After": "0"}), id="503"),
        pytest.param(Answer(504), id="504"),
        pytest.param(Answer(hang_up=True), id="hangs-up"),
        pytest.param(Answer(headers=TYPE, body=MANIFEST[:50], length=400), id="breaks-off"),
    ],
)
def test_what_passes_is_tried_again(settings: MakeSettings, passing: Answer) -> None:
    with Server(in_turn(passing, GOOD)) as server, RegistryClient(settings()) as client:
        answer = ask(client, f"{server.host}/app:1")

        assert isinstance(answer, Resolved), answer
        assert answer.digest == digest_of(MANIFEST)
        assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "words", "times"),
    [
        pytest.param(Answer(500), Kind.BROKEN, "status 500", 4, id="always-500"),
        pytest.param(Answer(429), Kind.LIMITED, "429", 4, id="always-429"),
        pytest.param(Answer(hang_up=True), Kind.BROKEN, "breaks off", 4, id="always-hangs-up"),
        pytest.param(Answer(418), Kind.BROKEN, "status 418", 1, id="odd-status"),
        pytest.param(Answer(204), Kind.BROKEN, "status 204", 1, id="no-content"),
        pytest.param(Answer(403), Kind.REFUSED, "403", 1, id="forbidden"),
        pytest.param(
            Answer(403, body=b'{"errors": [{"code": "DENIED", "message": "no"}]}'),
            Kind.REFUSED,
            "DENIED",
            1,
            id="error-code-is-repeated",
        ),
        pytest.param(
            Answer(403, body=b'{"errors": [{"code": "\\u001b[31m", "message": "no"}]}'),
            Kind.REFUSED,
            "(403)",
            1,
            id="odd-error-code-is-not",
        ),
        pytest.param(
            Answer(body=b"<html>hello</html>"), Kind.BROKEN, "not a JSON object", 1, id="html"
        ),
        pytest.param(Answer(body=b"[]"), Kind.BROKEN, "not a JSON object", 1, id="list"),
        pytest.param(Answer(body=b"{}"), Kind.BROKEN, "neither an index nor", 1, id="empty-object"),
        pytest.param(Answer(body=b""), Kind.BROKEN, "not a JSON object", 1, id="empty"),
        pytest.param(
            Answer(body=b"[" * 99_999), Kind.BROKEN, "not a JSON", 1, id="endless-nesting"
        ),
        pytest.param(
            Answer(headers=TYPE | {"Docker-Content-Digest": digest_of(b"other")}, body=MANIFEST),
            Kind.BROKEN,
            "the digest it names",
            1,
            id="digest-of-something-else",
        ),
        pytest.param(
            Answer(headers=TYPE | {"Docker-Content-Digest": "nonsense"}, body=MANIFEST),
            Kind.BROKEN,
            "the digest it names",
            1,
            id="digest-that-is-none",
        ),
        pytest.param(
            Answer(headers=TYPE | {"Content-Encoding": "gzip"}, body=MANIFEST),
            Kind.BROKEN,
            "packed",
            1,
            id="packed-unasked",
        ),
        pytest.param(
            Answer(headers=TYPE, body=b" " * (5 << 20)), Kind.BROKEN, "more than", 1, id="too-large"
        ),
        pytest.param(
            Answer(
                headers={"Content-Type": "application/vnd.docker.distribution.manifest.v1+json"},
                body=b'{"schemaVersion": 1}',
            ),
            Kind.UNSUPPORTED,
            "schema 1",
            1,
            id="schema-1",
        ),
        pytest.param(
            Answer(
                headers=TYPE,
                body=json.dumps({"schemaVersion": 2, "mediaType": OCI_MANIFEST}).encode(),
            ),
            Kind.BROKEN,
            "names no config",
            1,
            id="manifest-without-config",
        ),
        pytest.param(
            Answer(
                headers={"Content-Type": OCI_INDEX}, body=b'{"schemaVersion": 2, "manifests": 7}'
            ),
            None,
            "",
            1,
            id="index-of-nothing",
        ),
    ],
)
def test_what_stays_wrong_is_said_in_one_line(
    settings: MakeSettings, answer: Answer, kind: Kind | None, words: str, times: int
) -> None:
    with Server(lambda seen: answer) as server, RegistryClient(settings()) as client:
        found = ask(client, f"{server.host}/app:1")

        assert len(server.seen) == times
        if kind is None:
            assert isinstance(found, Resolved)
            assert found.platforms == ()
            return
        assert isinstance(found, RegistryProblem)
        assert (found.kind, "\n" in str(found), "\x1b" in str(found)) == (kind, False, False)
        assert words in str(found)


def test_a_manifest_must_have_the_digest_asked_for(settings: MakeSettings) -> None:
    other = digest_of(b"other")
    with Server(lambda seen: GOOD) as server, RegistryClient(settings()) as client:
        found = ask(client, f"{server.host}/app@{other}")

    assert isinstance(found, RegistryProblem)
    assert "the digest asked for" in str(found)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        pytest.param("17", 17.0, id="seconds"),
        pytest.param(" 0 ", 0.0, id="at-once"),
        pytest.param("9" * 400, 1e9, id="for-ever"),
        pytest.param(email.utils.formatdate(1_000_060, usegmt=True), 60.0, id="date"),
        pytest.param(email.utils.formatdate(999_000, usegmt=True), 0.0, id="date-gone-by"),
        pytest.param("", None, id="absent"),
        pytest.param("-5", None, id="negative"),
        pytest.param("tomorrow", None, id="nonsense"),
        pytest.param("Mon, 99 Foo 2026 99:99:99 GMT", None, id="no-date"),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, 1_000_000.0) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_read_without_complaint(value: str) -> None:
    seconds = retry_after(value, 0.0)

    assert seconds is None or 0 <= seconds <= 1e9


def test_the_wait_that_a_date_asks_for_is_kept(settings: MakeSettings) -> None:
    times: list[float] = []

    def say(seen: Seen) -> Answer:
        times.append(time.time())
        # a date has no fractions: two seconds from now are at least one
        later = email.utils.formatdate(times[0] + 2, usegmt=True)
        return Answer(429, {"Retry-After": later}) if len(times) == 1 else GOOD

    with Server(say) as server, RegistryClient(settings()) as client:
        assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)

    assert times[1] - times[0] >= 0.9


def test_a_registry_that_asks_for_an_hour_is_given_up_for_all_its_images(
    settings: MakeSettings,
) -> None:
    limited = Answer(429, {"Retry-After": "3600"})
    chosen = settings(connections=1)
    with Server(lambda seen: limited) as server, RegistryClient(chosen) as client:
        answers = client.resolve([f"{server.host}/app:{tag}" for tag in range(20)])

        assert {type(answer) for answer in answers.values()} == {RegistryProblem}
        assert all("3600 s" in str(answer) for answer in answers.values())
        assert len(server.seen) == 1


@pytest.mark.parametrize("connections", [1, 8])
def test_a_registry_that_cannot_be_reached_is_not_tried_for_every_image(
    settings: MakeSettings, connections: int
) -> None:
    host = f"127.0.0.1:{free_port()}"
    with RegistryClient(settings(connections=connections)) as client:
        answers = client.resolve([f"{host}/app:{tag}" for tag in range(50)])

        problems = [answer for answer in answers.values() if isinstance(answer, RegistryProblem)]
        assert [problem.kind for problem in problems] == [Kind.UNREACHABLE] * 50
        assert client.requests <= 4 * connections


def dripping(seen: Seen) -> Answer:
    return Answer(headers=TYPE, pieces=[MANIFEST[:20]] * 100, pause=0.2)


def silent(seen: Seen) -> Answer:
    time.sleep(20)
    return GOOD


@pytest.mark.parametrize("say", [dripping, silent], ids=["drips", "says-nothing"])
def test_a_slow_registry_is_not_waited_for(settings: MakeSettings, say: Say) -> None:
    chosen = settings(connect_timeout=0.5, read_timeout=0.5, overall_timeout=30)
    with Server(say) as server, RegistryClient(chosen) as client:
        started = time.monotonic()
        found = ask(client, f"{server.host}/app:1")

        assert isinstance(found, RegistryProblem)
        assert found.kind is Kind.SLOW
        assert len(server.seen) == 2
        assert time.monotonic() - started < 10


def test_a_registry_that_never_answers_is_not_waited_for_by_every_image(
    settings: MakeSettings,
) -> None:
    chosen = settings(connect_timeout=0.5, read_timeout=0.5, connections=4)
    with Server(silent) as server, RegistryClient(chosen) as client:
        answers = client.resolve([f"{server.host}/app:{tag}" for tag in range(40)])

        assert len(answers) == 40
        for answer in answers.values():
            assert isinstance(answer, RegistryProblem)
            assert answer.kind is Kind.SLOW
        assert client.requests <= 2 * 4


def test_nothing_lasts_longer_than_the_overall_timeout(settings: MakeSettings) -> None:
    with socket.socket() as deaf, Server(silent) as server, Server(lambda seen: GOOD) as good:
        # nobody accepts: connections are made by the kernel and never answered
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        hosts = [f"127.0.0.1:{deaf.getsockname()[1]}", server.host]
        chosen = settings(overall_timeout=1.0, read_timeout=30.0, connect_timeout=30.0)
        started = time.monotonic()
        with RegistryClient(chosen) as client:
            slow = [f"{host}/app:{tag}" for host in hosts for tag in range(3)]
            answers = client.resolve([*slow, f"{good.host}/app:1"])

        assert time.monotonic() - started < 8
        assert isinstance(answers.pop(f"{good.host}/app:1"), Resolved)
        for answer in answers.values():
            assert isinstance(answer, RegistryProblem)
            assert (answer.kind, "within 1 s" in str(answer)) == (Kind.SLOW, True)


DEAF_NAME_SERVER = """
import socket, sys, time
import hardener.images.registry.eventloop as eventloop
from hardener.images.registry import Settings
from hardener.images.registry.client import RegistryClient
# a name server that drops every question, as the system's resolver sees it
socket.getaddrinfo = lambda *_: time.sleep(60)
with RegistryClient(Settings(overall_timeout=1.0, environment={})) as client:
    print(*client.resolve(["registry.example/app:1"]).values())
"""


def test_a_name_server_that_drops_questions_holds_nothing_up() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", DEAF_NAME_SERVER],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )

    assert "no answer within 1 s" in done.stdout
    assert time.monotonic() - started < 30


def test_no_more_connections_than_allowed(settings: MakeSettings) -> None:
    under_way, most = [0], [0]

    def say(seen: Seen) -> Answer:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.02)
        under_way[0] -= 1
        return GOOD

    with Server(say) as server, RegistryClient(settings(connections=3)) as client:
        client.resolve([f"{server.host}/app:{tag}" for tag in range(30)])

    assert len(server.seen) == 30
    assert most[0] == 3


@pytest.fixture
def logged_in(tmp_path: Path) -> Callable[..., None]:
    """Puts a credential for a registry into the tests' Docker config."""

    def write(*hosts: str) -> None:
        folder = tmp_path / "home" / ".docker"
        folder.mkdir(parents=True, exist_ok=True)
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        auths = {host: {"auth": pair} for host in hosts}
        (folder / "config.json").write_text(json.dumps({"auths": auths}))

    return write


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_host_carries_no_credential(
    settings: MakeSettings, logged_in: Callable[..., None], status: int
) -> None:
    with Server(lambda seen: GOOD) as other:

        def say(seen: Seen) -> Answer:
            if seen.authorization is None:
                return Answer(401, {"WWW-Authenticate": 'Basic realm="tests"'})
            return Answer(status, {"Location": f"http://{other.host}/elsewhere?signature=s3cr3t"})

        with Server(say) as server, RegistryClient(settings()) as client:
            # even where a credential for the other host exists, it was not asked for
            logged_in(server.host, other.host)
            answer = ask(client, f"{server.host}/app:1")

            assert isinstance(answer, Resolved), answer
            assert server.seen[-1].authorization is not None
            assert [seen.authorization for seen in other.seen] == [None]


def test_a_redirect_on_the_same_host_keeps_the_credential(
    settings: MakeSettings, logged_in: Callable[..., None]
) -> None:
    def say(seen: Seen) -> Answer:
        if seen.authorization is None:
            return Answer(401, {"WWW-Authenticate": 'Basic realm="tests"'})
        return GOOD if seen.path == "/moved" else Answer(307, {"Location": "/moved"})

    with Server(say) as server, RegistryClient(settings()) as client:
        logged_in(server.host)
        assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)


def test_a_redirect_back_from_another_host_does_not_bring_the_credential_back(
    settings: MakeSettings, logged_in: Callable[..., None]
) -> None:
    hosts: list[str] = []

    def other_says(seen: Seen) -> Answer:
        return Answer(307, {"Location": f"http://{hosts[0]}/back"})

    with Server(other_says) as other:

        def say(seen: Seen) -> Answer:
            if seen.path == "/back":
                return GOOD
            if seen.authorization is None:
                return Answer(401, {"WWW-Authenticate": 'Basic realm="tests"'})
            return Answer(307, {"Location": f"http://{other.host}/"})

        with Server(say) as server, RegistryClient(settings()) as client:
            hosts.append(server.host)
            logged_in(server.host)
            assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)
            assert server.seen[-1].path == "/back"
            assert server.seen[-1].authorization is None


def test_another_hosts_question_after_a_redirect_is_not_answered(
    settings: MakeSettings, logged_in: Callable[..., None]
) -> None:
    asking = Answer(401, {"WWW-Authenticate": 'Basic realm="give it to me"'})
    with Server(lambda seen: asking) as other:
        there = Answer(307, {"Location": f"http://{other.host}/"})
        with Server(lambda seen: there) as server, RegistryClient(settings()) as client:
            logged_in(server.host, other.host)
            answer = ask(client, f"{server.host}/app:1")

            assert isinstance(answer, RegistryProblem)
            assert answer.kind is Kind.REFUSED
            assert [seen.authorization for seen in (*server.seen, *other.seen)] == [None, None]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        pytest.param("ftp://example.com/x", "without TLS", id="another-protocol"),
        pytest.param("file:///etc/passwd", "without TLS", id="a-file"),
        pytest.param("http://[::1", "does not follow HTTP", id="no-address"),
        pytest.param("/v2/app/manifests/1", "without end", id="itself"),
        pytest.param("", "without end", id="nowhere"),
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_not_followed(
    settings: MakeSettings, location: str, words: str
) -> None:
    there = Answer(307, {"Location": location})
    with Server(lambda seen: there) as server, RegistryClient(settings()) as client:
        answer = ask(client, f"{server.host}/app:1")

        assert isinstance(answer, RegistryProblem)
        assert words in str(answer)
        assert len(server.seen) <= 6


def test_a_redirect_from_tls_to_plain_http_is_not_followed(
    authority: trustme.CA, authority_file: Path, settings: MakeSettings
) -> None:
    with Server(lambda seen: GOOD) as plain:
        there = Answer(307, {"Location": f"http://{plain.host}/"})
        with Server(lambda seen: there, certificate=authority.issue_cert("127.0.0.1")) as server:
            table = RegistrySettings(ca=authority_file)
            with RegistryClient(settings(registries={server.host: table})) as client:
                answer = ask(client, f"{server.host}/app:1")

        assert isinstance(answer, RegistryProblem)
        assert "without TLS" in str(answer)
        assert plain.seen == []


def test_a_store_that_cannot_be_reached_says_nothing_about_the_registry(
    settings: MakeSettings,
) -> None:
    store = free_port()

    def say(seen: Seen) -> Answer:
        there = {"Location": f"http://localhost:{store}/x"}
        return Answer(307, there) if seen.path.endswith("/moved") else GOOD

    with Server(say) as server, RegistryClient(settings()) as client:
        moved = ask(client, f"{server.host}/app:moved")

        assert isinstance(moved, RegistryProblem)
        assert "redirects to localhost, which refuses connections" in str(moved)
        assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)


def test_cookies_are_not_sent_back(settings: MakeSettings) -> None:
    baked = Answer(headers=TYPE | {"Set-Cookie": "session=1; Path=/"}, body=MANIFEST)
    with Server(lambda seen: baked) as server, RegistryClient(settings()) as client:
        client.resolve([f"{server.host}/app:1"])
        client.resolve([f"{server.host}/app:2"])

        assert [seen.headers.get("cookie") for seen in server.seen] == [None, None]


# -- TLS ----------------------------------------------------------------------


@pytest.fixture
def tls_server(authority: trustme.CA) -> Server:
    """A server with a certificate of the tests' own authority."""
    return Server(lambda seen: GOOD, certificate=authority.issue_cert("127.0.0.1", "localhost"))


def test_a_certificate_nobody_trusts_is_said_to_be_that(
    tls_server: Server, settings: MakeSettings
) -> None:
    with tls_server as server, RegistryClient(settings()) as client:
        answer = ask(client, f"{server.host}/app:1")

        assert isinstance(answer, RegistryProblem)
        assert answer.kind is Kind.UNREACHABLE
        assert "certificate that is not trusted" in str(answer)
        assert server.seen == []


@pytest.mark.parametrize("where", ["ca-setting", "certs.d", "SSL_CERT_FILE"])
def test_an_authority_of_ones_own_can_be_named(
    tls_server: Server,
    authority_file: Path,
    settings: MakeSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    with tls_server as server:
        chosen = settings()
        if where == "ca-setting":
            chosen = settings(registries={server.host: RegistrySettings(ca=authority_file)})
        elif where == "certs.d":
            (tmp_path / "certs.d" / server.host).mkdir(parents=True)
            (tmp_path / "certs.d" / server.host / "ca.crt").write_bytes(authority_file.read_bytes())
            chosen = settings(certificate_directories=(tmp_path / "certs.d",))
        else:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority_file))
        with RegistryClient(chosen) as client:
            assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)


def test_one_hosts_authority_is_not_trusted_for_another(
    authority: trustme.CA, authority_file: Path, settings: MakeSettings
) -> None:
    with (
        Server(lambda seen: GOOD, certificate=authority.issue_cert("127.0.0.1")) as one,
        Server(lambda seen: GOOD, certificate=authority.issue_cert("127.0.0.1")) as other,
    ):
        chosen = settings(registries={one.host: RegistrySettings(ca=authority_file)})
        with RegistryClient(chosen) as client:
            answers = client.resolve([f"{one.host}/app:1", f"{other.host}/app:1"])

        assert [type(answer) for answer in answers.values()] == [Resolved, RegistryProblem]


def test_a_certificate_for_another_name_is_not_taken(
    authority: trustme.CA, authority_file: Path, settings: MakeSettings
) -> None:
    with Server(lambda seen: GOOD, certificate=authority.issue_cert("other.example")) as server:
        table = RegistrySettings(ca=authority_file)
        with RegistryClient(settings(registries={server.host: table})) as client:
            answer = ask(client, f"{server.host}/app:1")

        assert isinstance(answer, RegistryProblem)
        assert "not trusted" in str(answer)


def test_a_clients_own_certificate_from_certs_d_is_shown(
    authority: trustme.CA, authority_file: Path, settings: MakeSettings, tmp_path: Path
) -> None:
    server = Server(lambda seen: GOOD)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server._http.socket = context.wrap_socket(
        server._http.socket, server_side=True, do_handshake_on_connect=False
    )
    with server:
        folder = tmp_path / "certs.d" / server.host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(authority_file.read_bytes())
        own = authority.issue_cert("client")
        own.cert_chain_pems[0].write_to_path(str(folder / "client.cert"))
        own.private_key_pem.write_to_path(str(folder / "client.key"))
        chosen = settings(certificate_directories=(tmp_path / "certs.d",))
        with RegistryClient(chosen) as client:
            assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)


def test_an_authority_that_is_no_certificate_names_the_file(
    tls_server: Server, settings: MakeSettings, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with tls_server as server:
        table = RegistrySettings(ca=tmp_path / "ca.pem")
        with RegistryClient(settings(registries={server.host: table})) as client:
            answer = ask(client, f"{server.host}/app:1")

    assert isinstance(answer, RegistryProblem)
    assert "ca.pem can't be read" in str(answer)


@pytest.mark.parametrize("set_so", [False, True], ids=["unasked", "when-set-so"])
def test_plain_http_to_another_machine_only_when_set_so(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, set_so: bool
) -> None:
    # a proxy stands for the network: it sees what would go out, and to whom
    with Server(lambda seen: GOOD) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        table = RegistrySettings(plain_http=set_so)
        chosen = settings(registries={"registry.test": table}, attempts=1)
        with RegistryClient(chosen) as client:
            answer = ask(client, "registry.test/app:1")

        assert isinstance(answer, Resolved) is set_so
        assert len(proxy.seen) == int(set_so)


def test_https_goes_through_the_proxy_of_the_environment(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://someone:proxy-s3cret@{proxy.host}")
        with RegistryClient(settings(attempts=1)) as client:
            answer = ask(client, "registry.test/app:1")

        assert isinstance(answer, RegistryProblem)
        assert "proxy" in str(answer)
        assert "proxy-s3cret" not in str(answer)


def test_hosts_in_no_proxy_are_reached_directly(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(lambda seen: GOOD) as server, RegistryClient(settings()) as client:
        assert isinstance(ask(client, f"{server.host}/app:1"), Resolved)


def test_docker_hub_is_asked_where_its_api_stands(
    settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connects: list[str] = []

    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with RegistryClient(settings(attempts=1, read_timeout=2.0)) as client:

            def proxy() -> None:
                connection, _ = listener.accept()
                connects.append(connection.recv(4096).decode())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                connection.close()

            threading.Thread(target=proxy, daemon=True).start()
            answer = ask(client, "python:3.14")

    assert isinstance(answer, RegistryProblem)
    assert str(answer).startswith("python:3.14: docker.io ")
    assert connects[0].startswith("CONNECT registry-1.docker.io:443 ")
