"""Links into Sayso, for the program itself and for senders: loads no web framework, no database."""

from app.links.environment import BadSetting, from_environment
from app.links.headers import message_policy
from app.links.mailing import AddressLinks, mailing_links
from app.links.sender import preferences_url, unsubscribe_headers, unsubscribe_url

__all__ = [
    "AddressLinks",
    "BadSetting",
    "from_environment",
    "mailing_links",
    "message_policy",
    "preferences_url",
    "unsubscribe_headers",
    "unsubscribe_url",
]
