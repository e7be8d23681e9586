"""Every table. What is bound to an address has the address key first in its primary key.

Moments are milliseconds since 1970, UTC. Preferences and events carry no foreign key to brands or
types: an opt-out must be kept whatever becomes of what it names (docs/rules.md, 5).
"""

from app.store.tables.base import metadata
from app.store.tables.catalog import (
    account,
    brand,
    brand_logo,
    setting_version,
    subscription_type,
    text_version,
)
from app.store.tables.contacts import (
    contact,
    contact_property,
    contact_search,
    contact_value,
    search_debt,
)
from app.store.tables.feed import feed, feed_state, unsequenced
from app.store.tables.feedback import feedback_seen
from app.store.tables.imports import file_debt, import_part
from app.store.tables.keys import api_answer, api_key, message
from app.store.tables.ledger import email_address, event, evidence, preference
from app.store.tables.mail import outbox
from app.store.tables.rights import rights_request, sign_up
from app.store.tables.runs import run, run_row
from app.store.tables.statistics import day_count, progress
from app.store.tables.users import admin_user, audit, user_session, user_token
from app.store.tables.webhooks import webhook, webhook_delivery
from app.store.tables.workflows import (
    enrolment,
    enrolment_step,
    workflow,
    workflow_mark,
    workflow_version,
)

__all__ = [
    "account",
    "admin_user",
    "api_answer",
    "api_key",
    "audit",
    "brand",
    "brand_logo",
    "contact",
    "contact_property",
    "contact_search",
    "contact_value",
    "day_count",
    "email_address",
    "enrolment",
    "enrolment_step",
    "event",
    "evidence",
    "feed",
    "feed_state",
    "feedback_seen",
    "file_debt",
    "import_part",
    "message",
    "metadata",
    "outbox",
    "preference",
    "progress",
    "rights_request",
    "run",
    "run_row",
    "search_debt",
    "setting_version",
    "sign_up",
    "subscription_type",
    "text_version",
    "unsequenced",
    "user_session",
    "user_token",
    "webhook",
    "webhook_delivery",
    "workflow",
    "workflow_mark",
    "workflow_version",
]
