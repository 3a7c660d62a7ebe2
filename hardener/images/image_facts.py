"""The form in which facts about a base image are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Distribution = Literal[
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "azurelinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "mariner",
    "opensuse",
    "oraclelinux",
    "photon",
    "rhel",
    "rockylinux",
    "scratch",
    "ubuntu",
    "windows",
    "wolfi",
]
"""What the image stands on. `rhel` is Red Hat's UBI; a distroless image has the distribution that
its packages are from."""

Family = Literal["shadow", "busybox", "shadow-missing", "none", "windows"]
"""How an account is made: groupadd and useradd; addgroup and adduser; useradd, once
`account_package` is installed; not at all, for want of tools or of a shell; Windows."""

Certainty = Literal["stated", "derived", "assumed"]
"""Where an account's ids come from: written in the image's source; read off what its commands make
on that distribution; those of today's tags, for an older tag."""

TagStatus = Literal["current", "older-patch", "retired", "unlisted"]
"""Where a tag of an official image stands: listed today; a version that is not, of a line that is;
a line that is no longer rebuilt; none of these."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the image; `uid` and `gid` are None where only the name is known."""

    name: str
    uid: int | None
    gid: int | None
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class PrivilegeDrop:
    """How the image leaves root by itself.

    `by` is the program or directive, `to` the account. `scope` says whether PID 1 ends up
    unprivileged ("process") or stays root above unprivileged workers ("workers"); `when` under
    which condition, `override` how to prevent it.
    """

    by: str
    to: str
    uid: int | None
    scope: Literal["process", "workers"]
    when: str | None
    override: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of one image under one tag.

    None means that it is not known; an empty tuple or False that it is known not to be.

    - `distribution`, `release` ("bookworm", "3.20"), `family`, `account_package`: how accounts are
      made there. `package_manager` is "none" where there is none.
    - `has_shell`: /bin/sh runs shell-form instructions; `shell_path` is a shell at another place.
    - `user` is the effective USER as text ("root" where none is set); `uid` and `gid` its numbers.
    - `users` and `groups` hold the accounts that are known, which need not be all there are.
    - `uid_1000_taken`: an account has uid 1000 already.
    - `application_user`: the account meant to run what the image is for: the one it runs as or
      drops to, or one it was given for that; never an account of the distribution's own services.
    - `shell` is what runs shell-form instructions, where the image sets another than the default.
    - `from_config`: read off the image's own config. What its files hold or do isn't known: its
      accounts, and what a script that is its entrypoint does.
    - `tag_status` is None for images that are not in the official list, and for hidden tags.
    - `source` is "repository@commit:path" of what was read.
    """

    name: str
    tag: str | None
    tag_status: TagStatus | None
    source: str
    distribution: Distribution | None = None
    release: str | None = None
    family: Family | None = None
    account_package: str | None = None
    package_manager: str | None = None
    has_shell: bool | None = None
    shell_path: str | None = None
    user: str | None = None
    uid: int | None = None
    gid: int | None = None
    user_is_root: bool | None = None
    users: Mapping[str, Account] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    uid_1000_taken: bool | None = None
    drops_privileges: PrivilegeDrop | Literal[False] | None = None
    application_user: Account | None = None
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    expose: tuple[str, ...] | None = None
    volumes: tuple[str, ...] | None = None
    workdir: str | None = None
    stopsignal: str | None = None
    shell: tuple[str, ...] | None = None
    from_config: bool = False
    env: Mapping[str, str] | None = None
    nonroot_variant: Mapping[str, str] = field(default_factory=dict)
    runtime_image: Mapping[str, str] = field(default_factory=dict)
    notes: str | None = None
