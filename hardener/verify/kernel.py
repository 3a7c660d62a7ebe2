"""Asks this machine's kernel about a container's processes: user ids, open ports, its network.

All of it needs the engine to be on this machine, and mostly root; what can't be read is None.
Source: proc(5), pid_namespaces(7), user_namespaces(7), setns(2), the kernel's net/ipv4/tcp_ipv4.c
(get_tcp4_sock) and include/net/tcp_states.h.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_CLONE_NEWNET = 0x40000000
_TCP_LISTEN = "0A"
_UDP_BOUND = "07"
_TABLES = (("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp"))
# /proc/sys/net/ipv4/ip_local_port_range as the kernel sets it: ports that nobody chose
_EPHEMERAL = range(32768, 61000)


def is_process_of(pid: int, container: str) -> bool:
    """Whether process `pid` of this machine is process 1 of the container with that id.

    A pid told by an engine on another machine, or in another pid namespace, names an unrelated
    process here. Engines put the container's id into the name of its control group; one that
    hides it still has process 1 of an inner pid namespace.
    """
    status = _status(pid)
    inner = status.get("NSpid", "").split()
    if len(inner) < 2 or inner[-1] != "1":
        return False
    try:
        groups = (_PROC / str(pid) / "cgroup").read_text()
    except OSError:
        return False
    return container in groups


def first_process_below(ancestor: int) -> int | None:
    """The process below `ancestor` that is process 1 of a pid namespace inside of ours."""
    parents: dict[int, int] = {}
    firsts = []
    for pid in _processes():
        status = _status(pid)
        parents[pid] = int(status.get("PPid", "0"))
        inner = status.get("NSpid", "").split()
        if len(inner) > 1 and inner[-1] == "1":
            firsts.append(pid)
    for pid in firsts:
        above = pid
        while above > 1:
            above = parents.get(above, 0)
            if above == ancestor:
                return pid
    return None


def effective_uid(pid: int) -> int | None:
    """The effective user id of a process, as its own user namespace numbers it."""
    fields = _status(pid).get("Uid", "").split()
    if len(fields) != 4:
        return None
    return _inside(int(fields[1]), pid)


def uids_of_namespace(pid: int) -> tuple[int, ...]:
    """The effective user ids of all processes in the pid namespace of `pid`, sorted."""
    namespace = _namespace(pid, "pid")
    if namespace is None:
        return ()
    found = {
        effective_uid(other) for other in _processes() if _namespace(other, "pid") == namespace
    }
    return tuple(sorted(uid for uid in found if uid is not None))


def listening(pid: int) -> frozenset[str] | None:
    """What is listened on in the network namespace of a process: "8080/tcp", "53/udp".

    Ports that only loopback reaches carry " on loopback"; ephemeral ports are left out.
    """
    found: set[str] = set()
    for table, protocol in _TABLES:
        try:
            text = (_PROC / str(pid) / "net" / table).read_text()
        except FileNotFoundError:
            if table.endswith("6"):
                continue  # a kernel without IPv6
            return None
        except OSError:
            return None
        found |= set(parse_sockets(text, protocol))
    return frozenset(
        port for port in found if not (port.endswith(" on loopback") and port.split()[0] in found)
    )


def parse_sockets(table: str, protocol: str) -> Iterator[str]:
    """The listening (TCP) or bound (UDP) ports in the text of /proc/net/tcp and its like."""
    wanted = _TCP_LISTEN if protocol == "tcp" else _UDP_BOUND
    for line in table.split("\n")[1:]:
        fields = line.split()
        if len(fields) < 4 or fields[3] != wanted:
            continue
        address, _, port = fields[1].partition(":")
        number = int(port, 16)
        if number in _EPHEMERAL:
            continue
        yield f"{number}/{protocol}" + (" on loopback" if _is_loopback(address) else "")


def connect_inside(pid: int, port: int, timeout: float) -> socket.socket:
    """A TCP connection to a port on loopback, in the network namespace of a process.

    Raises:
        PermissionError: entering the namespace isn't allowed.
        OSError: nothing answers there.
    """
    outcome: list[socket.socket | OSError] = []

    def connect() -> None:
        # setns counts for the calling thread alone, and a socket stays in its namespace
        try:
            _enter_network(pid)
            outcome.append(_connect_loopback(port, timeout))
        except OSError as error:
            outcome.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join()
    found = outcome[0]
    if isinstance(found, OSError):
        raise found
    return found


def _connect_loopback(port: int, timeout: float) -> socket.socket:
    try:
        return socket.create_connection(("127.0.0.1", port), timeout)
    except ConnectionRefusedError:
        with contextlib.suppress(OSError):
            return socket.create_connection(("::1", port), timeout)
        raise


def _enter_network(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "setns"):
        raise PermissionError("this system has no network namespaces")
    with (_PROC / str(pid) / "ns" / "net").open("rb") as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _is_loopback(address: str) -> bool:
    """The kernel prints addresses as 32-bit words in its own byte order."""
    if len(address) == 8:
        return address.endswith("7F")
    return address in ("0" * 24 + "01000000", "0" * 16 + "FFFF00000100007F")


def _inside(uid: int, pid: int) -> int | None:
    try:
        lines = (_PROC / str(pid) / "uid_map").read_text().split("\n")
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) == 3:
            inner, outer, length = (int(field) for field in fields)
            if outer <= uid < outer + length:
                return inner + uid - outer
    return uid


def _status(pid: int) -> dict[str, str]:
    try:
        text = (_PROC / str(pid) / "status").read_text(errors="replace")
    except OSError:
        return {}
    return {
        key: value.strip()
        for key, _, value in (line.partition(":") for line in text.split("\n"))
        if key
    }


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for name in os.listdir(_PROC):  # noqa: PTH208 - names alone; a Path for each is slow
            if name.isdigit():
                yield int(name)


def _namespace(pid: int, kind: str) -> str | None:
    try:
        return str((_PROC / str(pid) / "ns" / kind).readlink())
    except OSError:
        return None
