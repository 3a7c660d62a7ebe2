"""Cases for transforms: folders that a person can open.

`tests/cases/<transform>/<case>/` holds
    before.Dockerfile   what is hardened, by this transform alone
    after.Dockerfile    what it becomes, byte for byte; absent where it is left alone
    advice.txt          one line for each piece of advice, in order: its line, a colon, and words
                        that stand in it; absent where none is given
    context/            the build context, where the transform looks at it; a compose file or
                        another caller in it is read as if the Dockerfile stood beside it
    harden.toml         settings, where others than the defaults are meant
    pins.json           what the registries say of images; absent where they aren't asked. For
                        each a Pin's values, or the reason (unpinned) why it isn't to be pinned;
                        `configs` holds image configs by platform
The name of the folder says what the case shows.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

import pytest

from hardener.files import decode, encode
from hardener.images.pins import Pin, Pins, Unpinned
from hardener.images.registry.image import Image, image_of
from hardener.images.registry.manifests import read_config
from hardener.pipeline import Hardened, harden
from hardener.project.callers import Usage, find_callers
from hardener.project.context import BuildContext, read_ignore_file
from hardener.settings import Settings, load_settings
from hardener.transforms import Transform

CASES = Path(__file__).resolve().parent.parent / "cases"
TODAY = datetime.date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Case:
    """One folder, and the transform it is for.

    `transforms` are run instead of those that the settings choose, where the transform isn't one
    of them.
    """

    transform: str
    folder: Path
    transforms: tuple[Transform, ...] | None = None

    @property
    def rewritten(self) -> bool:
        return (self.folder / "after.Dockerfile").exists()

    @property
    def advice(self) -> list[tuple[int, str]]:
        """The lines of advice.txt as (line, words)."""
        path = self.folder / "advice.txt"
        if not path.exists():
            return []
        lines = [line for line in path.read_text().split("\n") if line.strip()]
        parts = [line.partition(":") for line in lines]
        return [(int(number), words.strip()) for number, _, words in parts]

    @property
    def pins(self) -> Pins:
        """What pins.json says."""
        path = self.folder / "pins.json"
        said = json.loads(path.read_text()) if path.exists() else {}
        pins: dict[Image, Pin | Unpinned] = {}
        for reference, values in said.items():
            image = image_of(reference)
            assert isinstance(image, Image)
            if "unpinned" in values:
                pins[image] = Unpinned(values.pop("unpinned"), **values)
            else:
                platforms = tuple(values.pop("platforms"))
                configs = {
                    platform: read_config(json.dumps(config).encode())
                    for platform, config in values.pop("configs", {}).items()
                }
                tag = values.pop("tag", None)
                pins[image] = Pin(tag, platforms=platforms, configs=configs, **values)
        return pins

    def run(self, content: bytes) -> Hardened:
        """Harden `content` as if it were the Dockerfile of this case."""
        settings: Settings = load_settings(self.folder)
        if self.transforms is None:
            settings = settings.overridden(only=(self.transform,))
        root = self.folder / "context"
        ignore = read_ignore_file(root / "Dockerfile", root)
        locate = (lambda _: BuildContext(root, ignore)) if root.is_dir() else None
        return harden(
            decode(content),
            settings,
            today=TODAY,
            locate=locate,
            pins=self.pins,
            usage=_usage(root, content),
            transforms=self.transforms,
        )


def _usage(context: Path, content: bytes) -> Usage:
    """What the callers in the context say of a Dockerfile of that content beside them."""
    if not context.is_dir() or not find_callers(context).builds:
        return Usage()
    with TemporaryDirectory() as name:
        root = Path(name)
        copytree(context, root, dirs_exist_ok=True, symlinks=True)
        (root / "Dockerfile").write_bytes(content)
        return find_callers(root).usage_of(root / "Dockerfile")


def cases(
    transform: str, *, rewritten: bool, transforms: tuple[Transform, ...] | None = None
) -> list[object]:
    """The cases of a transform that are rewritten, or those that are left alone."""
    folders = sorted(path for path in (CASES / transform).iterdir() if path.is_dir())
    found = [Case(transform, folder, transforms) for folder in folders]
    return [
        pytest.param(case, id=case.folder.name) for case in found if case.rewritten == rewritten
    ]


def check(case: Case) -> None:
    """Hold the case's result against its files; a second run must change nothing."""
    before = (case.folder / "before.Dockerfile").read_bytes()
    result = case.run(before)
    assert result.faults == ()
    expected = case.folder / ("after.Dockerfile" if case.rewritten else "before.Dockerfile")
    assert result.table.text == decode(expected.read_bytes())
    told = [(remark.line, remark.text) for remark in result.advice]
    assert len(told) == len(case.advice), told
    for (line, text), (expected_line, words) in zip(told, case.advice, strict=True):
        assert line == expected_line, text
        assert words in text
    assert bool(result.changes) == case.rewritten
    assert not case.run(encode(result.table.text)).changed
