"""Every secret-like line of real Dockerfiles is changed, or told of.

What counts is found by a matcher of its own, simpler than that of the transform, which reads line
by line and knows nothing of stages.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

import pytest

from hardener.dockerfile.errors import DockerfileError
from hardener.files import decode
from hardener.pipeline import Hardened, harden
from hardener.settings import Settings
from tests.conftest import CorpusFile

pytestmark = pytest.mark.corpus

ONLY = Settings(only=("mount-secrets",))
DAY = datetime.date(2026, 9, 1)

_WORDS = "TOKEN|PASSWORD|PASSWD|_PASS|SECRET|API_?KEY|PRIVATE_KEY|CREDENTIAL|ACCESS_KEY|TRAYKEY"
_NAME = rf"\w*(?:{_WORDS})\w*"
_DECLARED = re.compile(rf"(?i)^\s*(ARG|ENV)\s+({_NAME})(?:(?:\s*=\s*|\s+)(\S.*))?\s*\\?$")
_CONTINUED = re.compile(rf"(?i)^\s+({_NAME})=(\S+?)\s*\\?$")
_COPIED = re.compile(
    r"(?i)^\s*(?:COPY|ADD)\s(?!.*--from).*?(?<![\w.-])"
    r"(id_rsa|id_ed25519|\.netrc|\.pypirc|\.git-credentials|\.env|\S+\.p12|\S+\.jks)\s"
)
_IN_CODE = re.compile(
    r"""(?x)://[^\s/:@$"']+:[^\s/@$"']+@ | gh[pousr]_\w{36} | glpat-[\w-]{20} | AKIA[A-Z0-9]{16}
    | -----BEGIN[ A-Z]*PRIVATE\ KEY | \bcurl\b.*\s-u\s?[^\s$:]+:[^\s$]+ | \|\s*chpasswd"""
)
# says something about a secret, or asks a program to make or to want none
_ABOUT = re.compile(
    r"(?i)(?:_FILE|_PATH|_DIR|_URL|_NAME|_ID|_LENGTH|_VERSION|_HELPER|_DUMMY|_CONFIG)$"
    r"|PUBLIC|DISABLE|ALLOW|TOKENIZER|TIKTOKEN|^DOCKER_CREDENTIAL"
)
_NOTHING = re.compile(r"(?i)[\"']?(?:true|false|yes|no|0|1|dummy\w*)?[\"']?")


def secret_like(text: str) -> Iterator[tuple[int, str]]:
    """The number and text of each line that looks like one."""
    inside_env = False
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.rstrip("\r")
        declared = _DECLARED.match(plain)
        continued = _CONTINUED.match(plain) if inside_env else None
        if not plain.lstrip().startswith("#"):
            starts = re.match(r"(?i)\s*ENV\s", plain) is not None
            inside_env = (starts or inside_env) and plain.rstrip().endswith(("\\", "`"))
        if declared and not _ABOUT.search(declared[2]):
            value = (declared[3] or "").removesuffix("\\").strip()
            if declared[1].upper() == "ARG" or not (_NOTHING.fullmatch(value) or "$" in value):
                yield number, plain
        elif continued and not _ABOUT.search(continued[1]):
            if not (_NOTHING.fullmatch(continued[2]) or "$" in continued[2]):
                yield number, plain
        elif not plain.lstrip().startswith("#") and (
            _COPIED.match(plain) or _IN_CODE.search(plain)
        ):
            yield number, plain


def untold(text: str, result: Hardened) -> Iterator[str]:
    """The lines that are neither changed nor told of; what is told of an instruction counts for
    all its lines."""
    changed = {n for change in result.table.line_changes() for n in range(*change.old)}
    lines = text.split("\n")
    for number, line in secret_like(text):
        first = number
        while first > 1 and lines[first - 2].rstrip().endswith(("\\", "`")):
            first -= 1
        told = {remark.line for remark in (*result.changes, *result.advice)}
        if number - 1 not in changed and not told & set(range(first, number + 1)):
            yield f"{number}: {line[:100]}"


def test_every_secret_like_line_is_changed_or_told_of(accepted: tuple[CorpusFile, ...]) -> None:
    missed, seen = [], 0
    for file in accepted:
        text = decode(file.content)
        try:
            result = harden(text, ONLY, today=DAY)
        except DockerfileError:
            continue
        seen += sum(1 for _ in secret_like(text))
        missed += [f"{file.name}:{line}" for line in untold(text, result)]
    assert seen >= 10
    assert missed == []


def test_few_files_are_told_of(accepted: tuple[CorpusFile, ...]) -> None:
    """Most files have no secret; a rule that finds one everywhere would be of no use."""
    told = 0
    for file in accepted:
        try:
            result = harden(decode(file.content), ONLY, today=DAY)
        except DockerfileError:
            continue
        assert result.faults == ()
        told += bool(result.changes or result.advice)
    assert 10 <= told <= 0.05 * len(accepted)
