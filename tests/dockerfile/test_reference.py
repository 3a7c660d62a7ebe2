"""Image references are read as Docker reads them, and rewritten without touching the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.reference import (
    ImageReference,
    InvalidReference,
    is_scratch,
    parse_reference,
)
from hardener.errors import HardenError

SHA256 = "sha256:" + "4f" * 32
SHA512 = "sha512:" + "4f" * 64


def case(name: str, *values: object) -> object:
    return pytest.param(*values, id=name)


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        case("official image", "python", "docker.io", "library/python", None, None),
        case("tag", "python:3.14-slim", "docker.io", "library/python", "3.14-slim", None),
        case("library written out", "library/python", "docker.io", "library/python", None, None),
        case("docker.io", "docker.io/python:3", "docker.io", "library/python", "3", None),
        case(
            "docker.io and library",
            "docker.io/library/python",
            "docker.io",
            "library/python",
            None,
            None,
        ),
        case(
            "the old name of Docker Hub",
            "index.docker.io/library/python:3",
            "docker.io",
            "library/python",
            "3",
            None,
        ),
        case("user image", "bitnami/redis:7", "docker.io", "bitnami/redis", "7", None),
        case("port is not a tag", "localhost:5000/app", "localhost:5000", "app", None, None),
        case("port and tag", "localhost:5000/app:v1", "localhost:5000", "app", "v1", None),
        case("localhost without port", "localhost/app", "localhost", "app", None, None),
        case("localhost alone", "localhost:50", "docker.io", "library/localhost", "50", None),
        case("number behind a colon is a port before a slash", "app:1/2", "app:1", "2", None, None),
        case("host alone is a name", "test.com:tag", "docker.io", "library/test.com", "tag", None),
        case("address", "192.168.1.1:5000/a/b:c", "192.168.1.1:5000", "a/b", "c", None),
        case("IPv6", "[2001:db8::1]:5000/repo:tag", "[2001:db8::1]:5000", "repo", "tag", None),
        case("capitals make a host", "REGISTRY/app:1", "REGISTRY", "app", "1", None),
        case("deep path", "ghcr.io/a/b/c/d:x", "ghcr.io", "a/b/c/d", "x", None),
        case("separators", "a__b/c.d/e---f/g_h", "docker.io", "a__b/c.d/e---f/g_h", None, None),
        case("underscored host is a path", "foo_bar/x", "docker.io", "foo_bar/x", None, None),
        case("tag in capitals", "app:LATEST_1-X", "docker.io", "library/app", "LATEST_1-X", None),
        case("longest tag", "app:" + "t" * 128, "docker.io", "library/app", "t" * 128, None),
        case("digest", f"alpine@{SHA256}", "docker.io", "library/alpine", None, SHA256),
        case("tag and digest", f"alpine:3@{SHA256}", "docker.io", "library/alpine", "3", SHA256),
        case("sha512", f"h:1/a@{SHA512}", "h:1", "a", None, SHA512),
        case("longest name", "a/" * 127 + "a", "docker.io", "a/" * 127 + "a", None, None),
        case("host is not counted", "h.io/" + "a" * 255, "h.io", "a" * 255, None, None),
    ],
)
def test_parts(
    text: str, registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    reference = parse_reference(text)
    assert (reference.registry, reference.repository) == (registry, repository)
    assert (reference.tag, reference.digest) == (tag, digest)
    assert str(reference) == reference.text == text


@pytest.mark.parametrize(
    "text",
    [
        case("empty", ""),
        case("only a tag", ":justtag"),
        case("only a digest", f"@{SHA256}"),
        case("tag left out", "app:"),
        case("two tags", "app:1:2"),
        case("tag with a slash", "h.io/app:1/2"),
        case("tag starts with a dot", "app:.1"),
        case("tag too long", "app:" + "t" * 129),
        case("tag with a letter of another script", "app:é"),
        case("digest too short", "python:3.12-slim@sha256:abc"),
        case("digest without algorithm", "ubuntu:alpine@123"),
        case("digest in capitals", f"app@{SHA256.upper()}"),
        case("unknown algorithm", "app@md5:" + "0" * 32),
        case("two digests", f"app@{SHA256}@{SHA256}"),
        case("image id", "4f" * 32),
        case("capital in the name", "Python:3"),
        case("capital behind the host", "test:5000/Uppercase/lower:tag"),
        case("name too long", "a/" * 128 + "a"),
        case("official name too long", "a" * 248),
        case("odd characters", "aa/asdf$$^/aa"),
        case("variable left", "python:${TAG}"),
        case("space", "python 3"),
        case("line feed at the end", "python\n"),
        case("empty component", "a//b"),
        case("slash at the end", "a/"),
        case("slash at the front", "/a"),
        case("name ends with a separator", "app-"),
        case("three underscores", "a___b"),
        case("port is not a number", "host:port/app"),
        case("port is missing", "host:/app"),
        case("host label ends with a hyphen", "bad-.io/app"),
        case("host with empty label", "a..b/app"),
        case("address without name", "[2001:db8::1]:5000"),
        case("address zone", "[fe80::1%eth0]:5000/repo"),
        case("address left open", "[::1:5000/repo"),
        case("text behind the address", "[::1]x/repo"),
        case("another script's digits as port", "host:٣/app"),
        case("url", "https://ghcr.io/app"),
        case("scratch", "scratch"),
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_reference(text)
    assert isinstance(caught.value, HardenError)
    assert "\n" not in str(caught.value)


def test_message_does_not_repeat_a_password() -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_reference("user:hunter2@registry.example.com/app")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "familiar", "official"),
    [
        case("bare", "python", "python", "python"),
        case("library", "library/python:3", "python", "python"),
        case("docker.io", "docker.io/python", "python", "python"),
        case("all written out", "docker.io/library/python", "python", "python"),
        case("old hub", "index.docker.io/python", "python", "python"),
        case("user image", "docker.io/bitnami/redis:7", "bitnami/redis", None),
        case("other registry", "ghcr.io/x/y:1", "ghcr.io/x/y", None),
        case("library elsewhere", "ghcr.io/library/python", "ghcr.io/library/python", None),
        case("folder inside library", "library/a/b", "library/a/b", None),
        case("local registry", "localhost:5000/python", "localhost:5000/python", None),
    ],
)
def test_names(text: str, familiar: str, official: str | None) -> None:
    reference = parse_reference(text)
    assert (reference.familiar, reference.official) == (familiar, official)


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        case("inserted", "python", "3.14-trixie", "python:3.14-trixie"),
        case("replaced", "python:latest", "3.14", "python:3.14"),
        case(
            "registry written out stays",
            "docker.io/library/python",
            "3.14-trixie",
            "docker.io/library/python:3.14-trixie",
        ),
        case("port is kept", "localhost:5000/app", "1", "localhost:5000/app:1"),
        case("digest is kept", f"app:1@{SHA256}", "2", f"app:2@{SHA256}"),
        case("before a digest", f"app@{SHA256}", "2", f"app:2@{SHA256}"),
    ],
)
def test_with_tag(text: str, tag: str, expected: str) -> None:
    assert parse_reference(text).with_tag(tag).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("behind the name", "h:1/a", f"h:1/a@{SHA256}"),
        case("behind the tag", "library/a:1", f"library/a:1@{SHA256}"),
        case("in place of another", f"a:1@{SHA512}", f"a:1@{SHA256}"),
    ],
)
def test_with_digest(text: str, expected: str) -> None:
    assert parse_reference(text).with_digest(SHA256).text == expected


def test_what_is_no_tag_or_digest_is_refused() -> None:
    reference = parse_reference("python")
    with pytest.raises(InvalidReference):
        reference.with_tag("3@x")
    with pytest.raises(InvalidReference):
        reference.with_digest("sha256:12")


@pytest.mark.parametrize(
    ("text", "scratch"),
    [
        case("bare", "scratch", True),
        case("with a tag it is an ordinary name", "scratch:latest", False),
        case("case counts", "SCRATCH", False),
    ],
)
def test_scratch(text: str, scratch: bool) -> None:
    assert is_scratch(text) is scratch


HOSTS = st.sampled_from(["", "docker.io/", "index.docker.io/", "localhost:5000/", "[::1]:1/", "R/"])
PATHS = st.from_regex(
    r"[a-z0-9]+((_|__|-{1,3})[a-z0-9]+){0,3}(/[a-z0-9]+(\.[a-z0-9]+)?){0,2}", fullmatch=True
)
TAGS = st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGESTS = st.sampled_from([None, SHA256, SHA512])


@given(host=HOSTS, path=PATHS, tag=TAGS, digest=DIGESTS)
def test_spans_are_where_the_parts_stand(
    host: str, path: str, tag: str | None, digest: str | None
) -> None:
    text = host + path + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    if is_scratch(text):
        return
    reference = parse_reference(text)
    assert reference.name == text[: reference.name_end] == host + path
    assert _cut(reference, reference.tag_span) == tag == reference.tag
    assert _cut(reference, reference.digest_span) == digest == reference.digest
    if not is_scratch(reference.familiar):
        again = parse_reference(reference.familiar)
        assert (again.registry, again.repository) == (reference.registry, reference.repository)


@given(st.text(alphabet="ab0A._-/:@[]\n\u0660 ${}", max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except InvalidReference:
        return
    assert reference.text == text
    assert text.isascii()
    assert not any(character.isspace() for character in text)


def _cut(reference: ImageReference, span: tuple[int, int] | None) -> str | None:
    return None if span is None else reference.text[span[0] : span[1]]
