"""Every module that serves calls: ours, which are described, and HubSpot's, which they describe."""

from __future__ import annotations

from app.web.api.hubspot import definitions
from app.web.api.v1 import key

OURS = (key.operations,)
THEIRS = (definitions.operations,)
ROOMS = (*OURS, *THEIRS)
