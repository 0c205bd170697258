"""Wires the parts together; no rule lives here."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, cast

from flask import Flask, Request

import tasks
import views
from adapters import logs
from adapters.hooks import Hooks
from adapters.keys import KeyStore
from adapters.mail import Mailer
from adapters.oidc import Provider
from adapters.place import place_of
from adapters.sandbox import Sandbox
from adapters.spool import Spool
from adapters.storage import open_storage
from adapters.typesetter import Typesetter
from adapters.vault import Vault
from adapters.witness import witnesses
from config import Config
from models import schema
from models.base import Backups, Tools, db, tools
from models.job import Job
from models.restoring import Unfinished, is_unfinished

HERE = Path(__file__).resolve().parent


class SealedRequest(Request):
    """A request whose files wait sealed while they arrive."""

    def _get_file_stream(self, *_about: Any, **_more: Any) -> IO[bytes]:
        return cast("IO[bytes]", Spool())


def wire(config: Config, *, restoring: bool = False) -> None:
    """Open keys, database, vault and mail for this process; refuses when a key is wrong or missing, or a restore half done."""
    if is_unfinished(config.data) and not restoring:
        raise Unfinished(config.data)
    logs.begin(config.log_level)
    keys = KeyStore.open(config.keys)
    storage = open_storage(config.storage_url, config.data / "vault")
    schema.open_database(config.database_url, keys.secret("database"))
    tools.wire(
        Tools(
            vault=Vault(keys, storage),
            keys=keys,
            mailer=Mailer.from_url(config.smtp_url, config.data / "outbox", config.mail_from),
            sandbox=Sandbox(),
            typesetter=Typesetter(HERE / "translations", HERE / "templates", config.timezone),
            hooks=Hooks(private=config.webhook_private),
            base_url=config.base_url,
            zone=config.timezone,
            locale=config.locale,
            staging=config.data / "staging",
            database_url=config.database_url,
            sign_on=_provider(config),
            backups=Backups(
                config.backup_to,
                config.backup_days,
                config.keys_backup_to,
                config.keys_backup_days,
                config.backup_recipient,
            ),
            witnesses=witnesses(config.heads_to),
            reserve=config.disk_reserve,
            place=place_of(config.database_url, config.storage_url, config.queue_url),
        )
    )
    Job.nudge = staticmethod(tasks.nudge)


def _provider(config: Config) -> Provider | None:
    if not config.oidc_issuer:
        return None
    return Provider(
        config.oidc_issuer, config.oidc_client_id, config.oidc_client_secret, config.oidc_groups_claim,
        name=config.oidc_name, roles=config.oidc_roles, trust_factor=config.oidc_trust_factor,
        trust_email=config.oidc_trust_email, inside=config.oidc_hosts,
    )  # fmt: skip


def first_start(config: Config) -> str | None:
    """Create keys, database and defaults where there are none; the administrator's one-time link if nobody has an account."""
    from models import beginning, erasure

    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not config.has_data():
        schema.check_without_keys(config.database_url, config.keys)
        KeyStore.create(config.keys).close()
    wire(config)
    schema.check_with_keys(config.database_url, tools.keys)
    tools.vault.begin()
    with db.connection_context():
        schema.check_known()
        schema.migrate()
        erasure.replay()  # before anything is served: a backup may have brought back what was erased
        return beginning.first_link(config.base_url)


def create_app(config: Config | None = None) -> Flask:
    """Open the parts and build the web application; the data must have been prepared by first_start."""
    config = config or Config.from_environment()
    wire(config)
    return build(config)


def build(config: Config) -> Flask:
    """The web application on parts that are open already."""
    app = Flask(__name__, template_folder="templates", static_folder="static")
    app.request_class = SealedRequest
    configure(app, config)
    views.init_app(app)
    return app


def configure(app: Flask, config: Config) -> None:
    """What the application knows of the house behind it."""
    app.config.update(
        SECRET_KEY=tools.keys.secret("web"),
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        SESSION_COOKIE_NAME="__Host-clearframe" if config.is_https else "clearframe",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=config.locale,
        BABEL_DEFAULT_TIMEZONE=config.timezone,
        CLEARFRAME=config,
    )
