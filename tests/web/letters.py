"""What lies in a mailbox."""

from __future__ import annotations

import re
from email.message import EmailMessage
from urllib.parse import urlsplit


def link_in(mail: EmailMessage, folder: str) -> str:
    """The path of the one link in a mail, which leads below `folder`."""
    (url,) = re.findall(r"https://\S+", mail.get_content())
    path = str(urlsplit(url).path)
    assert path.startswith(folder)
    return path
