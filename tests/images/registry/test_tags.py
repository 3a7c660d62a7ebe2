"""Tag lists of any length, and the most exact name of an image among them."""

from __future__ import annotations

import json
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest

from hardener.images.registry import Kind, RegistryProblem, Resolved
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher
from tests.images.registry.servers import Answer, Seen, Server

pytestmark = pytest.mark.engine

MANY = tuple(f"1.{number // 100}.{number % 100}" for number in range(5000))


def paging(registry: str, *, absolute: bool = False, size: int = 300) -> Server:
    """The registry, with tag lists in pages of at most `size`, parted as the specification says."""

    def say(seen: Seen) -> Answer | None:
        parts = urllib.parse.urlsplit(seen.path)
        if not parts.path.endswith("/tags/list"):
            return None
        everything = Server._passed_on(server, Seen("GET", parts.path, {}))
        name, tags = (
            json.loads(everything.body)["name"],
            sorted(json.loads(everything.body)["tags"]),
        )
        query = dict(urllib.parse.parse_qsl(parts.query))
        after = [tag for tag in tags if tag > query.get("last", "")]
        page = after[: min(size, int(query.get("n", size)))]
        headers = {}
        if len(after) > len(page):
            target = f"{parts.path}?last={page[-1]}&n={query.get('n', size)}"
            start = f"http://{server.host}" if absolute else ""
            headers["Link"] = f'<{start}{target}>; rel="next"'
        return Answer(200, headers, json.dumps({"name": name, "tags": page}).encode())

    server = Server(say, behind=registry)
    return server


@pytest.fixture(scope="module")
def many(registry: str) -> Pusher:
    """A repository with 5,000 tags."""
    pusher = Pusher(registry, "tests/many")
    # docker-registry does not bear the same manifest pushed by two at once
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda part: pusher.image(*MANY[part::4], salt=str(part)), range(4)))
    return pusher


@pytest.mark.parametrize("absolute", [False, True], ids=["relative-link", "absolute-link"])
def test_five_thousand_tags_come_page_by_page(
    many: Pusher, settings: MakeSettings, absolute: bool
) -> None:
    with paging(many.host, absolute=absolute) as front, RegistryClient(settings()) as client:
        name = f"{front.host}/{many.repository}"
        tags = client.tags([name])[name]

        assert isinstance(tags, tuple)
        assert len(tags) == 5000
        assert set(tags) == set(MANY)
        assert front.count("/tags/list") == -(-5000 // 300)


def test_five_thousand_tags_in_one_answer(many: Pusher, settings: MakeSettings) -> None:
    name = f"{many.host}/{many.repository}"
    with RegistryClient(settings()) as client:
        tags = client.tags([name, f"{name}:1.0.0"])

        assert [len(answer) for answer in tags.values() if isinstance(answer, tuple)] == [5000] * 2
        assert client.requests == 1


@pytest.mark.parametrize(
    ("link", "body", "words"),
    [
        pytest.param('<?n=1000>; rel="next"', b'{"tags": ["1"]}', "no end", id="next-is-itself"),
        pytest.param("<#>; rel=next", b'{"tags": ["1"]}', "no end", id="next-is-nowhere"),
        pytest.param("", b'{"tags": "1"}', "not a tag list", id="tags-that-are-a-text"),
        pytest.param("", b'{"tags": [1]}', "not a tag list", id="tags-that-are-numbers"),
        pytest.param("", b"<html>", "not a tag list", id="html"),
    ],
)
def test_a_list_that_is_none_or_never_ends_is_a_problem(
    settings: MakeSettings, link: str, body: bytes, words: str
) -> None:
    answer = Answer(headers={"Link": link}, body=body)
    with Server(lambda seen: answer) as server, RegistryClient(settings()) as client:
        found = client.tags([f"{server.host}/app"])[f"{server.host}/app"]

        assert isinstance(found, RegistryProblem)
        assert words in str(found)


def test_pages_without_end_are_not_read_without_end(settings: MakeSettings) -> None:
    def say(seen: Seen) -> Answer:
        page = len(server.seen)
        headers = {"Link": f'</v2/app/tags/list?last={page}>; rel="next"'}
        return Answer(200, headers, json.dumps({"tags": [str(page)]}).encode())

    with Server(say) as server, RegistryClient(settings()) as client:
        found = client.tags([f"{server.host}/app"])[f"{server.host}/app"]

        assert isinstance(found, RegistryProblem)
        assert found.kind is Kind.UNSUPPORTED
        assert len(server.seen) == 500


def test_the_next_page_is_asked_where_the_first_one_was(settings: MakeSettings) -> None:
    with Server(lambda seen: Answer(body=b'{"tags": ["evil"]}')) as other:

        def say(seen: Seen) -> Answer:
            if "last=1" in seen.path:
                return Answer(body=b'{"tags": ["2"]}')
            headers = {"Link": f'<http://{other.host}/v2/app/tags/list?last=1>; rel="next"'}
            return Answer(headers=headers, body=b'{"tags": ["1"]}')

        with Server(say) as server, RegistryClient(settings()) as client:
            found = client.tags([f"{server.host}/app"])[f"{server.host}/app"]

            assert found == ("1", "2")
            assert other.seen == []


def test_a_repository_without_tags_has_none(settings: MakeSettings) -> None:
    answer = Answer(body=b'{"name": "app", "tags": null}')
    with Server(lambda seen: answer) as server, RegistryClient(settings()) as client:
        assert client.tags([f"{server.host}/app"])[f"{server.host}/app"] == ()


# -- the most exact name ------------------------------------------------------


@pytest.fixture
def python(push: Pusher) -> Pusher:
    """A repository tagged as Docker's python is, two releases of it."""
    push.index("3.14.0", "3.14.0-trixie", salt="before")
    push.index(
        "3", "3.14", "latest", "trixie", "3.14-trixie", "3.14.1", "3.14.1-trixie", salt="now"
    )
    push.index("3-slim", "3.14-slim", "3.14.1-slim", "3.14.1-slim-trixie", salt="slim")
    push.index("3.15.0rc1", "3.15-rc", salt="soon")
    return push


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        pytest.param("3", "3.14.1-trixie", id="major"),
        pytest.param("3.14", "3.14.1-trixie", id="minor"),
        pytest.param("latest", "3.14.1-trixie", id="no-version"),
        pytest.param("trixie", "3.14.1-trixie", id="only-the-suite"),
        pytest.param("3.14-slim", "3.14.1-slim-trixie", id="variant-is-kept"),
        pytest.param("3.14.1", None, id="exact-already"),
        pytest.param("3.15-rc", "3.15.0rc1", id="prerelease-of-a-prerelease"),
    ],
)
def test_the_most_exact_tag_is_found_in_the_tag_list(
    python: Pusher, settings: MakeSettings, tag: str, expected: str | None
) -> None:
    with Server(behind=python.host) as front, RegistryClient(settings()) as client:
        reference = f"{front.host}/{python.repository}:{tag}"
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved)

        assert client.specific_tags({answer: ()}) == {answer: expected}
        assert client.requests <= 1 + 1 + 16


def test_the_catalogues_candidates_spare_the_tag_list(
    python: Pusher, settings: MakeSettings
) -> None:
    with Server(behind=python.host) as front, RegistryClient(settings()) as client:
        reference = f"{front.host}/{python.repository}:3"
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved)
        candidates = ["3.14.1", "3.14.1-trixie", "3.14.0", "3.14.9", "not a tag"]

        assert client.specific_tags({answer: candidates}) == {answer: "3.14.1-trixie"}
        assert front.count("/tags/list") == 0
        assert [seen.method for seen in front.seen] == ["GET", *["HEAD"] * 4]


def test_the_publishers_own_version_spares_everything_else(
    push: Pusher, settings: MakeSettings
) -> None:
    version = {"org.opencontainers.image.version": "3.14.1-trixie"}
    push.index("3", "3.14.1-trixie", annotations=version)
    with Server(behind=push.host) as front, RegistryClient(settings()) as client:
        reference = f"{front.host}/{push.repository}:3"
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved)

        assert client.specific_tags({answer: ()}) == {answer: "3.14.1-trixie"}
        assert client.requests == 2


@pytest.mark.parametrize("version", ["9.9.9", "../../x", "3.14.1?a=b", "2.0.0", ""])
def test_a_publishers_version_that_is_not_this_image_is_not_believed(
    push: Pusher, settings: MakeSettings, version: str
) -> None:
    push.index("3", "3.1.0", annotations={"org.opencontainers.image.version": version})
    push.image("9.9.9", salt="another")
    reference = f"{push.host}/{push.repository}:3"
    with RegistryClient(settings()) as client:
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved)

        assert client.specific_tags({answer: ()}) == {answer: "3.1.0"}


def test_the_search_among_five_thousand_tags_is_bounded(
    many: Pusher, settings: MakeSettings
) -> None:
    other = Pusher(many.host, many.repository)
    other.image("1", salt="like none of the others")
    with Server(behind=many.host) as front, RegistryClient(settings()) as client:
        reference = f"{front.host}/{many.repository}:1"
        answer = client.resolve([reference])[reference]
        assert isinstance(answer, Resolved)

        assert client.specific_tags({answer: ("1.49.99",)}) == {answer: None}
        assert client.requests <= 1 + 1 + 1 + 8
