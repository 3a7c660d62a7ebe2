"""Reading the record of an image for one tag."""

from collections.abc import Mapping
from typing import Final, Literal, cast

from hardener.images.distributions import distribution_of, tag_status
from hardener.images.image_facts import (
    Account,
    Certainty,
    Distribution,
    Family,
    ImageFacts,
    PrivilegeDrop,
    TagStatus,
)
from hardener.images.matching import UNKNOWN, Json, Tag

_LISTS: Final = ("entrypoint", "cmd", "expose", "volumes")
# parts of a record that are not one value each
_STRUCTURE: Final = frozenset({"distribution", "users", "users_derived", "variants", "history"})


def evaluate(
    key: str, name: str, written: str | None, tag: Tag, record: Json, rules: Json
) -> ImageFacts:
    """The facts of one record of a data file for one tag.

    `key` is the record's name, `name` the canonical one that was asked for, `written` the tag as it
    stands in the reference; `rules` are those of the data file.
    """
    history = record.get("history")
    status = tag_status(tag.text, history)[0] if history and not tag.hidden else None
    distribution, release, as_recorded = distribution_of(key, name, tag, record, status, rules)
    fields = _fields(record, tag)
    if distribution == "windows":
        return _windows(key, written, status, record["source"], fields)
    older = status in ("retired", "unlisted")
    if older:
        _forget_what_changes(fields)
    accounts = _accounts(record, tag, older=older) if "users" in fields else {}
    user, uid, gid = _user(fields, accounts)
    drop = _drop(fields, tag, accounts)
    manager = fields.get("package_manager")
    if not as_recorded:
        manager = rules["package_managers"].get(distribution)
    family = _family(fields, distribution, manager, rules)
    package = rules["account_packages"].get(distribution) if family == "shadow-missing" else None
    return ImageFacts(
        name=key,
        tag=written,
        tag_status=status,
        source=record["source"],
        distribution=cast(Distribution | None, distribution),
        release=release,
        family=family,
        account_package=package,
        package_manager=manager,
        has_shell=fields.get("shell"),
        shell_path=fields.get("shell_path"),
        user=user,
        uid=uid,
        gid=gid,
        user_is_root=None if user is None else uid == 0,
        users=accounts,
        groups=fields.get("groups", {}),
        uid_1000_taken=_uid_1000(record, fields, accounts, distribution, release, rules),
        drops_privileges=drop,
        application_user=_application_user(key, fields, accounts, user, uid, drop, rules),
        from_config=False,
        **{name: tuple(fields[name] or ()) if name in fields else None for name in _LISTS},
        workdir=(fields["workdir"] or "/") if "workdir" in fields else None,
        stopsignal=fields.get("stopsignal"),
        env=fields.get("env"),
        nonroot_variant=fields.get("nonroot_variant", {}),
        runtime_image=fields.get("runtime_image", {}),
        notes=fields.get("notes"),
    )


def _windows(
    key: str, written: str | None, status: TagStatus | None, source: str, fields: Json
) -> ImageFacts:
    # the records describe the Linux images; of the Windows ones at most the user is known
    user = fields.get("windows_user")
    return ImageFacts(
        name=key,
        tag=written,
        tag_status=status,
        source=source,
        distribution="windows",
        family="windows",
        user=user,
        user_is_root=None if user is None else user == "ContainerAdministrator",
        notes=fields.get("notes"),
    )


def _fields(record: Json, tag: Tag) -> Json:
    """The values of a record for one tag, its variants applied in order; the unknown is left out.

    `users` is there while the accounts of the record hold for the tag.
    """
    picked = {key: tag.pick(value) for key, value in record.items() if key not in _STRUCTURE}
    fields = {key: value for key, value in picked.items() if value is not UNKNOWN}
    fields["users"] = True
    for variant in record.get("variants", ()):
        applies = tag.matches(variant["match"])
        if applies is False:
            continue
        for key, value in variant["set"].items():
            new = tag.pick(value)
            if new is UNKNOWN or (applies is None and fields.get(key, UNKNOWN) != new):
                fields.pop(key, None)
            else:
                fields[key] = new
        for key in variant.get("unknown", ()):
            fields.pop(key, None)
    return fields


def _forget_what_changes(fields: Json) -> None:
    """Leave out what an older tag need not share with today's.

    Entrypoints come and go. Images got an account of their own in the course of time and did not
    give it up again; so root holds for older tags, and another user does not.
    """
    fields.pop("entrypoint", None)
    fields.pop("cmd", None)
    if fields.get("user", "root") != "root":
        del fields["user"]
        if fields.get("drops_privileges") is False:
            del fields["drops_privileges"]


def _accounts(record: Json, tag: Tag, *, older: bool) -> dict[str, Account]:
    certain = not older or "ids" in record["history"]["lasting"]
    accounts: dict[str, Account] = {}
    certainties: tuple[tuple[str, Certainty], ...] = (
        ("users_derived", "derived"),
        ("users", "stated"),
    )
    for part, certainty in certainties:
        for name, recorded in record.get(part, {}).items():
            ids = tag.pick(recorded)
            if ids is UNKNOWN or ids is None:
                continue
            uid, _, gid = ids.partition(":")
            accounts[name] = Account(
                name, int(uid), int(gid) if gid else None, certainty if certain else "assumed"
            )
    return accounts


def _user(
    fields: Json, accounts: Mapping[str, Account]
) -> tuple[str | None, int | None, int | None]:
    """The USER as text with its ids, as far as its own numbers and the accounts say them."""
    text = fields.get("user")
    if text is None:
        return None, None, None
    name, _, group = text.partition(":")
    if name == "root":
        return text, 0, 0
    if name.isdecimal():
        uid: int | None = int(name)
        account = next((one for one in accounts.values() if one.uid == uid), None)
    else:
        account = accounts.get(name)
        uid = account.uid if account is not None else None
    if group.isdecimal():
        return text, uid, int(group)
    return text, uid, account.gid if account is not None else None


def _drop(
    fields: Json, tag: Tag, accounts: Mapping[str, Account]
) -> PrivilegeDrop | Literal[False] | None:
    recorded = fields.get("drops_privileges")
    if recorded is None or recorded is False:
        return recorded
    account, uid = accounts.get(recorded["to"]), tag.pick(recorded.get("uid"))
    if account is not None:
        uid = None if account.certainty == "assumed" else account.uid
    return PrivilegeDrop(
        by=recorded["by"],
        to=recorded["to"],
        uid=uid if isinstance(uid, int) else None,
        scope=recorded["scope"],
        when=recorded.get("when"),
        override=recorded.get("override"),
        note=recorded.get("note"),
    )


def _family(
    fields: Json, distribution: str | None, manager: str | None, rules: Json
) -> Family | None:
    if "family" in fields:
        return cast(Family | None, fields["family"])
    if fields.get("shell") is False:
        return "none"
    by_manager = rules["families_by_package_manager"].get(manager or "", {})
    for key in (distribution, "*"):
        if key in by_manager:
            return cast(Family | None, by_manager[key])
    return cast(Family | None, rules["families"].get(distribution))


def _uid_1000(
    record: Json,
    fields: Json,
    accounts: Mapping[str, Account],
    distribution: str | None,
    release: str | None,
    rules: Json,
) -> bool | None:
    recorded = fields.get("uid_1000")
    if recorded is True or any(account.uid == 1000 for account in accounts.values()):
        return True
    if distribution == "scratch":
        return False
    if distribution == "ubuntu" and release in rules["uid_1000"]["ubuntu"]:
        # some images take the account of their distribution away again
        return True if recorded == "by-release" else None
    known = distribution in rules["uid_1000"]["free"]
    if distribution == "ubuntu" and release is None:
        known = False
    # an image outside the official list may have accounts that nobody wrote down
    return False if known and "history" in record and fields.get("user") == "root" else None


def _application_user(
    key: str,
    fields: Json,
    accounts: Mapping[str, Account],
    user: str | None,
    uid: int | None,
    drop: PrivilegeDrop | Literal[False] | None,
    rules: Json,
) -> Account | None:
    if "application_user" in fields:
        return accounts.get(fields["application_user"])
    if user is not None and uid != 0:
        name = user.partition(":")[0]
        if name.isdecimal():
            return next((account for account in accounts.values() if account.uid == uid), None)
        return accounts.get(name) or Account(name, uid, None, "stated")
    if drop:
        return accounts.get(drop.to) or Account(drop.to, drop.uid, None, "stated")
    candidates = [one for one in accounts.values() if one.name not in rules["system_accounts"]]
    if len(candidates) > 1:
        # varnish has varnish, vcache and varnishlog: the one that bears the image's name
        candidates = [one for one in candidates if one.name == key.rpartition("/")[2]]
    return candidates[0] if len(candidates) == 1 else None
