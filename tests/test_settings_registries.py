"""The settings about registries and pins, as a project writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.images.registry import RegistrySettings
from hardener.settings import Settings, SettingsError, load_settings
from tests.conftest import REPOSITORY


def settings_of(text: str, folder: Path) -> Settings:
    (folder / "harden.toml").write_text(text)
    return load_settings(folder)


def test_every_setting_about_images_is_read(tmp_path: Path) -> None:
    settings = settings_of(
        """
        pin = "digest"
        platforms = ["linux/amd64", "linux/arm64"]

        [registries."docker.io"]
        mirror = "https://mirror.test/hub"
        mirror-only = true

        [registries."registry.test:5000"]
        ca = "ca.pem"

        [trust]
        allowed = ["docker.io/library/*"]
        others = "error"
        """,
        tmp_path,
    )

    assert settings.pin == "digest"
    assert settings.platforms == ("linux/amd64", "linux/arm64")
    assert settings.registries == {
        "docker.io": RegistrySettings(("https://mirror.test/hub",), mirror_only=True),
        "registry.test:5000": RegistrySettings(ca=tmp_path / "ca.pem"),
    }
    assert settings.trust is not None
    assert settings.trust.others_are_errors
    assert settings.trust.allows("docker.io", "library/python")


def test_the_settings_that_the_readme_shows_are_settings(tmp_path: Path) -> None:
    readme = (REPOSITORY / "README.md").read_text()
    shown = readme.partition("```toml\n")[2].partition("```")[0]

    settings = settings_of(shown, tmp_path)

    assert settings.registries.keys() == {"docker.io", "registry.example.com:5000"}
    assert settings.trust is not None
    assert settings.trust.rule_for("registry.example.com", "team/base") is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param('pin = "both"', "pin is one of tag+digest, digest, tag", id="pin"),
        pytest.param("pin = 1", "pin is one of", id="pin-number"),
        pytest.param('platforms = "linux/amd64"', "platforms is a list", id="platforms"),
        pytest.param("registries = 1", "registries is no table", id="registries"),
        pytest.param('[registries."r.test"]\nmirrors = "x"', "mirrors is not known", id="key"),
        pytest.param("trust = true", "trust is no table", id="trust"),
        pytest.param('[trust]\nothers = "warn"', "trust.others", id="trust-others"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_of(text, tmp_path)

    assert words in str(caught.value)
    assert str(tmp_path / "harden.toml") in str(caught.value)
