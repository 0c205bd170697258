"""From an uploaded landscape to a file with a rights card."""

from __future__ import annotations

import io
import re

import pytest

from adapters import metadata
from models.trail import verify
from tests.makers import Browser, Makers, picture

pytestmark = pytest.mark.both_engines


def test_a_landscape_is_uploaded_reviewed_and_downloaded(house: Makers, web, drain) -> None:
    """A4, A5, PUB-03, MET-02, MET-03: nobody in it, said by a human, so the file leaves with MR-NAP."""
    editor = house.user("editor")
    house.album(by=editor)
    browser = Browser(web).log_in(editor)
    page = browser.get("/upload").get_data(as_text=True)
    album = re.search(r'<option value="(\w+)"', page)[1]
    sent = browser.post(
        "/upload",
        {"album": album, "file": (io.BytesIO(picture()), "weide.jpg")},
        headers={"Accept": "application/json"},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 201
    code = sent.json["code"]
    assert 'data-clearance="unclear"' in browser.get("/library").get_data(as_text=True)
    assert drain() > 0
    shown = browser.get(f"/photos/{code}")
    assert shown.status_code == 200
    assert browser.get(f"/photos/{code}/preview/320").data[:4] == b"RIFF"
    refused = browser.post(f"/photos/{code}/deliveries", {"use": "website", "recipient": "Eva"})
    assert refused.status_code == 409
    assert "Nobody has confirmed yet who is in this photo." in refused.get_data(as_text=True)
    assert browser.post(f"/photos/{code}/review").status_code == 303
    assert 'data-clearance="cleared"' in browser.get("/library?state=cleared").get_data(as_text=True)
    issued = browser.post(f"/photos/{code}/deliveries", {"use": "website", "recipient": "Eva"})
    assert issued.status_code == 303
    file = browser.get(issued.headers["Location"] + "/file")
    assert file.status_code == 200
    tags = metadata.read_card(file.data)
    assert tags["XMP-plus:ModelReleaseStatus"] == "http://ns.useplus.org/ldf/vocab/MR-NAP"
    assert verify().bad is None
