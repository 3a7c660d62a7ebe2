"""The kernel is asked right: checked against sockets and processes of this machine."""

from __future__ import annotations

import os
import socket

import pytest

from hardener.verify.kernel import effective_uid, is_process_of, listening, parse_sockets


def test_own_uid() -> None:
    assert effective_uid(os.getpid()) == os.geteuid()


def test_process_that_is_gone() -> None:
    assert effective_uid(2**22 + 1) is None
    assert listening(2**22 + 1) is None


def test_this_process_is_no_container() -> None:
    assert not is_process_of(os.getpid(), "")


@pytest.mark.parametrize(
    ("family", "address", "told"),
    [
        pytest.param(socket.AF_INET, "127.0.0.1", "{}/tcp on loopback", id="loopback"),
        pytest.param(socket.AF_INET, "0.0.0.0", "{}/tcp", id="everywhere"),
        pytest.param(socket.AF_INET6, "::1", "{}/tcp on loopback", id="loopback of IPv6"),
        pytest.param(socket.AF_INET6, "::", "{}/tcp", id="everywhere in IPv6"),
    ],
)
def test_listening_sockets(family: socket.AddressFamily, address: str, told: str) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as server:
        port = bound_below_ephemeral(server, address)
        server.listen()
        ports = listening(os.getpid())
    assert ports is not None
    assert told.format(port) in ports


def bound_below_ephemeral(server: socket.socket, address: str) -> int:
    """Bind to a free port that isn't an ephemeral one; those are left out."""
    for port in range(21000, 32000):
        try:
            server.bind((address, port))
        except OSError:
            continue
        return port
    raise AssertionError("no free port")


def test_connected_sockets_do_not_listen() -> None:
    table = (
        "  sl  local_address rem_address   st tx_queue\n"
        "   0: 00000000:1F90 00000000:0000 0A 00000000\n"
        "   1: 0100007F:1F91 0100007F:9C40 01 00000000\n"
        "   2: 0100007F:8F00 00000000:0000 0A 00000000\n"
    )
    assert list(parse_sockets(table, "tcp")) == ["8080/tcp"]
