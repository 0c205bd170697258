"""Letters: whole, to one reader, and nothing typed by anyone becomes a header."""

from __future__ import annotations

import email
import email.policy
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.mail import Letter, Mailer, MailRefused


@pytest.fixture
def mailer(tmp_path):
    return Mailer.from_url(None, tmp_path / "outbox", "clearframe@clearframe.example")


def sent(mailer, **values):
    letter = {
        "to": "noor@clearframe.example",
        "to_name": "Noor",
        "subject": "Hello",
        "text": "Text\n",
        **values,
    }
    for old in mailer.outbox.glob("*.eml"):
        old.unlink()
    mailer.send(Letter(**letter))
    (path,) = mailer.outbox.glob("*.eml")
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_a_letter_arrives_as_it_was_written(mailer):
    files = [
        ("consent-ab.pdf", "application/pdf", bytes(range(256)) * 300),
        ("note.txt", "text/plain", b"caf\xc3\xa9\n"),
    ]
    message = sent(
        mailer, to_name="Zoë Ünal 🎓", subject="Toestemming voor foto's – één vraag", text="Beste Zoë,\n\n€ 5\n",
        html="<p>Beste Zoë</p>", attachments=files, reply_to="privacy@clearframe.example",
    )  # fmt: skip
    assert message["Subject"] == "Toestemming voor foto's – één vraag"
    assert [(a.display_name, a.addr_spec) for a in message["To"].addresses] == [
        ("Zoë Ünal 🎓", "noor@clearframe.example")
    ]
    assert (message["From"], message["Reply-To"]) == (
        "clearframe@clearframe.example",
        "privacy@clearframe.example",
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@clearframe.example>")
    assert message.get_body(("plain",)).get_content() == "Beste Zoë,\n\n€ 5\n"
    assert message.get_body(("html",)).get_content().strip() == "<p>Beste Zoë</p>"
    kept = [
        (a.get_filename(), a.get_content_type(), a.get_payload(decode=True))
        for a in message.iter_attachments()
    ]
    assert kept == files


INJECTED = "x\r\nBcc: thief@clearframe.example\n\nAnother body"


@pytest.mark.parametrize("field", ["to_name", "subject"])
@pytest.mark.parametrize(
    "breaker", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\x1e", "\n\n"]
)
def test_a_line_break_in_a_name_or_subject_starts_no_header(mailer, field, breaker):
    message = sent(mailer, **{field: f"Noor{breaker}Bcc: thief@clearframe.example{breaker}{breaker}Body"})
    assert message["Bcc"] is None
    assert sorted(set(message.keys())) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
         "MIME-Version"]
    )  # fmt: skip
    assert message.get_content() == "Text\n"
    assert [a.addr_spec for a in message["To"].addresses] == ["noor@clearframe.example"]


@pytest.mark.parametrize(
    "address", [INJECTED, "a@b\nBcc: c@d", "a@b, c@d", "", "nobody", "a@b\r\n", "<a@b>", "a b@c", "a@@b"]
)
def test_an_address_that_is_none_is_refused_for_good(mailer, address):
    with pytest.raises(MailRefused) as refused:
        mailer.send(Letter(address, "Noor", "Hello", "Text"))
    assert refused.value.permanent
    assert list(mailer.outbox.glob("*")) == [] if mailer.outbox.exists() else True


def test_a_file_s_name_starts_no_header(mailer):
    message = sent(mailer, attachments=[('a"\r\nX-Evil: 1\r\n.pdf', "application/pdf", b"%PDF")])
    (attachment,) = message.iter_attachments()
    assert "X-Evil" not in attachment
    assert attachment.get_payload(decode=True) == b"%PDF"


@given(st.text(max_size=120), st.text(max_size=300))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_the_letter_goes_to_its_reader_alone(mailer, name, subject):
    try:
        message = sent(mailer, to_name=name, subject=subject)
    except MailRefused:
        return
    assert [a.addr_spec for a in message["To"].addresses] == ["noor@clearframe.example"]
    assert {"Bcc", "Cc"} & set(message.keys()) == set()
    assert message.get_content() == "Text\n"


def test_letters_lie_in_the_outbox_for_their_owner_alone(mailer):
    sent(mailer)
    (path,) = mailer.outbox.iterdir()
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(mailer.outbox.stat().st_mode)) == (0o600, 0o700)


def test_only_addresses_of_mail_servers(tmp_path):
    for url in ("http://x", "x", "file:///tmp", ""):
        with pytest.raises(ValueError, match="SMTP_URL"):
            Mailer.from_url(url, tmp_path, "a@b.example")


def test_a_server_that_is_not_there_is_asked_again_later(tmp_path):
    mailer = Mailer.from_url("smtp://127.0.0.1:1", tmp_path, "a@clearframe.example")
    with pytest.raises(MailRefused) as refused:
        mailer.send(Letter("noor@clearframe.example", "Noor", "Hello", "Text"))
    assert not refused.value.permanent
