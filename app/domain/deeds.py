"""What users do that the audit trail keeps, by the names it is kept under."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from app.domain.keys import ApiKey
from app.domain.words import Instant


class Deed(StrEnum):
    """One kind of thing done."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    SIGNED_OUT_EVERYWHERE = "signed-out-everywhere"
    PASSWORD_SET = "password-set"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a name
    NAME_CHANGED = "name-changed"
    SECOND_FACTOR_ON = "second-factor-on"
    SECOND_FACTOR_OFF = "second-factor-off"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    USER_INVITED = "user-invited"
    ROLE_CHANGED = "role-changed"
    USER_DEACTIVATED = "user-deactivated"
    SECOND_FACTOR_REQUIRED = "second-factor-required"
    SECOND_FACTOR_OPTIONAL = "second-factor-optional"
    CONTACT_CREATED = "contact-created"
    CONTACT_EDITED = "contact-edited"
    CONTACT_DELETED = "contact-deleted"
    CONTACT_MOVED = "contact-moved"
    MESSAGE_NAMED = "message-named"
    MESSAGE_CHANGED = "message-changed"
    PROPERTY_CREATED = "property-created"
    PROPERTY_RENAMED = "property-renamed"
    PROPERTY_ARCHIVED = "property-archived"
    PROPERTY_RESTORED = "property-restored"
    LIST_EXPORTED = "list-exported"
    IMPORT_BEGUN = "import-begun"
    RUN_STARTED = "run-started"
    RUN_PAUSED = "run-paused"
    RUN_RESUMED = "run-resumed"
    RUN_CANCELLED = "run-cancelled"
    RUN_UNDONE = "run-undone"
    KEY_MADE = "key-made"
    KEY_REVOKED = "key-revoked"
    WEBHOOK_MADE = "webhook-made"
    WEBHOOK_CHANGED = "webhook-changed"
    WEBHOOK_SECRET_RENEWED = "webhook-secret-renewed"  # noqa: S105 - a name
    WEBHOOK_ON = "webhook-on"
    WEBHOOK_OFF = "webhook-off"
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_SENT_AGAIN = "webhook-sent-again"
    WORKFLOW_MADE = "workflow-made"
    WORKFLOW_EDITED = "workflow-edited"
    WORKFLOW_ACTIVATED = "workflow-activated"
    WORKFLOW_PAUSED = "workflow-paused"
    WORKFLOW_ARCHIVED = "workflow-archived"
    ENROLLED = "enrolled"
    TAKEN_OUT = "taken-out"
    SUBSCRIBED = "subscribed"
    CONSENT_RENEWED = "consent-renewed"
    UNSUBSCRIBED = "unsubscribed"
    OPTED_OUT = "opted-out"
    OPT_OUT_REMOVED = "opt-out-removed"
    BOUNCE_LIFTED = "bounce-lifted"
    EDIT_UNDONE = "edit-undone"
    LINK_MAILED = "link-mailed"
    LINK_COPIED = "link-copied"
    MAIL_WORDED = "mail-worded"
    REQUEST_NOTED = "request-noted"
    REQUEST_ENDED = "request-ended"
    PERSON_ERASED = "person-erased"
    SIGN_UP_WORDED = "sign-up-worded"
    TYPE_MADE = "type-made"
    TYPE_EDITED = "type-edited"
    TYPES_ORDERED = "types-ordered"
    TYPE_ARCHIVED = "type-archived"
    TYPE_RESTORED = "type-restored"
    BRAND_MADE = "brand-made"
    BRAND_EDITED = "brand-edited"
    BRAND_ARCHIVED = "brand-archived"
    BRAND_RESTORED = "brand-restored"
    DATA_PRIVACY_ON = "data-privacy-on"
    DATA_PRIVACY_OFF = "data-privacy-off"
    SETTINGS_CHANGED = "settings-changed"


class Doer(NamedTuple):
    """Who does something, and when. Neither user nor key: somebody at the command line."""

    user: int | None
    at: Instant
    key: ApiKey | None = None

    @property
    def reference(self) -> str:
        """What stands on what comes of it."""
        return self.key.reference if self.key else f"user:{self.user}"
