"""sample.toml and the flags mean what they say, and a mistake is one line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.verify.bench import environment_file
from hardener.verify.probe import Probe, probe_of_url
from hardener.verify.recipe import read_sample, recipe_for, secrets_of_flags, split_command
from tests.verify.conftest import REPOSITORY

SAMPLES = sorted((REPOSITORY / "samples").glob("**/sample.toml"))


def test_there_are_samples() -> None:
    assert SAMPLES


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_every_sample_is_read(path: Path) -> None:
    recipe = read_sample(path, REPOSITORY)
    assert recipe.dockerfile.is_file()
    assert recipe.context.is_dir()
    assert recipe.summary


def sample(tmp_path: Path, text: str) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "sample.toml").write_text(text)
    return tmp_path / "sample.toml"


def test_everything_a_sample_can_say(tmp_path: Path) -> None:
    path = sample(
        tmp_path,
        """
        summary = "all of it"
        [build]
        context = ".."
        dockerfile = "Dockerfile"
        target = "web"
        args = { VERSION = 3 }
        secrets = { token = "abc" }
        [run]
        command = "serve --on 'all interfaces'"
        env = { LEVEL = "1" }
        stays_up = true
        exit_code = 0
        output = "ready"
        port = 80
        ready_within = 2.5
        writes = ["/data"]
        [[probe]]
        method = "post"
        path = "/x?y=1"
        body = "é"
        headers = { A = "b" }
        status = 201
        contains = "fine"
        exact = true
        [expect]
        nonroot = true
        smaller = false
        reason = "because"
        """,
    )
    recipe = read_sample(path, tmp_path)
    assert recipe.context == tmp_path.parent
    assert recipe.arguments == {"VERSION": "3"}
    assert recipe.secrets == {"token": b"abc"}
    assert recipe.run.command == ("serve", "--on", "all interfaces")
    assert recipe.run.writes == ("/data",)
    assert recipe.probes == (
        Probe(
            80,
            "/x?y=1",
            "POST",
            "é".encode(),
            {"A": "b"},
            status=201,
            contains=("fine",),
            exact=True,
        ),
    )
    assert recipe.expect.nonroot is True
    assert recipe_for(tmp_path / "Dockerfile", tmp_path) == recipe


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("summry = 'x'", "summry: no such key"),
        ("[run]\nport = '80'", r"\[run\] port: a whole number"),
        ("[run]\nport = true", r"\[run\] port: a whole number"),
        ("[run]\nstays_up = 1", r"\[run\] stays_up: true or false"),
        ("[run]\ncommand = 'a \"b'", "can't be read"),
        ("[run]\nenv = { A = [] }", r"\[run\] env: a table of strings"),
        ("[build]\nargs = 3", r"\[build\] args: a table of strings"),
        ("[[probe]]\npath = '/'", r"\[\[probe\]\] port: needed here, or in \[run\]"),
        ("[[probe]]\nport = 1\npath = 'x'", r"\[\[probe\]\] path: begins with /"),
        ("[[probe]]\nport = 1\nstats = 3", r"\[\[probe\]\] stats: no such key"),
        ("probe = 1", "probe: a list of tables"),
        ("run = [", "can't be read"),
        ("\x00", "can't be read"),
    ],
)
def test_mistakes_in_a_sample(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(HardenError, match=message) as caught:
        read_sample(sample(tmp_path, text), tmp_path)
    assert "sample.toml" in str(caught.value) or "command" in str(caught.value)


def test_without_a_sample_the_context_is_the_one_that_has_the_sources(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "main.py").write_text("")
    (tmp_path / "docker" / "Dockerfile").write_text("FROM scratch\nCOPY main.py /\n")
    assert recipe_for(tmp_path / "docker" / "Dockerfile", tmp_path).context == tmp_path


def test_secret_flags(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00\xff")
    environment = {"TOKEN": "abc", "id": "byname"}
    flags = ["id=a,env=TOKEN", f"id=b,src={tmp_path}/file", "type=env,id=c,src=TOKEN", "id=id"]
    assert secrets_of_flags(flags, environment) == {
        "a": b"abc",
        "b": b"\x00\xff",
        "c": b"abc",
        "id": b"byname",
    }


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("token", "is written id=NAME"),
        ("id=a,env=X,src=y", "is written id=NAME"),
        ("id=a,what=y", "is written id=NAME"),
        ("id=a,env=UNSET", "--secret a: the variable UNSET isn't set"),
        ("id=a,src=/no/such/file", "--secret a: /no/such/file can't be read"),
    ],
)
def test_mistakes_in_secret_flags(flag: str, message: str) -> None:
    with pytest.raises(HardenError, match=message):
        secrets_of_flags([flag], {"TOKEN": "s3cret"})


@pytest.mark.parametrize(
    ("url", "probe"),
    [
        ("http://:8080/health", Probe(8080, "/health")),
        ("http://localhost/", Probe(80, "/")),
        ("http://127.0.0.1:1", Probe(1, "/")),
        ("https://:8443/a?b=c", Probe(8443, "/a?b=c", tls=True)),
    ],
)
def test_probe_url(url: str, probe: Probe) -> None:
    assert probe_of_url(url) == probe


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://:1/", "8080", "http://:x/", "http://:80/a b"]
)
def test_probe_url_that_means_nothing(url: str) -> None:
    with pytest.raises(HardenError, match="--probe"):
        probe_of_url(url)


def test_request_of_a_probe() -> None:
    probe = Probe(80, "/x", "POST", b"ab", {"Host": "example.com"})
    assert probe.request == (
        b"POST /x HTTP/1.1\r\nHost: example.com\r\nUser-Agent: harden-verify\r\nAccept: */*\r\n"
        b"Connection: close\r\nContent-Length: 2\r\n\r\nab"
    )


def test_environment_file_has_no_room_for_line_breaks() -> None:
    assert environment_file({"A": "1 2", "B": ""}) == b"A=1 2\nB=\n"
    with pytest.raises(HardenError, match="line break"):
        environment_file({"A": "1\n2"})


def test_empty_command() -> None:
    with pytest.raises(HardenError, match="empty command"):
        split_command("  ")
