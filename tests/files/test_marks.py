"""Which parts of a row may be addresses: whose row it is, where somebody is erased."""

from app.files.marks import like_addresses


def test_everything_between_separators_with_an_at_in_it_may_be_an_address() -> None:
    cell = "a@b@c, Dan <dan@example.com> 'f@g' @h i@"
    assert like_addresses([cell, "no", "x@y"]) == {cell, "a@b@c", "dan@example.com", "f@g", "x@y"}


def test_a_cell_is_read_once_however_long() -> None:
    """H-20: to begin at each of its letters would take hours."""
    assert like_addresses(["x" * 1_000_000 + " @"]) == {"x" * 1_000_000 + " @"}
