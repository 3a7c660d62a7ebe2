"""The accounts that commands make."""

from __future__ import annotations

import pytest

from hardener.analysis.accounts import Accounts, MadeAccount
from hardener.analysis.calls import calls_in


def made(code: str) -> Accounts:
    return Accounts().after(calls_in(code, "/", lambda name: "").calls)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            "groupadd --gid 999 web && useradd --uid 999 --gid web --create-home web",
            MadeAccount("web", 999, 999, "/home/web", True),
            id="useradd-with-a-group-by-name",
        ),
        pytest.param(
            "useradd -ms /bin/bash web",
            MadeAccount("web", None, None, "/home/web", True),
            id="no-number",
        ),
        pytest.param(
            "useradd -r -d /srv web", MadeAccount("web", None, None, "/srv", False), id="no-home"
        ),
        pytest.param(
            "addgroup -g 50 -S web && adduser -S -D -H -u 50 -G web web",
            MadeAccount("web", 50, 50, "/home/web", False),
            id="busybox",
        ),
        pytest.param(
            "adduser -Dh /srv/web web",
            MadeAccount("web", None, None, "/srv/web", True),
            id="cluster",
        ),
        pytest.param(
            "adduser --system --group --uid 7 web",
            MadeAccount("web", 7, None, "/home/web", True),
            id="debian-adduser",
        ),
        pytest.param(
            "useradd web; usermod -u 33 web",
            MadeAccount("web", 33, None, "/home/web", False),
            id="usermod",
        ),
        pytest.param(
            "echo 'web:x:40:41::/srv:/bin/false' >> /etc/passwd",
            MadeAccount("web", 40, 41, "/srv", False),
            id="line-of-passwd",
        ),
        pytest.param(
            "X=web; useradd -u 4 $X", MadeAccount("web", 4, None, "/home/web", False), id="variable"
        ),
    ],
)
def test_one_user(code: str, expected: MadeAccount) -> None:
    assert made(code).users == {"web": expected}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("groupadd web", id="a-group"),
        pytest.param("addgroup --system web", id="a-group-of-debian"),
        pytest.param("adduser web www-data", id="a-member-of-a-group"),
        pytest.param("addgroup web www-data", id="a-member-of-a-group-of-busybox"),
        pytest.param("useradd web && userdel -r web", id="made-and-removed"),
    ],
)
def test_no_user(code: str) -> None:
    assert made(code).users == {}


def test_removed_users_are_remembered() -> None:
    assert made("deluser --remove-home node").removed == {"node"}
