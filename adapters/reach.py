"""Which machines may be spoken to: a name is looked up once, its address is looked at, and that very address is used."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

Resolver = Callable[..., list[Any]]
# An IPv4 address may hide in these: translated, or as the last four bytes.
DISGUISES = tuple(
    map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "2002::/16", "2001::/32"))
)
# Metadata services of clouds that are not link-local.
METADATA = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)


class OutOfReach(OSError):
    """An address inside the house, or one nobody may be sent to."""


def one_address(host: str, port: int, *, private: bool, resolve: Resolver = socket.getaddrinfo) -> str:
    """The one address to connect to. Looked up here and not again: a name that changes its mind gets nowhere.

    `private` also allows this machine and the networks inside the house; OSError for a name nobody knows.
    """
    found = [row[4][0] for row in resolve(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(may_reach(str(address), private=private) for address in found):
        raise OutOfReach(f"{host} lies inside the house")
    return str(found[0])


def may_reach(address: str, *, private: bool) -> bool:
    """Whether an address may be spoken to."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    if isinstance(ip, ipaddress.IPv6Address) and not ip.is_loopback and any(ip in net for net in DISGUISES):
        return False
    # Link-local holds the metadata services of clouds: never, whatever the operator allows.
    if ip in METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return False
    return ip.is_global or private
