"""Reminding the people of a campaign: a new link each time, never after an answer, never too often (T3, T4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from peewee import ModelSelect, fn

from adapters import clock
from models.base import db
from models.campaign import BATCH, GAP, PACE, Campaign
from models.job import Job
from models.request import Request, Way, refused_lately

REMINDERS = (timedelta(days=14), timedelta(days=7))  # nearest first: after a week off only one speaks
LONGEST = timedelta(days=28)  # an older question is not chased by itself any more


def unanswered(campaign: Campaign, before: datetime | None = None) -> ModelSelect[Request]:
    """The requests of a campaign that mail can chase; only those neither sent nor reminded since a moment.

    A link handed over in another way is left as it is: a new one would reach nobody and end the one in her hand.
    """
    query = campaign.requests.where(
        Request.used_at.is_null(), Request.revoked_at.is_null(), Request.way.in_([Way.MAIL, Way.DEVICE])
    )
    if before is None:
        return query
    return query.where(fn.COALESCE(Request.reminded_at, Request.at) < Request.at.db_value(before))


def chase(campaign_id: int) -> None:
    """Remind the next who have not answered; a job that goes on until nobody is due."""
    campaign = Campaign.get_by_id(campaign_id)
    if campaign.chased_at is None or campaign.closed_at is not None:
        return
    due = unanswered(campaign, campaign.chased_at - GAP)
    for request in list(due.order_by(Request.id).limit(BATCH)):
        _remind(request, by_campaign=campaign)
    with db.atomic():
        if unanswered(campaign, campaign.chased_at - GAP).exists():
            Job.put("chase", campaign.id, due_at=clock.now() + PACE)


def remind_due() -> int:
    """Remind by itself after 7 and after 14 days, in campaigns that say so; returns how many."""
    now, count = clock.now(), 0
    for campaign in Campaign.select().where(Campaign.remind == True, Campaign.closed_at.is_null()):  # noqa: E712
        query = unanswered(campaign, now - GAP).where(Request.at > now - LONGEST)
        for request in list(query.order_by(Request.id).limit(5 * BATCH)):
            if _is_due(request, now):
                count += _remind(request, by_campaign=None)
    return count


def _is_due(request: Request, now: datetime) -> bool:
    for after in REMINDERS:
        if now >= request.at + after:
            return request.reminded_at is None or request.reminded_at < request.at + after
    return False


def _remind(request: Request, *, by_campaign: Campaign | None) -> bool:
    unreachable = not request.signer.email
    if unreachable or all(refused_lately(request.person, use) for use in request.uses()):
        # She said no elsewhere meanwhile (T3), or no letter would arrive: noted as done, the link stays.
        Request.update(reminded_at=clock.now()).where(Request.id == request.id).execute()
        return False
    request.remind(by=by_campaign.chased_by if by_campaign else None)
    return True
