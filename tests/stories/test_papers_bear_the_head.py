"""Every PDF bears in its foot how far the trail reached when it was made (AUD-04)."""

from __future__ import annotations

import re
import subprocess

import pytest

from models import contact_sheet, evidence, poster, trail
from models.campaign import Campaign, CampaignWay
from models.consent import Consent
from models.trail import Head
from models.wording import Wording
from tests.house.tree import HERE, files, in_rooms
from tests.stories.test_share_walk import Scene


@pytest.fixture
def scene(house, drain):
    return Scene(house, drain)


def test_each_paper_names_a_signed_head_on_every_page(scene):
    campaign = Campaign.start(
        "Open day", [], [scene.use], Wording.current()[0], by=scene.editor, way=CampaignWay.POSTER
    )
    papers = {
        "poster": poster.poster(campaign),
        "contact sheet": contact_sheet.of_share(scene.share()),
        "receipt": evidence.receipt(Consent.select().first()),
    }
    for name, data in papers.items():
        said = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
        ).stdout.decode()
        for page in said.rstrip("\f\n").split("\f"):
            number, begins = re.search(r"trail (\d+) (\S{24})", page).groups()
            head = Head.select().where(Head.seq == int(number)).order_by(Head.id.desc()).get()
            assert head.note.splitlines()[2].startswith(begins), name
    assert trail.verify([head.note for head in Head.select()]).bad is None


def test_there_is_one_place_where_papers_are_made():
    """Whoever makes a PDF goes by models/papers.py, and each template has the foot."""
    making = [
        str(path)
        for path in in_rooms("models", "views", "tasks")
        if "pdf.render(" in (HERE / path).read_text()
    ]
    assert making == ["models/papers.py"]
    templates = [
        path for path in files(".html") if path.parent.as_posix() == "templates/pdf" and path.name[0] != "_"
    ]
    bare = [
        path.name for path in templates if '{% include "pdf/_foot.html" %}' not in (HERE / path).read_text()
    ]
    assert (bare, len(templates) >= 3) == ([], True)
