"""The worker: huey's consumer, in processes, never threads (dlib's detector is not safe to share)."""

from __future__ import annotations

import os
import sys

from huey.bin import huey_consumer

from commands.children import die_with


def main() -> None:
    """Run until told to stop; as many processes as there are cores, four at most."""
    # A consumer killed with -9 would leave its processes working beside those of the next one.
    consumer = os.getpid()
    os.register_at_fork(after_in_child=lambda: die_with(consumer) if os.getppid() == consumer else None)
    count = max(1, min(4, os.cpu_count() or 2))
    sys.argv = [
        "huey_consumer",
        "tasks.huey",
        "-w",
        str(count),
        "-k",
        "process",
        "-g",
        "TERM",
        "-t",
        "30",
        "-q",
    ]
    huey_consumer.consumer_main()


if __name__ == "__main__":
    main()
