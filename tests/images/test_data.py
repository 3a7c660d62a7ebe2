"""The data files that are part of hardener are whole, and the generator writes them."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import hardener.images
from hardener.dockerfile.reference import parse_reference
from hardener.images.catalogue import Catalogue, TagKind
from hardener.images.lifecycle import Lifecycle
from hardener.images.official import OfficialImage

DATA = Path(hardener.images.__file__).parent / "data"
REPOSITORY = Path(__file__).resolve().parent.parent.parent
SMALL_LIST = REPOSITORY / "tests" / "cases" / "image-list"
GENERATOR = REPOSITORY / "scripts" / "generate_catalogue.py"

CATALOGUE = Catalogue.load()
LIFECYCLE = Lifecycle.load()


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / name).read_bytes())
    return found


def official(name: str) -> OfficialImage:
    image = CATALOGUE.find(name)
    assert image is not None
    return image


@pytest.mark.parametrize("name", ["catalogue.json", "lifecycle.json"])
def test_file_names_its_source(name: str) -> None:
    data = document(name)
    assert re.search(r"@[0-9a-f]{40}", data["source"])
    assert date.fromisoformat(data["snapshot"]) > date(2026, 1, 1)
    assert data["licence"]


def test_files_are_small() -> None:
    total = sum((DATA / name).stat().st_size for name in ("catalogue.json", "lifecycle.json"))
    assert total < 350_000


def test_names_are_sorted_and_valid() -> None:
    assert list(CATALOGUE.names) == sorted(CATALOGUE.names)
    assert len(CATALOGUE.names) > 100
    assert [parse_reference(name).official for name in CATALOGUE.names] == list(CATALOGUE.names)


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_entries_are_whole(name: str) -> None:
    for entry in official(name).entries:
        assert entry.tags
        assert entry.platforms
        assert len({platform.partition("/")[0] for platform in entry.platforms}) == 1
        assert bool(entry.constraints) <= (entry.system == "windows")
        for tag in entry.all_tags:
            assert parse_reference(f"{name}:{tag}").tag == tag


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_a_tag_means_one_image_on_linux(name: str) -> None:
    image = official(name)
    for tag in image.by_tag:
        linux = [entry for entry in image.by_tag[tag] if entry.system == "linux"]
        counted = Counter(platform for entry in linux for platform in entry.platforms)
        assert max(counted.values(), default=1) == 1, f"{name}:{tag}"


@pytest.mark.parametrize("name", CATALOGUE.names)
def test_every_listed_tag_is_understood(name: str) -> None:
    for tag in official(name).by_tag:
        found = CATALOGUE.classify_tag(name, tag)
        assert found.listed
        assert found.kind not in {TagKind.NO_IMAGE, TagKind.UNKNOWN}
        assert not found.floating or found.line_tag.tag or found.line_tag.reason


@pytest.mark.parametrize("system", ["linux", "windows"])
@pytest.mark.parametrize("name", CATALOGUE.names)
def test_the_tag_of_a_line_means_the_same_and_does_not_float(name: str, system: str) -> None:
    image = official(name)
    for tag in image.by_tag:
        found = CATALOGUE.classify_tag(name, tag, platform=system)
        if not found.floating or found.line_tag.tag is None:
            continue
        named = found.line_tag.tag
        # debian lists stable and trixie as two images of the same suite
        through_channel = found.kind is TagKind.CHANNEL and image.channels
        same = image.entries_for(named, system) == image.entries_for(tag, system)
        assert same or through_channel, f"{name}:{tag} -> {named}"
        again = CATALOGUE.classify_tag(name, named)
        assert (again.kind, again.line) == (TagKind.LINE, found.line), f"{name}:{tag} -> {named}"


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        pytest.param("alpine", r"3\.\d+", id="alpine"),
        pytest.param("debian", r"[a-z]+", id="debian"),
        pytest.param("golang", r"1\.\d+-[a-z]+", id="golang"),
        pytest.param("nginx", r"1\.\d+-[a-z]+", id="nginx"),
        pytest.param("node", r"\d+-[a-z]+", id="node"),
        pytest.param("php", r"\d\.\d-cli-[a-z]+", id="php"),
        pytest.param("postgres", r"\d+-[a-z]+", id="postgres"),
        pytest.param("python", r"3\.\d+-[a-z]+", id="python"),
        pytest.param("redis", r"\d+\.\d+-[a-z]+", id="redis"),
        pytest.param("ruby", r"\d\.\d-[a-z]+", id="ruby"),
        pytest.param("rust", r"1\.\d+-[a-z]+", id="rust"),
        pytest.param("ubuntu", r"\d\d\.\d\d", id="ubuntu"),
    ],
)
def test_the_images_most_used(name: str, pattern: str) -> None:
    assert re.fullmatch(pattern, CATALOGUE.release_line_tag(name).tag or "")


def test_retired_lines_are_not_listed_and_have_a_day() -> None:
    for name, days in document("lifecycle.json")["retired"].items():
        image = CATALOGUE.find(name)
        for day, lines in days.items():
            assert date(2013, 1, 1) < date.fromisoformat(day) <= LIFECYCLE.snapshot
            for line in lines.split(" "):
                assert line
                assert image is None or line not in image.by_tag


def test_no_listed_tag_is_retired() -> None:
    for name in CATALOGUE.names:
        for tag in official(name).by_tag:
            assert LIFECYCLE.retired(name, tag, LIFECYCLE.snapshot) is None, f"{name}:{tag}"


def test_the_latest_of_an_image_ended_only_with_the_whole_product() -> None:
    ended = {
        end.title
        for name in CATALOGUE.names
        for end in LIFECYCLE.end_of_life(name, None, LIFECYCLE.snapshot)
        if not end.distribution
    }
    assert ended <= {"Clear Linux current"}


def test_cycles_are_whole() -> None:
    data = document("lifecycle.json")
    for product, of_product in data["products"].items():
        cycles = [cycle.split("|") for cycle in of_product["cycles"]]
        assert cycles, product
        assert max(Counter(cycle[0] for cycle in cycles).values()) == 1
        for cycle in cycles:
            assert cycle[1] in {"yes", "no"} or date.fromisoformat(cycle[1])
    for table in ("distributions", "titles"):
        assert data[table].keys() <= data["products"].keys()
    for suite in data["suites"].values():
        product, _, cycle = suite.partition(" ")
        listed = [text.partition("|")[0] for text in data["products"][product]["cycles"]]
        assert cycle in listed


def test_replacements_are_images() -> None:
    for names in document("lifecycle.json")["replacements"].values():
        for name in names:
            replacement = parse_reference(name).official
            if replacement is not None:
                assert official(replacement).entries


def run_generator(data: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(GENERATOR), str(data), *options]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_generator_writes_what_its_check_expects(tmp_path: Path) -> None:
    output = ("--output", str(tmp_path))
    assert run_generator(SMALL_LIST, "--check", *output).returncode == 1
    assert run_generator(SMALL_LIST, *output).returncode == 0
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(written) == ["catalogue.json", "lifecycle.json"]
    assert run_generator(SMALL_LIST, "--check", *output).returncode == 0
    assert run_generator(SMALL_LIST, *output).returncode == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == written


def test_generator_names_the_file_that_is_out_of_date(tmp_path: Path) -> None:
    output = ("--output", str(tmp_path))
    run_generator(SMALL_LIST, *output)
    with (tmp_path / "lifecycle.json").open("a") as file:
        file.write(" ")
    checked = run_generator(SMALL_LIST, "--check", *output)
    assert checked.returncode == 1
    assert checked.stdout.startswith("lifecycle.json is not what the sources give")


def test_generator_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(SMALL_LIST, data)
    listing = data / "official-images" / "library" / "nim"
    listing.write_text(listing.read_text().replace("Tags: 2.0", "Architectures: vax\nTags: 2.0"))
    failed = run_generator(data, "--output", str(tmp_path / "out"))
    assert failed.returncode == 2
    assert "unknown architecture in the official list: vax" in failed.stderr
    assert not (tmp_path / "out").exists()
