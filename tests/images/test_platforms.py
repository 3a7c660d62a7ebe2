"""Platforms are read and matched as containerd does."""

import pytest

from hardener.images.platforms import normalise_platform, serves, system_of


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("linux/amd64", "linux/amd64"),
        ("amd64", "linux/amd64"),
        ("x86_64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("Linux/AMD64", "linux/amd64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("arm64/v8", "linux/arm64"),
        ("aarch64", "linux/arm64"),
        ("linux/arm", "linux/arm/v7"),
        ("arm/v6", "linux/arm/v6"),
        ("armhf", "linux/arm/v7"),
        ("i386", "linux/386"),
        ("windows", "windows"),
        ("windows/amd64", "windows/amd64"),
        ("linux", "linux"),
    ],
)
def test_canonical_form(text: str, canonical: str) -> None:
    assert normalise_platform(text) == canonical
    assert normalise_platform(canonical) == canonical


@pytest.mark.parametrize(
    ("offered", "wanted", "served"),
    [
        pytest.param("linux/amd64", "linux/amd64", True, id="the same"),
        pytest.param("linux/amd64", "linux/arm64", False, id="another"),
        pytest.param("linux/arm/v6", "linux/arm/v7", True, id="older ARM"),
        pytest.param("linux/arm/v7", "linux/arm/v6", False, id="newer ARM"),
        pytest.param("linux/386", "linux/amd64", True, id="32 bits on 64"),
        pytest.param("linux/s390x", "linux", True, id="system alone"),
        pytest.param("linux/amd64", "windows", False, id="another system"),
    ],
)
def test_what_serves_what(offered: str, wanted: str, served: bool) -> None:
    assert serves((offered,), wanted) is served


def test_system() -> None:
    assert system_of("windows/amd64") == system_of("windows") == "windows"
