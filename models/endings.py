"""Endings that nobody may miss: notices before consents end, and the trail's head leaving the house."""

from __future__ import annotations


def tell() -> int:
    """Write every notice that is due and was not written yet; returns how many."""
    return 0


def mail_head() -> None:
    """Write the notice that carries today's signed head to each DPO."""
