"""Our own papers with hostile words in every field: nothing is fetched, nothing comes in, the words stand there as words."""

from __future__ import annotations

import io
import re
import subprocess

import pikepdf
import pytest

from models import contact_sheet, evidence, faces, poster
from models.base import db
from models.campaign import Campaign, CampaignWay
from models.consent import Consent
from models.photo import Photo
from models.request import Choice, Request, Way
from models.setting import Setting
from models.share import Share
from models.wording import Wording
from tests.adapters.test_pdf import listener

__all__ = ["listener"]


def words(url):
    """A hostile word for each field, and no two alike."""
    return {
        "organisation": f"</title><style>@import url({url}/a);body{{background:url({url}/b)}}</style>",
        "organisation_address": f'<svg><image xlink:href="{url}/c"/><use href="{url}/d#x"/></svg>',
        "privacy_email": f"<img src={url}/e onerror=x>@people.example",
        "person": f"<img src={url}/f>Noor", "signer": f'"><iframe src="{url}/g"></iframe>Noor',
        "use": "<link rel=attachment href=file:///etc/passwd>Website", "about": "url(file:///etc/passwd) {{7*7}} %(name)s",
        "album": f"<object data={url}/h></object>{{% include '/etc/passwd' %}}", "campaign": f'<base href="{url}/">Open day',
        "title": f"' style='content:url({url}/i)' <embed src={url}/j>", "credit": f"<a href={url}/k rel=attachment>Lens</a>",
        "alt_text": f'" src="{url}/l" x="', "recipient": f"<script src={url}/m></script>Gazette",
    }  # fmt: skip


@pytest.fixture
def papers(house, drain, listener):
    """Every paper there is, with these words in it; and what knocked while they were made."""
    url, knocks = listener
    said, editor = words(url), house.user("editor")
    with db.atomic():
        for key in ("organisation", "organisation_address", "privacy_email"):
            Setting.put(key, said[key])
        Setting.put("shares", True)
    use = house.use()
    use.names, use.about = {"en": said["use"]}, {"en": said["about"]}
    use.save()
    album = house.album(said["album"], by=editor)
    photo = house.photo(album, by=editor, name=f"<img src={url}>.jpg")
    drain()
    photo = Photo.get_by_id(photo.id)
    Photo.update(title=said["title"], credit=said["credit"], alt_text=said["alt_text"]).where(
        Photo.id == photo.id
    ).execute()
    person = house.person(said["person"], by=editor, email="noor@people.example")
    faces.add_person(photo, person, by=editor)
    photo.review(by=editor)
    asked = Request.ask([person], [use], Wording.current()[0], by=None, way=Way.LINK)[0]
    consent = Consent.sign(asked, Choice({use.code: True}, None), signer=said["signer"], steps={})
    campaign = Campaign.start(
        said["campaign"], [], [use], Wording.current()[0], by=editor, way=CampaignWay.POSTER
    )
    share = Share.make([Photo.get_by_id(photo.id)], use, recipient=said["recipient"], by=editor)
    made = {
        "receipt": evidence.receipt(consent), "poster": poster.poster(campaign),
        "contact sheet": contact_sheet.of_share(share),
    }  # fmt: skip
    return said, made, knocks


# Which words each paper shows.
SHOWN = {
    "receipt": ("organisation", "organisation_address", "privacy_email", "signer", "use", "about"),
    "poster": ("organisation", "organisation_address", "privacy_email", "use", "campaign"),
    "contact sheet": ("organisation", "recipient", "use", "title", "credit"),
}


def test_hostile_words_are_printed_and_do_nothing(papers):
    said, made, knocks = papers
    assert set(made) == set(SHOWN)
    for name, data in made.items():
        paper = pikepdf.open(io.BytesIO(data))
        streams = b"".join(o.read_bytes() for o in paper.objects if isinstance(o, pikepdf.Stream))
        assert b"root:" not in streams, name
        assert "/EmbeddedFiles" not in paper.Root.get("/Names", pikepdf.Dictionary()), name
        acts = [
            str(o.get("/URI", o.get("/S")))
            for o in paper.objects
            if isinstance(o, pikepdf.Dictionary)
            and o.get("/S") in ("/URI", "/JavaScript", "/Launch", "/SubmitForm")
        ]
        assert [act for act in acts if not act.startswith("http://localhost/withdraw/")] == [], name
        text = bare(
            subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True).stdout.decode()
        )  # fmt: skip
        assert [key for key in SHOWN[name] if bare(said[key]) not in text] == [], name
    assert knocks == []


def bare(text):
    """Without what breaking lines adds or takes."""
    return re.sub(r"[\s\u00ad\u2010-]", "", text)
