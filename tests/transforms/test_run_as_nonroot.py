"""run-as-nonroot: cases as folders, and what has to hold on every real Dockerfile."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hardener.analysis.style import SETTING
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.images import base_origin, base_stage
from hardener.dockerfile.nodes import Dockerfile, Instruction, Stage
from hardener.dockerfile.origin import Traced
from hardener.dockerfile.parse import parse
from hardener.dockerfile.reference import InvalidReference, is_scratch, parse_reference
from hardener.files import decode
from hardener.images.facts import ImageFacts, facts_for
from hardener.pipeline import Hardened, harden
from hardener.settings import Settings
from tests.conftest import CorpusFile
from tests.transforms.cases import TODAY, Case, cases, check

NAME = "run-as-nonroot"
ONLY = Settings(only=(NAME,))


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases(NAME, rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)


def test_each_guard_has_a_case() -> None:
    """Every reason to hold back is told in some case's advice."""
    from hardener.transforms.run_as_nonroot import GUARDS

    told = "\n".join(
        line for parameter in cases(NAME, rewritten=False) for line in _advice_of(parameter)
    )
    for guard in GUARDS:
        pieces = [piece for piece in re.split(r"\{\w+\}", guard.reason) if len(piece) > 3]
        assert all(piece in told for piece in pieces), guard.reason


def _advice_of(parameter: object) -> list[str]:
    case: Case = parameter.values[0]  # type: ignore[attr-defined]
    return [words for _, words in case.advice]


@dataclass(frozen=True, slots=True)
class Looked:
    """A real file, read before and after."""

    file: CorpusFile
    before: Dockerfile
    after: Dockerfile
    result: Hardened

    @property
    def stage(self) -> Stage:
        return self.before.stages[-1]

    @property
    def base(self) -> ImageFacts | None:
        """The facts of the image at the bottom of the final stage."""
        return _facts(self.before, self.stage)

    @property
    def added(self) -> list[str]:
        """The lines of the result that the file hadn't."""
        was = Counter(self.before.text.split("\n"))
        now = Counter(self.after.text.split("\n"))
        return list((now - was).elements())

    @property
    def taken(self) -> list[str]:
        """The lines of the file that the result hasn't."""
        was = Counter(self.before.text.split("\n"))
        now = Counter(self.after.text.split("\n"))
        return list((was - now).elements())


def _bottom(dockerfile: Dockerfile, stage: Stage) -> Stage:
    below = base_stage(dockerfile, stage)
    return stage if below is None else _bottom(dockerfile, below)


def _facts(dockerfile: Dockerfile, stage: Stage) -> ImageFacts | None:
    origin = base_origin(dockerfile, _bottom(dockerfile, stage))
    try:
        reference = parse_reference(origin.text) if isinstance(origin, Traced) else None
    except InvalidReference:
        return None
    return facts_for(reference.name, reference.tag) if reference else None


def _is_on_scratch(dockerfile: Dockerfile, stage: Stage) -> bool:
    origin = base_origin(dockerfile, _bottom(dockerfile, stage))
    return isinstance(origin, Traced) and is_scratch(origin.text)


def _last_user(dockerfile: Dockerfile, stage: Stage | None) -> Instruction | None:
    """The last USER of a stage, or of those it is built on: read without the stage model."""
    while stage is not None:
        for instruction in reversed(stage.instructions):
            if instruction.name == "USER":
                return instruction
        stage = base_stage(dockerfile, stage)
    return None


def _each(files: tuple[CorpusFile, ...]) -> Iterator[Looked]:
    for file in files:
        text = decode(file.content)
        try:
            result = harden(text, ONLY, today=TODAY)
        except DockerfileError:
            continue
        yield Looked(file, parse(text), parse(result.table.text), result)


def _ends_as_root(item: Looked) -> bool:
    """Whether the last USER, or the base image where there is none, may be root."""
    user = _last_user(item.before, item.stage)
    base = item.base.user if item.base else None
    name = (user.value if user else base or "root").partition(":")[0].strip("\"'")
    if "$" not in name:
        return name in ("root", "0", "ContainerAdministrator")
    variable = name.strip("${}")
    environment = item.base.env if item.base else None
    value = (environment or {}).get(variable, "0")
    written = re.search(rf"\b{variable}[= ][\"']?(\w+)", item.before.text)
    return (written[1] if written else value) in ("root", "0")


@pytest.fixture(scope="module")
def looked(accepted: tuple[CorpusFile, ...]) -> tuple[Looked, ...]:
    """All files of the corpus that can be built, hardened by this transform alone."""
    return tuple(_each(accepted))


@pytest.fixture(scope="module")
def changed(looked: tuple[Looked, ...]) -> tuple[Looked, ...]:
    """Those that were changed."""
    return tuple(item for item in looked if item.result.changed)


@pytest.mark.corpus
def test_every_stage_that_ends_as_root_is_changed_or_explained(
    looked: tuple[Looked, ...],
) -> None:
    silent = [
        item.file.name
        for item in looked
        if _ends_as_root(item) and not item.result.changed and not item.result.advice
    ]
    assert silent == []


@pytest.mark.corpus
def test_ordinary_files_are_changed(changed: tuple[Looked, ...]) -> None:
    assert len(changed) >= 60


@pytest.mark.corpus
def test_nothing_goes_wrong(looked: tuple[Looked, ...]) -> None:
    assert [item.result.faults for item in looked if item.result.faults] == []


@pytest.mark.corpus
def test_the_last_user_is_another_than_root(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        user = _last_user(item.after, item.after.stages[-1])
        assert user is not None, item.file.name
        assert user.value.partition(":")[0] not in ("root", "0", ""), item.file.name


@pytest.mark.corpus
def test_users_are_made_by_the_means_of_the_distribution(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        added = "\n".join(item.added)
        family = item.base.family if item.base else None
        if family == "busybox":
            assert "useradd" not in added, item.file.name
            assert "groupadd" not in added, item.file.name
        if family == "shadow":
            assert "addgroup" not in added, item.file.name
            assert "adduser" not in added, item.file.name


@pytest.mark.corpus
def test_nothing_is_run_where_there_is_no_shell(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        without_shell = item.base is not None and item.base.has_shell is False
        if without_shell or _is_on_scratch(item.before, item.stage):
            runs = [line for line in item.added if line.lower().startswith("run ")]
            assert runs == [], item.file.name


@pytest.mark.corpus
def test_no_user_is_made_twice(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        made = re.findall(
            r"(?:useradd|adduser) .* (\w+)(?: \\| && \\)?$", "\n".join(item.added), re.M
        )
        assert len(made) <= 1, item.file.name
        for name in made:
            was = item.before.text
            assert not re.search(rf"(?:useradd|adduser)\b[^\n&;|]*\b{name}\b", was), item.file.name
            assert item.base is None or name not in item.base.users, item.file.name


@pytest.mark.corpus
def test_nothing_behind_the_user_needs_root(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        stage = item.after.stages[-1]
        user = _last_user(item.after, stage)
        assert user is not None
        behind = [step for step in stage.instructions if step.span.start > user.span.start]
        runs = [step for step in behind if step.name not in SETTING | {"COPY", "ADD", "WORKDIR"}]
        assert runs == [], item.file.name


@pytest.mark.corpus
def test_only_ownership_and_user_root_are_rewritten(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        kept = [re.sub(r" --chown=\S+", "", line, count=1) for line in item.added]
        for line in item.taken:
            assert line in kept or line.split()[0].upper() == "USER" or not line.endswith("\n"), (
                item.file.name
            )


@pytest.mark.corpus
def test_a_second_run_changes_nothing(changed: tuple[Looked, ...]) -> None:
    for item in changed:
        again = harden(item.after.text, ONLY, today=TODAY)
        assert not again.changed, item.file.name
