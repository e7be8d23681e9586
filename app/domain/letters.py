"""The words of a brand's own service mail: plain text, with the link on a line of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

LINK, BRAND = "{link}", "{brand}"
SUBJECT, BODY = "mail_subject", "mail_body"
"""What the two are called among a brand's texts."""
LONGEST_SUBJECT, LONGEST_BODY = 150, 4_000


class Letter(NamedTuple):
    """A subject and a text, each empty where the program's own stands in."""

    subject: str = ""
    body: str = ""

    @classmethod
    def among(cls, texts: Mapping[str, str]) -> Letter:
        """The letter among a brand's texts in one language."""
        return cls(texts.get(SUBJECT, ""), texts.get(BODY, ""))

    @classmethod
    def typed(cls, subject: str, body: str) -> Letter:
        """As somebody wrote it: one line, and lines that end alike."""
        lines = body.replace("\0", "").splitlines()
        return cls(" ".join(subject.replace("\0", "").split()), "\n".join(lines).strip())

    def texts(self) -> dict[str, str]:
        """What is kept of it."""
        kept = {SUBJECT: self.subject, BODY: self.body}
        return {name: text for name, text in kept.items() if text}

    def problems(self) -> dict[str, str]:
        """What is wrong, by field: too long, or the link is not on a line of its own, once."""
        found = {}
        if len(self.subject) > LONGEST_SUBJECT or LINK in self.subject:
            found["subject"] = "subject"
        if len(self.body) > LONGEST_BODY:
            found["body"] = "body"
        elif self.body and not self._has_its_link():
            found["body"] = "link-line"
        return found

    def filled(self, brand: str, link: str) -> Letter:
        """With the brand's name and the link in it."""
        subject = self.subject.replace(BRAND, brand)
        return Letter(subject, self.body.replace(LINK, link).replace(BRAND, brand))

    def _has_its_link(self) -> bool:
        lines = [line.strip() for line in self.body.splitlines()]
        return lines.count(LINK) == 1 and self.body.count(LINK) == 1
