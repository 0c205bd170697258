"""The poster of an event: one QR code, what the photos are for, how to object, in three languages (Art. 13)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from models import papers
from models.base import tools
from models.campaign import Campaign
from models.errors import Refusal, _l
from models.setting import Setting
from models.wording import LOCALES

TITLE = _l("May we use photos of you?")
ABOUT = _l("%(organisation)s takes photos here: %(name)s.")
USES = _l("We would like to use them for: %(uses)s.")
STEP = _l("Scan the code and choose yes or no for each use. It takes a minute, you need no account.")
OBJECT = _l(
    "You don't want to be in a photo, or want to object later? Tell the photographer, or write to %(contact)s. Saying no "
    "has no consequences."
)


def poster(campaign: Campaign) -> bytes:
    """The poster as a tagged A4 PDF; Refusal for a campaign that has none."""
    if campaign.token is None:
        raise Refusal(_l("This campaign has no poster: it asks each person by a link of their own."))
    organisation = str(Setting.of("organisation"))
    picture = "data:image/svg+xml;base64," + b64encode(campaign.qr().encode()).decode()
    return papers.make(
        "poster.html", tools.locale, parts=[_part(campaign, organisation, lang) for lang in LOCALES],
        organisation=organisation, address=str(Setting.of("organisation_address")), qr=picture, link=campaign.link,
        name=campaign.name,
    )  # fmt: skip


def _part(campaign: Campaign, organisation: str, lang: str) -> dict[str, Any]:
    def say(words: str, **values: str) -> str:
        said = tools.typesetter.gettext(words, lang)
        return said % values if values else said

    uses = ", ".join(use.name_in(lang) for use in campaign.uses())
    return {
        "lang": lang,
        "title": say(TITLE),
        "about": say(ABOUT, organisation=organisation, name=campaign.name),
        "uses": say(USES, uses=uses),
        "step": say(STEP),
        "object": say(OBJECT, contact=str(Setting.of("privacy_email")) or organisation),
    }
