"""The web server's own messages, in the same lines as everything else's."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.glogging import Logger

from adapters import logs


class Lines(Logger):
    """Hands what gunicorn has to say to our log, in the master too, which never opens the application."""

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A request that can't be read is not written down: its address and its words are somebody's."""
        if str(msg).startswith("Invalid request from"):
            msg, args = "a request that can't be read was refused", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """What broke, without the address that was asked for: links are in it."""
        if str(msg).startswith("Error handling request"):
            msg, args = "a request broke off", ()
        super().exception(msg, *args, **kwargs)

    def setup(self, cfg: Any) -> None:
        """Take gunicorn's own handlers away again, and begin ours."""
        super().setup(cfg)
        for each in (self.error_log, self.access_log):
            each.handlers.clear()
            each.propagate = True
        self.access_log.disabled = True  # a line per request is the diary's, without addresses
        logs.begin(os.environ.get("LOG_LEVEL", "").strip().upper() or "INFO")
