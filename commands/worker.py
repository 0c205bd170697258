"""The worker: huey's consumer, in processes, never threads (dlib's detector is not safe to share)."""

from __future__ import annotations

import os
import sys

from huey.bin import huey_consumer


def main() -> None:
    """Run until told to stop; half the cores, at least one process, for the web must stay quick."""
    count = max(1, min(4, (os.cpu_count() or 2)))
    sys.argv = ["huey_consumer", "tasks.huey", "-w", str(count), "-k", "process", "-g", "TERM", "-t", "30", "-q"]
    huey_consumer.consumer_main()


if __name__ == "__main__":
    main()
