"""Where mail providers tell of bounces, complaints and opt-outs (R-140 to R-147, H-47).

Each address answers only where its setting is there. A wrong signature is 403 and stores nothing;
an event nobody knows is 200 and changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from flask import Blueprint, Response, abort, request
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import HTTPException

from app.domain.address import MalformedAddress, unwrapped
from app.domain.feedback import Feedback
from app.domain.words import Via
from app.feedback import mailgun, postmark, sendgrid, ses
from app.feedback.reading import Unreadable
from app.services import feedback
from app.services.feedback import Report
from app.web.current import site
from app.web.feedback.fetching import fetched
from app.web.recipient.opening import GUESSES, network

log = logging.getLogger(__name__)
bp = Blueprint("feedback", __name__)
LARGEST = 4 * 1024 * 1024
CERTIFICATES: dict[str, bytes] = {}
FETCHES = RateLimitItemPerMinute(10)
"""How many certificates one network may have fetched, before anything is known to be signed. Each
that SNS has is kept, and who is refused is told to come again."""


class TooManyNamed(OSError):
    """Certificates, by one network."""


@bp.before_request
def allow_batches() -> None:
    """Providers tell of many events at once."""
    request.max_content_length = LARGEST


@bp.errorhandler(Unreadable)
def unreadable(fault: Unreadable) -> Response:
    """What the provider does not send."""
    return _said(f"{fault}.", 400)


@bp.errorhandler(HTTPException)
def refused(fault: HTTPException) -> Response:
    """In a word: it is a program that reads it."""
    return _said(f"{fault.name}.", fault.code or 500)


@bp.post("/feedback/sendgrid")
def from_sendgrid() -> Response:
    """SendGrid's event webhook."""
    raw, key = request.get_data(), _configured(site().settings.sendgrid_public_key)
    if not _signatures().sendgrid_authentic(raw, request.headers, key, site().now()):
        abort(403)
    return _taken("sendgrid", sendgrid.feedback(raw, site().now()))


@bp.post("/feedback/mailgun")
def from_mailgun() -> Response:
    """Mailgun's webhooks."""
    raw, key = request.get_data(), _configured(site().settings.mailgun_signing_key)
    if not mailgun.authentic(raw, key, site().now()):
        abort(403)
    return _taken("mailgun", mailgun.feedback(raw, site().now()))


@bp.post("/feedback/postmark")
def from_postmark() -> Response:
    """Postmark's webhooks. They bear a password and no signature: who guesses at it is slowed."""
    credentials, counts = _configured(site().settings.postmark_credentials), site().counts
    if counts.exceeded(GUESSES, "postmark", network()):
        abort(429)
    if not postmark.authentic(request.headers.get("Authorization", ""), credentials):
        counts.allow(GUESSES, "postmark", network())
        abort(403)
    return _taken("postmark", postmark.feedback(request.get_data(), site().now()))


@bp.post("/feedback/ses")
def from_ses() -> Response:
    """Amazon SES through an SNS topic: its confirmation, then its notices."""
    topics = _configured(site().settings.ses_topics)
    notice = ses.Notice(request.get_data())
    if notice.get("TopicArn") not in topics:
        abort(403)
    try:
        if not _signatures().sns_authentic(notice, _certificate, CERTIFICATES):
            abort(403)
        if notice["Type"] == "SubscriptionConfirmation":
            return _subscribed(notice.get("SubscribeURL", ""))
        if notice["Type"] == "UnsubscribeConfirmation":
            log.error("The SNS topic %s tells no longer: subscribe it again", notice["TopicArn"])
    except OSError as fault:
        log.warning("SNS cannot be asked now: %s", type(fault).__name__)
        abort(503)
    return _taken("ses", ses.feedback(notice, site().now()))


def _certificate(url: str) -> bytes:
    """Anybody may name some that SNS has not, each of which may hold up a thread for seconds."""
    if not site().counts.allow(FETCHES, "sns-certificate", network()):
        raise TooManyNamed
    return fetched(url)


def _subscribed(url: str) -> Response:
    """Confirm the subscription; only at SNS itself."""
    if not _signatures().of_sns(url):
        abort(403)
    fetched(url)
    return _said("Confirmed.")


def _taken(provider: str, told: Sequence[Feedback]) -> Response:
    """Store it, and answer 200 when it is on disk. An address that is none is passed over."""
    reports = [report for each in told if (report := _report(provider, each))]
    new = site().database.write(feedback.take, reports, site().now()) if reports else 0
    log.info("%s told of %d events, %d of them new", provider, len(told), new)
    return _said(f"{new} of {len(told)} are new.")


def _report(provider: str, told: Feedback) -> Report | None:
    try:
        key = site().keys(unwrapped(told.address))
    except MalformedAddress:
        return None
    id_ = f"{provider} {told.id}" if told.id else ""
    return Report(key, told.told, told.at, id_, Via.PROVIDER_EVENT, told.answer)


def _configured(setting: Any) -> Any:
    if not setting:
        abort(404)
    return setting


def _signatures() -> Any:
    """Loaded when a provider first calls: no other page needs its cryptography."""
    return import_module("app.feedback.signatures")


def _said(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")
