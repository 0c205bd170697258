"""Words by the API and bytes that are no words: they come back as they went in, or are refused in a sentence (SEC-12)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from models.person import Person
from models.photo import Photo
from tests.makers import Browser, picture
from tests.views.api_client import Program
from tests.views.test_naughty_strings import NAUGHTY, kept

BROKEN = (
    b"\xff\xfe",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"Noor\xe9",
    b"\xf0\x9f\x8c",
    b"\x80",
)
MORE = (
    "\uff1cscript\uff1e", "\u0130stanbul \u0131", "\ufb01ne \u212b", "\u05d0\u05d1\u05d2 abc", "\u0645\u0631\u062d\u0628\u0627", "\U0001f1f3\U0001f1f1",
    "a\u0300\u0301", "\u202dabc\u202c", "\ufffe\uffff", "\U000e0041", "\u00ad", "\u3000",
)  # fmt: skip


@pytest.fixture
def editor(house):
    return house.user("editor")


def test_what_a_program_writes_it_reads_again(web, house, editor):
    """A person's name is tidied as names are; a caption, a tag and a title of an album stay or are refused."""
    api, wrong = Program(web, editor), []
    for number, naughty in enumerate((*NAUGHTY, *MORE)):
        made = api.post("/people", {"name": naughty})
        if made.status_code == 201:
            name = api.get(f"/people/{made.json['code']}").json["name"]
            if name not in kept(naughty):
                wrong.append(("name", naughty, name))
        elif made.status_code != 422:
            wrong.append(("name", naughty, made.status_code))
        sent = api.upload(
            picture(seed=number), caption=naughty, album=f"Album {number % 2}", **{"tags[]": [naughty]}
        )
        if sent.status_code != 201:
            wrong += [("photo", naughty, sent.status_code)] * (sent.status_code != 422)
            continue
        shown = api.get(f"/photos/{sent.json['code']}").json
        if shown["caption"] not in (naughty, naughty.strip(), *kept(naughty), " ".join(naughty.split())):
            wrong.append(("caption", naughty, shown["caption"]))
    assert wrong == []


def test_bytes_that_are_no_words_are_never_an_error_of_ours(web, house, editor):
    """In a form, a multipart form, an address, a header and a file's name: kept as a mark, or refused."""
    browser, album = Browser(web).log_in(editor), house.album(by=editor)
    token = browser._token()
    for odd in BROKEN:
        form = b"csrf_token=" + quote(token).encode() + b"&name=Noor" + odd
        said = browser.client.post("/people", data=form, content_type="application/x-www-form-urlencoded")
        assert said.status_code in (303, 400, 422), odd
        parts = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + more + b"\r\n\r\n" + value + b"\r\n"
            for name, more, value in (
                (b"csrf_token", b"", token.encode()), (b"album", b"", album.code.encode()), (b"caption" + odd, b"", odd),
                (b"file", b'; filename="a' + odd + b'.jpg"', picture(seed=odd[0])),
            )
        )  # fmt: skip
        said = browser.client.post(
            "/upload", data=parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
        )
        assert said.status_code in (200, 303, 400, 422), odd
        for address in (b"/library?q=" + quote(odd).encode(), b"/photos/" + quote(odd).encode()):
            assert browser.get(address.decode()).status_code in (200, 400, 404), odd
        header = {"User-Agent": odd.decode("latin-1"), "Accept-Language": odd.decode("latin-1"), "HX-Current-URL": odd.decode("latin-1"),
                  "Referer": odd.decode("latin-1")}  # fmt: skip
        assert browser.get("/library", headers=header).status_code == 200
        said = Program(web, editor).client.get(
            "/api/v1/photos", headers={"Authorization": f"Bearer {odd.decode('latin-1')}"}
        )
        assert said.status_code == 401
    for row in (*Person.select(), *Photo.select()):
        assert not any("\ud800" <= letter <= "\udfff" for letter in row.name)
        assert (
            browser.get(
                f"/{type(row).__name__.lower().replace('person', 'people').replace('photo', 'photos')}/{row.code}"
            ).status_code
            == 200
        )


FORMS = (b"name=%ED%A0%80", b"name=%FF", b"name=%00", b"%00=x", b"name", b"&&&=&=", b"=" * 5_000)


def test_a_form_of_odd_bytes_is_answered(web, editor):
    browser = Browser(web).log_in(editor)
    token = quote(browser._token()).encode()
    for form in FORMS:
        said = browser.client.post(
            "/people",
            data=b"csrf_token=" + token + b"&" + form,
            content_type="application/x-www-form-urlencoded",
        )
        assert said.status_code in (303, 400, 413, 422), form
