"""Which files ADD unpacks."""

import gzip
import lzma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.project.archives import HEAD_BYTES, archive_by_name, local_archive
from tests.project.archive_cases import BROKEN, COPIED, LARGE, UNPACKED, UNTOLD, tar


def judged(content: bytes) -> bool | None:
    return local_archive(content[:HEAD_BYTES], len(content))


@pytest.mark.parametrize(
    "content", [*UNPACKED.values(), *BROKEN.values()], ids=[*UNPACKED, *BROKEN]
)
def test_unpacked(content: bytes) -> None:
    assert judged(content) is True


@pytest.mark.parametrize("content", COPIED.values(), ids=COPIED.keys())
def test_copied(content: bytes) -> None:
    assert judged(content) is False


@pytest.mark.parametrize("content", UNTOLD.values(), ids=UNTOLD.keys())
def test_untold(content: bytes) -> None:
    assert judged(content) is None


@pytest.mark.parametrize("content", [gzip.compress(LARGE), lzma.compress(LARGE)], ids=["gz", "xz"])
def test_head_too_short_to_tell(content: bytes) -> None:
    assert local_archive(content[:40], len(content)) is None


def test_many_empty_parts_are_not_followed() -> None:
    assert judged(gzip.compress(b"") * 50_000) is None


@given(st.binary(max_size=2000))
def test_any_bytes_are_judged(content: bytes) -> None:
    assert judged(content) in (True, False, None)


@given(st.binary(min_size=1, max_size=2000), st.text("abc/", min_size=1, max_size=90))
def test_every_tar_is_unpacked_however_it_is_compressed(content: bytes, name: str) -> None:
    made = tar(name=name, content=content)
    assert judged(made)
    assert judged(gzip.compress(made))


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("rootfs.tar", "archive"),
        ("rootfs.tar.gz", "archive"),
        ("rootfs.TGZ", "archive"),
        ("rootfs.tar.bz2", "archive"),
        ("rootfs.tbz2", "archive"),
        ("rootfs.tar.xz", "archive"),
        ("rootfs.txz", "archive"),
        ("rootfs.tar.zst", "archive"),
        ("rails-7.0.gem", "archive"),
        ("dump.sql.gz", "unclear"),
        ("initrd.xz", "unclear"),
        ("data.bz2", "unclear"),
        ("data.zst", "unclear"),
        ("app.zip", "file"),
        ("app.jar", "file"),
        ("tar", "file"),
        ("entrypoint.sh", "file"),
        ("entrypoint", "file"),
    ],
)
def test_by_name(name: str, verdict: str) -> None:
    assert archive_by_name(name) == verdict
