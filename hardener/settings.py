"""What a project sets: `[tool.harden]` in pyproject.toml, or harden.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from hardener.errors import HardenError

if TYPE_CHECKING:
    from hardener.images.registry.settings import RegistrySettings
    from hardener.images.trust import Trust

_RUN_AS = re.compile(r"[1-9]\d{0,8}:[1-9]\d{0,8}", re.ASCII)
FILE_NAMES = ("harden.toml", "pyproject.toml")

# What a pinned image is named by.
PinBy = Literal["tag+digest", "digest", "tag"]

# How a RUN gets a secret: in a variable, in a file that it reads, or as `# syntax=` allows.
HandSecretsOver = Literal["auto", "env", "file"]


class SettingsError(HardenError):
    """A settings file that can't be read, or a setting that doesn't exist or fit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the tool is to work in one project.

    Attributes:
        only: names of the transforms to run; empty for all.
        skip: names of transforms to leave out.
        safe: make only changes that leave the built image as it was.
        exclude: patterns, in .gitignore's syntax and relative to the root, of files to pass over.
        offline: never use the network.
        run_as: number of user and group, `uid:gid`, of a user that run-as-nonroot makes.
        pin: what pin-base-image names an image by.
        secrets: how mount-secrets hands secrets to RUNs.
        platforms: those that images are built for, besides what a FROM says itself; empty where
            that isn't known.
        registries: how registries are reached, by their names.
        trust: which images may be bases; None where nothing is said about it.
    """

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    safe: bool = False
    exclude: tuple[str, ...] = ()
    offline: bool = False
    run_as: str = "10001:10001"
    pin: PinBy = "tag+digest"
    secrets: HandSecretsOver = "auto"
    platforms: tuple[str, ...] = ()
    registries: Mapping[str, RegistrySettings] = field(default_factory=dict)
    trust: Trust | None = None

    def wants(self, transform: str) -> bool:
        """Whether the transform of that name is to run."""
        return transform not in self.skip and (not self.only or transform in self.only)

    def overridden(self, **flags: object) -> Settings:
        """These settings with those flags of the command line that were given.

        A flag that is None or empty doesn't count; patterns and names to skip add up.
        """
        given = {name: value for name, value in flags.items() if value not in (None, (), False)}
        for name in ("skip", "exclude"):
            if name in given:
                given[name] = (*getattr(self, name), *_strings(given[name]))
        return replace(self, **given)  # type: ignore[arg-type]


def load_settings(root: Path) -> Settings:
    """The settings of the project whose root folder this is; defaults where it has none.

    Raises:
        SettingsError: unreadable, not TOML, an unknown setting, or a value of the wrong type.
    """
    for name in FILE_NAMES:
        path = root / name
        if not path.is_file():
            continue
        table = _table(path)
        if table is not None:
            return _settings(table, str(path))
    return Settings()


def _table(path: Path) -> Mapping[str, Any] | None:
    """The settings in `path`; None where it has none of ours."""
    try:
        content = tomllib.loads(path.read_bytes().decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"can't be read: {error}", path=str(path)) from error
    if path.name == "harden.toml":
        return content
    tool = content.get("tool", {})
    table = tool.get("harden") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise SettingsError("tool.harden is no table", path=str(path))
    return table


def _settings(table: Mapping[str, Any], path: str) -> Settings:
    known = {field.name for field in fields(Settings)}
    values: dict[str, Any] = {}
    for written, value in table.items():
        # with hyphens as documented; the underscores of earlier versions are accepted
        name = written.replace("-", "_")
        if name not in known:
            names = ", ".join(sorted(known)).replace("_", "-")
            raise SettingsError(f"no setting is named {written}; there are: {names}", path=path)
        if name in values:
            raise SettingsError(f"{written} is set twice, with - and with _", path=path)
        try:
            values[name] = _value(name, value, Path(path).parent)
        except HardenError as error:
            raise SettingsError(error.message, path=path) from error
    return Settings(**values)


def _value(name: str, value: object, root: Path) -> object:
    """The value of a setting, read and checked; `root` is the folder that paths start from."""
    if name in ("registries", "trust"):
        return _registries_or_trust(name, value, root)
    if name == "pin":
        if value not in get_args(PinBy):
            raise SettingsError(f"pin is one of {', '.join(get_args(PinBy))}")
        return value
    if name == "secrets":
        if value not in get_args(HandSecretsOver):
            raise SettingsError(f"secrets is one of {', '.join(get_args(HandSecretsOver))}")
        return value
    if name == "run_as":
        if not isinstance(value, str) or not _RUN_AS.fullmatch(value):
            raise SettingsError("run-as is a number of user and group: 10001:10001")
        return value
    if isinstance(getattr(Settings(), name), bool):
        if not isinstance(value, bool):
            raise SettingsError(f"{name.replace('_', '-')} is true or false")
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SettingsError(f"{name.replace('_', '-')} is a list of strings")


def _registries_or_trust(name: str, value: object, root: Path) -> object:
    if not isinstance(value, dict):
        raise SettingsError(f"{name} is no table")
    # imported late: few projects have such a table
    if name == "trust":
        from hardener.images.trust import read_trust

        return read_trust(value, root=root)
    from hardener.images.registry.settings import read_registries

    return read_registries(value, root=root)


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
