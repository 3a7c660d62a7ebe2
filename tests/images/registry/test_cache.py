"""What is kept on disk: how long, by how many processes, and what happens when it is spoilt."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hardener.images.registry import ImageConfig, Kind, RegistryProblem, RegistrySettings, Resolved
from hardener.images.registry.cache import DiskCache, KeptTag
from hardener.images.registry.client import RegistryClient
from tests.images.registry.conftest import MakeSettings
from tests.images.registry.pushing import Pusher, digest_of
from tests.images.registry.servers import Answer, Server

DIGEST = digest_of(b"{}")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_kept_comes_back_with_its_age(tmp_path: Path) -> None:
    clock = Clock()
    cache = DiskCache(tmp_path, clock=clock)
    kept = KeptTag(DIGEST, "r.test", clock.now)
    cache.keep_tag("r.test/app:1", kept)
    cache.keep_tag_list("r.test/app", ("1", "2"))
    cache.keep_content(DIGEST, b"{}")
    clock.now += 90

    again = DiskCache(tmp_path, clock=clock)
    assert again.tag("r.test/app:1") == kept
    assert again.tag_list("r.test/app") == (("1", "2"), clock.now - 90)
    assert again.content(DIGEST) == b"{}"
    assert again.age(kept.asked_at) == 90
    assert again.tag("r.test/app:2") is None
    assert again.tag_list("r.test/web") is None


def test_an_answer_from_the_future_counts_as_old(tmp_path: Path) -> None:
    assert DiskCache(tmp_path).age(time.time() + 1000) == float("inf")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"image": 7}', b"\xff\xfe", b"[" * 100_000], ids=repr
)
def test_a_spoilt_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    cache = DiskCache(tmp_path)
    cache.keep_tag("r.test/app:1", KeptTag(DIGEST, "r.test", 1.0))
    cache.keep_tag_list("r.test/app", ("1",))
    cache.keep_content(DIGEST, b"{}")
    for file in tmp_path.rglob("*"):
        if file.is_file():
            file.write_bytes(content)

    assert cache.tag("r.test/app:1") is None
    assert cache.tag_list("r.test/app") is None
    assert cache.content(DIGEST) is None


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "v1").write_text("not a directory")
    cache = DiskCache(tmp_path)
    cache.keep_content(DIGEST, b"{}")

    assert cache.content(DIGEST) is None


def test_others_cannot_look_into_the_cache(tmp_path: Path) -> None:
    DiskCache(tmp_path).keep_content(DIGEST, b"{}")

    assert (tmp_path / "v1").stat().st_mode & 0o077 == 0


MANY = """
import sys
from pathlib import Path
from hardener.images.registry.cache import DiskCache, KeptTag
directory, own = Path(sys.argv[1]), sys.argv[2]
cache = DiskCache(directory)
body = (own * 50_000).encode()
for number in range(60):
    cache.keep_tag("r.test/app:1", KeptTag("sha256:" + own * 64, own * 20_000, float(number)))
    kept = cache.tag("r.test/app:1")
    # whole, and by one process: never half of it, never a mixture
    assert kept is not None and kept.host == kept.digest[-1] * 20_000, kept
    cache.keep_tag_list("r.test/app", (own,) * 3_000)
    tags, _ = cache.tag_list("r.test/app")
    assert len(tags) == 3_000 and len(set(tags)) == 1, len(tags)
print("done")
"""


def test_many_processes_share_it_and_each_reads_whole_answers(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(tmp_path), own],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for own in "abcdef01"
    ]
    answers = [process.communicate(timeout=120) for process in running]

    assert answers == [("done\n", "")] * 8
    assert not list(tmp_path.rglob(".new-*"))


# -- with a registry ----------------------------------------------------------


@pytest.mark.engine
def test_a_second_run_asks_nothing(push: Pusher, settings: MakeSettings, tmp_path: Path) -> None:
    push.index("1")
    reference = f"{push.host}/{push.repository}:1"
    asked = []
    for from_cache in (False, True):
        with RegistryClient(settings(cache_directory=tmp_path)) as client:
            answer = client.resolve([reference])[reference]
            assert isinstance(answer, Resolved), answer
            assert answer.from_cache is from_cache
            assert isinstance(client.configs([answer])[answer], ImageConfig)
            asked.append(client.requests)

    assert asked == [3, 0]


@pytest.mark.engine
@pytest.mark.parametrize("moved", [False, True], ids=["same-digest", "tag-has-moved"])
@pytest.mark.parametrize("why", ["too-old", "asked-for-freshly"])
def test_an_old_answer_is_renewed_with_a_head(
    push: Pusher, settings: MakeSettings, tmp_path: Path, moved: bool, why: str
) -> None:
    expected = push.image("1", salt="before")
    with Server(behind=push.host) as front:
        reference = f"{front.host}/{push.repository}:1"
        with RegistryClient(settings(cache_directory=tmp_path)) as client:
            client.resolve([reference])
        if moved:
            expected = push.image("1", salt="after")
        front.seen.clear()
        age = 0.0 if why == "too-old" else 3600.0
        with RegistryClient(settings(cache_directory=tmp_path, tag_age=age)) as client:
            answer = client.resolve([reference], fresh=why != "too-old")[reference]

        assert isinstance(answer, Resolved)
        assert (answer.digest, answer.from_cache) == (expected, False)
        assert [seen.method for seen in front.seen] == (["HEAD", "GET"] if moved else ["HEAD"])


@pytest.mark.engine
@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Answer(405), id="method-not-allowed"),
        pytest.param(Answer(200), id="no-digest"),
        pytest.param(Answer(500), id="fails"),
    ],
)
def test_a_registry_that_knows_no_head_is_asked_with_get(
    push: Pusher, settings: MakeSettings, tmp_path: Path, bad: Answer
) -> None:
    expected = push.image("1")
    with Server(lambda seen: bad if seen.method == "HEAD" else None, behind=push.host) as front:
        reference = f"{front.host}/{push.repository}:1"
        for _ in range(2):
            with RegistryClient(settings(cache_directory=tmp_path, tag_age=0)) as client:
                answer = client.resolve([reference])[reference]

        assert isinstance(answer, Resolved)
        assert answer.digest == expected


@pytest.mark.engine
def test_a_config_and_a_digest_are_kept_for_ever(
    push: Pusher, settings: MakeSettings, tmp_path: Path
) -> None:
    digest = push.image("1")
    with Server(behind=push.host) as front:
        reference = f"{front.host}/{push.repository}@{digest}"
        for _ in range(2):
            chosen = settings(cache_directory=tmp_path, tag_age=0)
            with RegistryClient(chosen) as client:
                answer = client.resolve([reference], fresh=True)[reference]
                assert isinstance(answer, Resolved)
                assert isinstance(client.configs([answer])[answer], ImageConfig)

        assert len(front.seen) == 2


@pytest.mark.engine
def test_offline_answers_from_the_cache_however_old(
    push: Pusher, settings: MakeSettings, tmp_path: Path
) -> None:
    digest = push.index("1")
    name = f"{push.host}/{push.repository}"
    with RegistryClient(settings(cache_directory=tmp_path)) as client:
        first = client.resolve([f"{name}:1"])[f"{name}:1"]
        tags = client.tags([name])[name]
        assert isinstance(first, Resolved)
    with RegistryClient(settings(cache_directory=tmp_path, tag_age=0, offline=True)) as client:
        answers = client.resolve([f"{name}:1", f"{name}:2"], fresh=True)
        kept, missing = answers.values()

        assert client.requests == 0
        assert isinstance(kept, Resolved)
        assert (kept.digest, kept.asked_at, kept.from_cache) == (digest, first.asked_at, True)
        assert isinstance(missing, RegistryProblem)
        assert missing.kind is Kind.OFFLINE
        assert client.tags([name])[name] == tags
        config = client.configs([kept])[kept]
        assert isinstance(config, RegistryProblem)
        assert config.kind is Kind.OFFLINE


@pytest.mark.engine
def test_other_mirrors_do_not_share_what_a_tag_means(
    registry: str, push: Pusher, settings: MakeSettings, tmp_path: Path
) -> None:
    here = push.image("1", salt="here")
    there = Pusher(registry, f"other/{push.repository}").image("1", salt="there")
    found = []
    for path in ("", "/other"):
        table = RegistrySettings(mirrors=(f"http://{registry}{path}",), mirror_only=True)
        chosen = settings(cache_directory=tmp_path, registries={"r.test": table})
        with RegistryClient(chosen) as client:
            answer = client.resolve([f"r.test/{push.repository}:1"])[f"r.test/{push.repository}:1"]
            assert isinstance(answer, Resolved), answer
            found.append(answer.digest)

    assert found == [here, there]


@pytest.mark.engine
def test_processes_that_start_together_all_get_the_same_answer(
    push: Pusher, tmp_path: Path
) -> None:
    digest = push.index("1")
    program = (
        "import sys; from pathlib import Path\n"
        "from hardener.images.registry import Settings\n"
        "from hardener.images.registry.client import RegistryClient\n"
        "chosen = Settings(cache_directory=Path(sys.argv[1]), environment={'HOME': sys.argv[1]})\n"
        "with RegistryClient(chosen) as client:\n"
        "    answer = client.resolve([sys.argv[2]])[sys.argv[2]]\n"
        "    print(answer.digest, client.configs([answer])[answer].platform)\n"
    )
    outputs: list[str] = []

    def run() -> None:
        command = [sys.executable, "-c", program, str(tmp_path), f"{push.host}/{push.repository}:1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        outputs.append(done.stdout + done.stderr)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outputs == [f"{digest} linux/amd64\n"] * 6
