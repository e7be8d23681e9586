"""Every module that serves calls: ours, which are described, and HubSpot's, which they describe."""

from __future__ import annotations

from app.web.api.hubspot import batches, definitions, v3, v4
from app.web.api.hubspot import links as their_links
from app.web.api.v1 import (
    brands,
    changes,
    contact_writes,
    contacts,
    decisions,
    exports,
    feedback,
    import_presses,
    imports,
    key,
    links,
    lists,
    messages,
    preference_writes,
    preferences,
    subscription_types,
    webhooks,
    workflows,
)

OURS = (
    key.operations,
    links.operations,
    decisions.operations,
    preferences.operations,
    preference_writes.operations,
    lists.operations,
    exports.operations,
    contacts.operations,
    contact_writes.operations,
    imports.operations,
    import_presses.operations,
    subscription_types.operations,
    brands.operations,
    messages.operations,
    changes.operations,
    feedback.operations,
    webhooks.operations,
    workflows.operations,
)
THEIRS = (
    definitions.operations,
    v3.operations,
    v4.operations,
    batches.operations,
    their_links.operations,
)
ROOMS = (*OURS, *THEIRS)
