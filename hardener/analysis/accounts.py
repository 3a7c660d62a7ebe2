"""The accounts that a Dockerfile makes, read off its useradd, adduser, groupadd and the like.

Sources: shadow-utils useradd(8), groupadd(8), usermod(8); Debian adduser(8); BusyBox adduser and
addgroup (loginutils/adduser.c, addgroup.c); passwd(5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hardener.analysis.calls import Call

_PASSWD_LINE = re.compile(
    r"(?:^|[\s'\"])([a-z_][a-z0-9_-]*):[^:\s]*:(\d+):(\d+):[^:]*:([^:\s]*):[^\s'\"]*"
)
_USER_VALUES = (
    *("-b", "--base-dir", "-c", "--comment", "-d", "--home-dir", "--home", "-e", "--expiredate"),
    *("-f", "--inactive", "-g", "--gid", "-G", "--groups", "--ingroup", "-h", "-k", "--skel"),
    *("-K", "--key", "-p", "--password", "-s", "--shell", "-u", "--uid", "--gecos", "-Z"),
    *("--firstuid", "--lastuid", "--conf", "--root", "-R", "--comment"),
)
_GROUP_VALUES = ("-g", "--gid", "-K", "--key", "-p", "--password", "-R", "--root")
# a RUN without one of these changes no account
ACCOUNT_WORDS = (
    "useradd",
    "adduser",
    "userdel",
    "deluser",
    "usermod",
    "addgroup",
    "groupadd",
    ":x:",
)
_MAKES_USERS = frozenset({"useradd", "adduser"})
_MAKES_GROUPS = frozenset({"groupadd", "addgroup"})
_ENDS_USERS = frozenset({"userdel", "deluser"})


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """A user that the file makes; numbers and home are None where it doesn't say them.

    `has_home` tells whether the command makes the home folder too.
    """

    name: str
    uid: int | None
    gid: int | None
    home: str | None = None
    has_home: bool = False


@dataclass(frozen=True, slots=True)
class Accounts:
    """The users and groups that commands have made so far, by name, and those they removed."""

    users: Mapping[str, MadeAccount] = field(default_factory=dict)
    groups: Mapping[str, int | None] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    # an account was made whose name isn't known
    hidden: bool = False

    def after(self, calls: Iterable[Call]) -> Accounts:
        """These accounts once the calls have run."""
        users, groups = dict(self.users), dict(self.groups)
        removed, hidden = set(self.removed), self.hidden
        for call in calls:
            name = call.name
            if name in _MAKES_GROUPS or (name == "adduser" and call.has("--group")):
                made = call.operands(*_GROUP_VALUES)
                if name == "addgroup" and len(made) == 2:
                    continue
                if made and not (name == "adduser" and not call.has("--system")):
                    groups[made[0]] = _number(call.option("-g", "--gid"))
            if name in _MAKES_USERS:
                account = _made(call, groups)
                if account is None:
                    # `adduser user group` adds to a group
                    hidden = hidden or None in call.words or not call.operands(*_USER_VALUES)
                    continue
                users[account.name] = account
                removed.discard(account.name)
            elif name in _ENDS_USERS:
                for gone in call.operands():
                    users.pop(gone, None)
                    removed.add(gone)
            elif name == "usermod":
                _change(call, users, groups)
            else:
                _read_lines(call, users)
        return Accounts(users, groups, frozenset(removed), hidden)


def _made(call: Call, groups: Mapping[str, int | None]) -> MadeAccount | None:
    names = call.operands(*_USER_VALUES)
    if call.name == "adduser" and len(names) == 2:
        return None
    if not names or (call.words[-1] is None and len(names) < 1):
        return None
    name = names[-1] if call.name == "useradd" else names[0]
    debian = call.name == "adduser" and call.has("--system", "--disabled-password", "--group")
    home = call.option("-d", "--home-dir", "--home") if call.name == "useradd" or debian else None
    if call.name == "adduser" and home is None:
        home = call.option("--home") if debian else call.option("-h", "--home")
    uid = _number(call.option("-u", "--uid"))
    group = call.option("-G", "--ingroup", "-g", "--gid")
    if call.name == "useradd":
        group = call.option("-g", "--gid")
    gid = _number(group)
    if group is not None and gid is None:
        gid = groups.get(group)
    if call.name == "useradd":
        has_home = call.has("-m", "--create-home")
    else:
        has_home = not (call.has("-H", "--no-create-home"))
    return MadeAccount(name, uid, gid, home or f"/home/{name}", has_home)


def _change(call: Call, users: dict[str, MadeAccount], groups: Mapping[str, int | None]) -> None:
    """Follow a usermod that gives a user another number, group, home or name."""
    named = call.operands(*_USER_VALUES, "-l", "--login", "-a")
    account = users.get(named[-1]) if named else None
    if account is None:
        return
    if (uid := call.option("-u", "--uid")) is not None:
        account = replace(account, uid=_number(uid))
    if (group := call.option("-g", "--gid")) is not None:
        gid = _number(group)
        account = replace(account, gid=groups.get(group) if gid is None else gid)
    if (home := call.option("-d", "--home")) is not None:
        account = replace(account, home=home)
    if (login := call.option("-l", "--login")) is not None:
        users.pop(account.name, None)
        account = replace(account, name=login)
    users[account.name] = account


def _read_lines(call: Call, users: dict[str, MadeAccount]) -> None:
    """Lines of /etc/passwd that are echoed there, as files for scratch images do."""
    if call.name not in ("echo", "printf") and "/etc/passwd" not in call.writes:
        return
    for text in (*(word or "" for word in call.args), call.body):
        for name, uid, gid, home in _PASSWD_LINE.findall(text):
            if name != "root":
                users[name] = MadeAccount(name, int(uid), int(gid), home or None, False)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and text.isascii() else None
