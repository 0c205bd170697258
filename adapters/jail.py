"""The child half of the sandbox: what it forbids itself, then a loop over a closed list of functions."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import resource
import signal
import socket
import struct
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from adapters.landlock import fence, libraries
from adapters.sandbox import MAX_HEADER, Block, Reply, Unfit, Unreadable, pack
from adapters.scrub import note_heap

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CAPABILITY_VERSION_3 = 0x20080522
MAX_HANDLES = 64
# Above the time limit of any call: the hard limit that even a child taken over cannot lift.
LIFETIME_SECONDS = 3600

Function = Callable[[dict[str, Any], list[bytes]], Reply]


def serve(parent: int, seconds: float, memory: int) -> None:
    """Confine this process, then answer calls on standard input until it closes."""
    inlet, outlet = _private_pipes()
    note_heap()
    confine(parent, memory)
    functions = _closed_list()
    _send(outlet, {"network_cut": network_is_cut()}, [])
    while (frame := _receive(inlet)) is not None:
        header, blocks = frame
        _allow_seconds(seconds)
        reply, made = answer(functions, header, blocks)
        _send(outlet, reply, made)
        wipe(made)


def become(parent: int, command: list[str], scratch: str, memory: int) -> None:
    """Confine this process and turn it into another program, which may write beneath `scratch` only."""
    confine(parent, memory, scratch=Path(scratch))
    os.execvp(command[0], command)  # noqa: S606 - a fixed command of ours, found on a fixed PATH


def confine(parent: int, memory: int, *, scratch: Path | None = None) -> None:
    """Give up network, privileges, files but the libraries, core dumps and all memory above `memory` bytes."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    # A user namespace of its own also bars the child from the memory and environment of its parent.
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        libc.unshare(CLONE_NEWNET)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    fence(libc, libraries() if scratch is None else [*libraries(), Path("/etc/perl")], scratch)
    libc.capset(struct.pack("Ii", CAPABILITY_VERSION_3, 0), bytes(24))
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0 if scratch is None else memory),
        (resource.RLIMIT_NOFILE, MAX_HANDLES),
        (resource.RLIMIT_CPU, LIFETIME_SECONDS),
    ):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


def network_is_cut() -> bool:
    """Try it instead of trusting the call that cut it; connecting a datagram socket sends nothing."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("127.0.0.1", 9))
    except OSError as error:
        return error.errno in (errno.ENETUNREACH, errno.EPERM, errno.EACCES)
    return False


def answer(functions: Mapping[str, Function], header: dict[str, Any], blocks: list[bytes]) -> Reply:
    """Run one function and turn whatever it raises into a reason: malformed files raise every class."""
    try:
        return functions[header["call"]](header["arguments"], blocks)
    except Unreadable as error:
        return {"error": error.reason, "because": error.because}, []
    except Unfit as error:
        return {"unfit": str(error)}, []
    except MemoryError:
        return {"error": "out_of_memory"}, []
    except Exception as error:
        return {"error": "damaged", "because": type(error).__name__}, []


def _closed_list() -> dict[str, Function]:
    """Name every function that may ever run here."""
    from adapters import pdf, pixels, tables, unzip

    warnings.simplefilter("ignore")
    return {
        "prepare": pixels.prepare,
        "render": pixels.render,
        "encode": pixels.encode,
        "scan": pixels.scan,
        "paper": pdf.typeset,
        "sheet": tables.unpack,
        "unzip": unzip.unpack,
        "report": _report,
    }


def wipe(blocks: Sequence[Block]) -> None:
    """Overwrite what was answered: only faceprints come in writable blocks."""
    for block in blocks:
        view = memoryview(block)
        if not view.readonly:
            view.cast("B")[:] = bytes(view.nbytes)


def _report(_arguments: dict[str, Any], _blocks: list[bytes]) -> Reply:
    """Tell what this process holds, so that a check can see what it does not hold."""
    limits = {name: resource.getrlimit(getattr(resource, name)) for name in ("RLIMIT_AS", "RLIMIT_FSIZE")}
    return {
        "pid": os.getpid(),
        "environment": dict(os.environ),
        "network_cut": network_is_cut(),
        "encoder_loaded": "face_recognition" in sys.modules,
        "modules": sorted(name for name in sys.modules if "." not in name),
        "limits": limits,
    }, []


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes away from descriptors 0 and 1, where C libraries print their warnings."""
    inlet, outlet = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return inlet, outlet


def _allow_seconds(seconds: float) -> None:
    """Let this call use `seconds` of CPU; the kernel ends the process after that."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def _receive(inlet: BinaryIO) -> tuple[dict[str, Any], list[bytes]] | None:
    """Read one call, or None when the parent closed the pipe."""
    prefix = inlet.read(4)
    if len(prefix) < 4:
        return None
    length = min(int.from_bytes(prefix, "big"), MAX_HEADER)
    header = json.loads(inlet.read(length))
    return header, [inlet.read(size) for size in header.pop("blocks")]


def _send(outlet: BinaryIO, header: dict[str, Any], blocks: Sequence[Block]) -> None:
    for part in pack(header, blocks):
        view = memoryview(part).cast("B")
        while view:
            view = view[outlet.write(view) :]
