"""First start or update: keys, database, defaults; prints what the operator must know."""

from __future__ import annotations

import sys


def main() -> int:
    """Prepare the data of this configuration; one sentence on stderr when it can't be."""
    from adapters.keys import KeysMissing, WrongKey
    from app import first_start
    from config import Config

    config = Config.from_environment()
    try:
        link = first_start(config)
    except (KeysMissing, WrongKey) as error:
        print(f"clearframe: {error} Nothing was changed.", file=sys.stderr)
        return 1
    if config.demo:
        from demo import library

        print("\n".join(library.build(config)))
    elif link:
        print(f"Create the administrator's account here, once, within three days: {link}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
