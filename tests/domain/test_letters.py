"""A brand's own words for the mail that brings the preferences link."""

from __future__ import annotations

import pytest

from app.domain.letters import LONGEST_BODY, LONGEST_SUBJECT, Letter

GOOD = "Hello from {brand}.\n\n{link}\n\nBye."


@pytest.mark.parametrize(
    ("subject", "body", "problems"),
    [
        ("", "", {}),
        ("Your choices", "", {}),
        ("", GOOD, {}),
        ("", "  {link}  ", {}),
        ("", "No link at all", {"body": "link-line"}),
        ("", "Press {link} here", {"body": "link-line"}),
        ("", "{link}\n{link}", {"body": "link-line"}),
        ("", "{link}\nor {link}", {"body": "link-line"}),
        ("", "{link}\n" + "a" * LONGEST_BODY, {"body": "body"}),
        ("a" * (LONGEST_SUBJECT + 1), "", {"subject": "subject"}),
        ("{link}", "", {"subject": "subject"}),
        ("a" * LONGEST_SUBJECT, "{link}\n" + "a" * (LONGEST_BODY - 7), {}),
        ("a\0" * LONGEST_SUBJECT, "", {}),
    ],
)
def test_the_link_stands_once_on_a_line_of_its_own(
    subject: str, body: str, problems: dict[str, str]
) -> None:
    assert Letter.typed(subject, body).problems() == problems


def test_what_is_typed_is_kept_in_lines_that_end_alike_and_a_subject_in_one() -> None:
    """H-36: no header is begun by a line break in a subject."""
    letter = Letter.typed(" Your\r\nBcc: x ", "\r\n{link}\r\n\0bye\r\n")
    assert letter == Letter("Your Bcc: x", "{link}\nbye")
    assert Letter.among(letter.texts()) == letter
    assert Letter().texts() == {}
    assert Letter.among({}) == Letter("", "")


def test_the_link_and_the_name_are_put_in() -> None:
    letter = Letter("{brand}: choices", GOOD).filled("Fernway {link}", "https://x/p/1")
    assert letter == Letter(
        "Fernway {link}: choices", "Hello from Fernway {link}.\n\nhttps://x/p/1\n\nBye."
    )
