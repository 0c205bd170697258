"""Letters leave here: through the operator's mail server, or as files in the outbox."""

from __future__ import annotations

import os
import secrets
import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

PATIENCE = 20  # seconds


class MailRefused(Exception):
    """A letter was not taken; `permanent` when trying again is useless."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent


@dataclass(frozen=True)
class Letter:
    """One mail to one reader; attachments are (name, mime, bytes)."""

    to: str
    to_name: str
    subject: str
    text: str
    html: str | None = None
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)
    reply_to: str | None = None
    key: str = ""  # the same for the same letter: handed over twice, it is one mail to the outbox and to who reads it


class Mailer:
    """Sends letters; without a server it writes them to the outbox folder as .eml files."""

    def __init__(self, url: str | None, outbox: Path, sender: str) -> None:
        self.url, self.outbox, self.sender = url, outbox, sender

    @classmethod
    def from_url(cls, url: str | None, outbox: Path, sender: str) -> Mailer:
        """`smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`; None for the outbox folder."""
        if url is not None and urlsplit(url).scheme not in ("smtp", "smtps", "smtp+starttls"):
            raise ValueError("SMTP_URL must begin with smtp://, smtp+starttls:// or smtps://")
        return cls(url, outbox, sender)

    def send(self, letter: Letter) -> str:
        """Hand the letter over and return its message id; MailRefused when it was not taken."""
        try:
            message = self._message(letter)
        except (ValueError, IndexError, MessageError) as error:
            raise MailRefused("the address can't be used", permanent=True) from error
        if self.url is None:
            self._keep(message, letter.key)
        else:
            self._send(message)
        return str(message["Message-ID"])

    def greet(self) -> None:
        """Reach the mail server, log in and leave; nothing is sent. OSError or SMTPException when it does not answer."""
        with self._server() as server:
            server.ehlo()

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        sender = Address(addr_spec=self.sender)
        message["From"] = sender
        message["To"] = Address(display_name=_line(letter.to_name), addr_spec=letter.to)
        message["Subject"] = _line(letter.subject)
        message["Date"] = format_datetime(datetime.now(UTC))
        own = f"<{letter.key}@{sender.domain}>" if letter.key else None
        message["Message-ID"] = own or make_msgid(domain=sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        if letter.reply_to:
            message["Reply-To"] = Address(addr_spec=letter.reply_to)
        message.set_content(letter.text)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        for name, mime, data in letter.attachments:
            kind, _, detail = mime.partition("/")
            message.add_attachment(data, maintype=kind, subtype=detail, filename=_line(name))
        return message

    def _keep(self, message: EmailMessage, key: str) -> None:
        self.outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{key or f'{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}'}.eml"
        if (self.outbox / name).exists():
            return  # written by a worker that died before it could say so
        draft = self.outbox / f".{secrets.token_hex(4)}-{name}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self.outbox / name)

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._server() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise MailRefused("the address was refused", permanent=code >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise MailRefused(
                f"the server said {error.smtp_code}", permanent=error.smtp_code >= 500
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailRefused("the mail server did not answer", permanent=False) from error

    def _server(self) -> smtplib.SMTP:
        parts = urlsplit(self.url or "")
        host, context = parts.hostname or "localhost", ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(
                host, parts.port or (587 if "starttls" in parts.scheme else 25), timeout=PATIENCE
            )
        if parts.scheme == "smtp+starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _line(text: str) -> str:
    """One line: a newline in a name or subject would start a header of its own."""
    return " ".join(text.split())
