"""Files with what ADD does with them: our judgement and Docker's are held to the same."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile


def tar(
    format: int = tarfile.GNU_FORMAT,  # noqa: A002 (tarfile's own word)
    name: str = "inside",
    comment: str | None = None,
    content: bytes = b"hello",
) -> bytes:
    """A tar with one file in it."""
    made = io.BytesIO()
    headers = {"comment": comment} if comment is not None else {}
    with tarfile.open(fileobj=made, mode="w", format=format, pax_headers=headers) as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def zstd(content: bytes) -> bytes:
    """A zstd frame of blocks that aren't compressed (RFC 8878, 3.1.1)."""
    size = len(content).to_bytes(4, "little")
    block = (1 | len(content) << 3).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + size + block + content


def with_field(header: bytes, start: int, field: bytes) -> bytes:
    """A tar whose first header has another field, and the sum that goes with it."""
    changed = bytearray(header)
    changed[start : start + len(field)] = field
    changed[148:156] = b" " * 8
    changed[148:156] = b"%06o\0 " % sum(changed[:512])
    return bytes(changed)


def with_sum(header: bytes, field: bytes) -> bytes:
    """A tar whose first header has another sum."""
    return header[:148] + field + header[156:]


def zipped() -> bytes:
    """A zip with one file in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("inside", "hello")
    return made.getvalue()


NOISE = random.Random(1).randbytes(3_000_000)
PLAIN = tar()
LARGE = tar(content=NOISE)
OLD = with_field(PLAIN, 257, bytes(512 - 257))

UNPACKED: dict[str, bytes] = {
    "tar": PLAIN,
    "tar-ustar": tar(tarfile.USTAR_FORMAT),
    "tar-pax": tar(tarfile.PAX_FORMAT, name="é" * 80),
    "tar-pax-global": tar(tarfile.PAX_FORMAT, comment="x"),
    "tar-long-name": tar(name="n" * 150),
    "tar-of-version-7": OLD,
    "tar-with-a-size-in-base-256": with_field(OLD, 124, b"\x80" + bytes(10) + b"\x05"),
    "tar-whose-sum-has-spaces": with_sum(OLD, b" %6o\0" % int(OLD[148:154], 8)),
    "tar-cut-off-in-its-first-file": PLAIN[:600],
    "gzip": gzip.compress(PLAIN),
    "gzip-large": gzip.compress(LARGE),
    "gzip-with-something-behind": gzip.compress(PLAIN) + b"more",
    "gzip-in-two-parts": gzip.compress(PLAIN[:100]) + gzip.compress(PLAIN[100:]),
    "gzip-whose-first-part-is-empty": gzip.compress(b"") + gzip.compress(PLAIN),
    "bzip2": bz2.compress(PLAIN),
    "bzip2-large": bz2.compress(LARGE),
    "bzip2-in-two-parts": bz2.compress(PLAIN[:100]) + bz2.compress(PLAIN[100:]),
    "xz": lzma.compress(PLAIN),
    "xz-large": lzma.compress(LARGE),
    "xz-in-two-parts": lzma.compress(PLAIN[:100]) + lzma.compress(PLAIN[100:]),
}

# Docker begins to unpack these, and fails
BROKEN: dict[str, bytes] = {
    "tar-cut-off-behind-its-header": PLAIN[:512],
    "gzip-cut-off-late": gzip.compress(LARGE)[:100_000],
    "xz-cut-off-late": lzma.compress(LARGE)[:200_000],
}

COPIED: dict[str, bytes] = {
    "empty": b"",
    "text": b"hello\n" * 200,
    "two-bytes": b"hi",
    "zip": zipped(),
    "program": b"\x7fELF" + bytes(2000),
    "ar": b"!<arch>\n" + b"x" * 600,
    "cpio": b"070701" + b"0" * 104 + b"TRAILER!!!" + bytes(4),
    "zeros": bytes(10_240),
    "one-block-of-zeros": bytes(512),
    "tar-behind-zeros": bytes(512) + PLAIN,
    "tar-cut-off-in-its-header": PLAIN[:511],
    "tar-with-a-wrong-sum": with_sum(PLAIN, b"000001\0 "),
    "tar-whose-sum-is-missing": with_sum(PLAIN, bytes(8)),
    "tar-with-a-mode-that-is-no-number": with_field(OLD, 100, b"rw-r--r\0"),
    "gzip-of-text": gzip.compress(b"hello\n" * 200),
    "gzip-of-nothing": gzip.compress(b""),
    "gzip-of-an-empty-tar": gzip.compress(bytes(10_240)),
    "gzip-of-a-gzip": gzip.compress(gzip.compress(PLAIN)),
    "gzip-cut-off-early": gzip.compress(PLAIN)[:10],
    "gzip-with-flags-nobody-knows": b"\x1f\x8b\x08\xff" + bytes(600),
    "gzip-begun-and-no-more": b"\x1f\x8b\x08",
    "bzip2-of-text": bz2.compress(b"hello"),
    "bzip2-cut-off-in-its-first-block": bz2.compress(LARGE)[:100_000],
    "text-that-begins-like-bzip2": b"BZhello world\n" * 100,
    "xz-of-text": lzma.compress(b"hello"),
    "lzma-of-a-tar": lzma.compress(PLAIN, format=lzma.FORMAT_ALONE),
}

# Docker unpacks the first and copies the second; Python's library reads neither
UNTOLD: dict[str, bytes] = {"zstd": zstd(PLAIN), "zstd-of-text": zstd(b"hello")}
