"""Which user a container should run as: one that is there already, else one to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from hardener.analysis.accounts import MadeAccount
from hardener.analysis.analysis import Analysis
from hardener.analysis.knowledge import table
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Start
from hardener.analysis.steps import User
from hardener.analysis.supply import installed_packages

_NEW_NAMES = ("app", "appuser", "nonroot", "runner")
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4})+")
_APT = frozenset({"apt-get", "apt"})
# on Windows the administrator is what root is (Microsoft, "Secure Windows containers")
_ROOT_NAMES = frozenset(
    {"root", "0", "toor", "", "containeradministrator", "administrator", "nt authority\\system"}
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A user for the container.

    Attributes:
        name: None where there is no account to name.
        uid, gid: None where they aren't known; then the name is used.
        home: the home folder; None where it isn't known.
        source: `earlier` is one that a USER of the file names, `file` one that it makes, `base` one
            that the base image brings, `new` one that has to be made, `number` a bare number.
    """

    name: str | None
    uid: int | None
    gid: int | None
    home: str | None
    source: Literal["earlier", "file", "base", "new", "number"]

    @property
    def text(self) -> str:
        """The user as USER, chown and --chown take it; numbers where they are known."""
        if self.uid is None:
            return self.name or ""
        return str(self.uid) if self.gid is None else f"{self.uid}:{self.gid}"

    @property
    def numeric(self) -> bool:
        """Whether the number is known."""
        return self.uid is not None

    def is_meant_by(self, owner: str) -> bool:
        """Whether an owner, as chown takes it, is this user."""
        user = owner.replace(".", ":").partition(":")[0]
        return user == self.name or (self.uid is not None and user == str(self.uid))


def is_root(user: User, model: StageModel) -> bool | None:
    """Whether a user is root; None where it isn't known."""
    name = user.name
    if name is None:
        return None
    if name.lower() in _ROOT_NAMES:
        return True
    if name.isdecimal():
        return int(name) == 0
    account = model.accounts.users.get(name)
    return account is not None and account.uid == 0


def candidates(model: StageModel) -> tuple[MadeAccount, ...]:
    """The users that the file makes and that could run the container."""
    return tuple(
        account
        for name, account in model.accounts.users.items()
        if name not in _ROOT_NAMES and account.uid != 0
    )


def choose(analysis: Analysis, model: StageModel, start: Start, new: tuple[int, int]) -> Chosen:
    """The user to take; `new` is the number of user and group for one that has to be made."""
    for user in _earlier(model):
        return _known(user, model, "earlier")
    made = candidates(model)
    if made:
        account = made[-1]
        return Chosen(account.name, account.uid, account.gid, account.home, "file")
    packaged = _of_package(model, start)
    if packaged is not None:
        return packaged
    facts = model.facts
    application = facts.application_user if facts is not None else None
    if application is not None and application.name not in model.accounts.removed:
        known = _lasting(model)
        if known is not None and application.certainty == "assumed":
            application = replace(application, uid=known[0], gid=known[1], certainty="derived")
        sure = application.certainty != "assumed"
        home = None if application.name == "www-data" else f"/home/{application.name}"
        return Chosen(
            application.name,
            application.uid if sure else None,
            application.gid if sure else None,
            home,
            "base",
        )
    for account in _copied_accounts(analysis, model):
        if account.uid is not None:
            return Chosen(account.name, account.uid, account.gid, account.home, "file")
    return _new(model, new)


def _of_package(model: StageModel, start: Start) -> Chosen | None:
    """The user that a server from a Debian package has its workers run as."""
    for program in start.programs:
        entry = table("recipes").get(program.recipe or "", {})
        if installed_packages(model).isdisjoint(entry.get("packages", ())):
            continue
        if "packaged_account" in entry and any(call.name in _APT for call in model.calls("apt")):
            name, uid, gid = entry["packaged_account"].split(":")
            return Chosen(name, int(uid), int(gid), None, "base")
    return None


def _lasting(model: StageModel) -> tuple[int, int] | None:
    """The numbers that the base image's user has had since a version that this tag is not
    below."""
    name, tag = model.reference or ("", None)
    entry = table("accounts").get(model.facts.name if model.facts else name)
    version = _VERSION.match(tag or "")
    if entry is None or version is None:
        return None
    since: list[int] = entry["since"]
    if [int(part) for part in version[0].split(".")] < since:
        return None
    return entry["uid"], entry["gid"]


def _earlier(model: StageModel) -> Iterator[User]:
    """The users other than root that a USER of the file names, the last first."""
    users = {
        id(step.user.set_by): step.user
        for step in (*model.steps, model.end)
        if step.user.set_by is not None
    }
    for user in reversed(users.values()):
        if user.text is not None and is_root(user, model) is False:
            yield user


def _known(user: User, model: StageModel, source: Literal["earlier"]) -> Chosen:
    """A user with what is known of it: numbers by what the file or the base says."""
    name = user.name or ""
    group = (user.text or "").partition(":")[2]
    if name.isdecimal():
        return Chosen(None, int(name), int(group) if group.isdecimal() else None, None, source)
    made = model.accounts.users.get(name)
    if made is not None and made.uid is not None:
        return Chosen(name, made.uid, made.gid, made.home, source)
    known = model.facts.users.get(name) if model.facts is not None else None
    if known is not None and known.certainty != "assumed":
        return Chosen(name, known.uid, known.gid, f"/home/{name}", source)
    return Chosen(user.text, None, None, f"/home/{name}", source)


def _copied_accounts(analysis: Analysis, model: StageModel) -> Iterator[MadeAccount]:
    """The users in an /etc/passwd that comes from another stage."""
    for copy in reversed(model.copies):
        if copy.stage is not None and copy.target in ("/etc/passwd", "/etc"):
            earlier = analysis.stage(copy.stage)
            yield from reversed(candidates(earlier))


def _new(model: StageModel, new: tuple[int, int]) -> Chosen:
    facts = model.facts
    taken = {*model.accounts.users, *model.accounts.groups}
    numbers = {account.uid for account in model.accounts.users.values()}
    if facts is not None:
        taken.update(facts.users, facts.groups)
        numbers.update(account.uid for account in facts.users.values())
    name = next((item for item in _NEW_NAMES if item not in taken), "app10001")
    uid, gid = new
    while uid in numbers:
        uid, gid = uid + 1, gid + 1
    return Chosen(name, uid, gid, model.environment("HOME") or f"/home/{name}", "new")
