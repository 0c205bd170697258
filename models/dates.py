"""Days and moments in words, for pages as for papers: one way of writing them in the house."""

from adapters.dates import written_day, written_moment, written_month

__all__ = ["written_day", "written_moment", "written_month"]
