"""Every module that serves calls: ours, which are described, and HubSpot's, which they describe."""

from __future__ import annotations

from app.web.api.hubspot import batches, definitions, links, v3, v4
from app.web.api.v1 import changes, feedback, key, webhooks

OURS = (
    key.operations,
    changes.operations,
    feedback.operations,
    webhooks.operations,
)
THEIRS = (
    definitions.operations,
    v3.operations,
    v4.operations,
    batches.operations,
    links.operations,
)
ROOMS = (*OURS, *THEIRS)
