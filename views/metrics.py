"""Figures for whoever watches the machine, in Prometheus' text format, behind a token of its own."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from flask import Blueprint, abort, current_app, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from werkzeug.wrappers import Response

from models.figures import figures
from views.access import public

bp = Blueprint("metrics", __name__)


class Reading:
    """Reads the house anew at each scrape."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Every figure as Prometheus' gauge."""
        for figure in figures():
            gauge = GaugeMetricFamily(figure.name, figure.about, labels=figure.labels)
            for labels, value in figure.values.items():
                gauge.add_metric(list(labels), value)
            yield gauge


@bp.get("/metrics")
@public
def show() -> Response:
    """All figures for the bearer of METRICS_TOKEN; for everyone else there is nothing here."""
    token = current_app.config["CLEARFRAME"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not token or not hmac.compare_digest(given, token.encode()):
        abort(404)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Reading())
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
