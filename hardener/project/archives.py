"""Says whether ADD would unpack a local file.

Docker looks at the content: it undoes gzip, bzip2, xz or zstd if the file begins like one, and
unpacks the file if what comes out begins with the header of a tar.

Source: BuildKit solver/llbsolver/file/unpack.go (isArchivePath), moby/go-archive
compression/compression.go (Detect, DecompressStream), Go's archive/tar reader.go and strconv.go.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

NameVerdict: TypeAlias = Literal["archive", "unclear", "file"]

HEAD_BYTES = 1 << 20
"""How much of a file `local_archive` wants to see: bzip2 gives nothing out before it has read a
whole block, which has up to 900,000 bytes."""

_MOST_MEMBERS = 64

_BLOCK = 512
_CHECKSUM = slice(148, 156)
_NUMBERS = (
    slice(100, 108),  # mode
    slice(108, 116),  # user
    slice(116, 124),  # group
    slice(124, 136),  # size
    slice(136, 148),  # time
)
_DATA = Path(__file__).parent / "data" / "archive-names.toml"


def local_archive(head: bytes, size: int) -> bool | None:
    """Whether ADD unpacks a file; a tar that is broken behind its first header counts as one.

    Args:
        head: how the file begins: HEAD_BYTES of it, or all of it if it has fewer.
        size: of the whole file, in bytes.

    Returns None where that can't be told: for zstd, which Python's own library doesn't read, and
    for a file that has given out less than the header of a tar by the end of `head`.
    """
    if _is_zstd(head):
        return None
    header = _first_block(head)
    if header is None or (len(header) < _BLOCK and len(head) < size):
        return None
    return _is_tar_header(header)


def archive_by_name(name: str) -> NameVerdict:
    """What a file's name says of whether ADD would unpack it, where its content isn't at hand."""
    lower = name.lower()
    archives, unclear = _endings()
    if lower.endswith(archives):
        return "archive"
    return "unclear" if lower.endswith(unclear) else "file"


@cache
def _endings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    import tomllib

    with _DATA.open("rb") as file:
        data = tomllib.load(file)
    return tuple(data["archives"]), tuple(data["unclear"])


def _is_zstd(head: bytes) -> bool:
    # a zstd stream may begin with a skippable frame: 0x184D2A50 to 0x184D2A5F (RFC 8878, 3.1.2)
    return head.startswith(b"\x28\xb5\x2f\xfd") or (
        head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50
    )


def _first_block(head: bytes) -> bytes | None:
    """The first block of what comes out, shorter if the data ends or is broken before; None for a
    file of too many parts that give out nothing."""
    opened: Callable[[], _Decompressor]
    if head.startswith(b"\x1f\x8b\x08"):
        opened = partial(zlib.decompressobj, wbits=31)
    elif head.startswith(b"BZh"):
        opened = bz2.BZ2Decompressor
    elif head.startswith(b"\xfd7zXZ\x00"):
        opened = partial(lzma.LZMADecompressor, lzma.FORMAT_XZ)
    else:
        return head[:_BLOCK]
    block = b""
    for _ in range(_MOST_MEMBERS):
        decompressor = opened()
        try:
            block += decompressor.decompress(head, _BLOCK - len(block))
        except (zlib.error, lzma.LZMAError, OSError, EOFError):
            return block
        head = decompressor.unused_data
        if len(block) == _BLOCK or not head:
            return block
    return None


class _Decompressor(Protocol):
    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _is_tar_header(header: bytes) -> bool:
    """Whether Go's archive/tar reads a file's header in this block."""
    if len(header) < _BLOCK or not header.strip(b"\0"):
        return False
    expected = _octal(header[_CHECKSUM])
    if expected is None:
        return False
    blanked = header[: _CHECKSUM.start] + b" " * 8 + header[_CHECKSUM.stop :]
    unsigned = sum(blanked)
    # old implementations add up signed characters
    signed = unsigned - 256 * sum(byte > 127 for byte in blanked)
    return expected in (unsigned, signed) and all(_is_number(header[field]) for field in _NUMBERS)


def _octal(field: bytes) -> int | None:
    digits = field.strip(b" \0").partition(b"\0")[0]
    if not digits:
        return 0
    return int(digits, 8) if all(digit in b"01234567" for digit in digits) else None


def _is_number(field: bytes) -> bool:
    # a number too large for octal digits is written in base 256, marked by the highest bit
    return bool(field[0] & 0x80) or _octal(field) is not None
