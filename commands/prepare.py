"""First start or update: keys, database, defaults; prints what the operator must know."""

from __future__ import annotations

import sys

from commands import exit_code
from commands.unsealing import unseal
from config import Config


def prepare() -> None:
    """Prepare the data of this configuration: create what is not there, bring up to date what is."""
    from app import first_start

    config = Config.from_environment()
    unseal(config.keys)
    link = first_start(config)
    if config.demo:
        from demo import library

        print("\n".join(library.build(config)))
    elif link:
        print(f"Create the administrator's account here, once, within three days: {link}")


if __name__ == "__main__":
    sys.exit(exit_code(prepare))
