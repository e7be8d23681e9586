"""HTML as a reader without scripts sees it: elements, text, forms and their buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}
SUBMITTED_BY_HAND = ("checkbox", "radio")


@dataclass(eq=False, slots=True)
class Element:
    """An element with what is in it, in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """An attribute."""
        return self.attributes.get(name, default)

    @property
    def within(self) -> Iterator[Element]:
        """All elements below, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.within

    @property
    def around(self) -> Iterator[Element]:
        """The elements that this one lies in, the nearest first."""
        outer = self.parent
        while outer is not None:
            yield outer
            outer = outer.parent

    @property
    def text(self) -> str:
        """The words in it, with single spaces."""
        return " ".join("".join(self._pieces()).split())

    def _pieces(self) -> Iterator[str]:
        for child in self.children:
            yield child if isinstance(child, str) else "".join(child._pieces())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements below of this kind, with these attributes."""
        return [
            e for e in self.within if e.tag == tag and attributes.items() <= e.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element of this kind."""
        (found,) = self.all(tag, **attributes)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        if tag not in VOID:
            self.at = made

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag, f"</{tag}> ends <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(html: str) -> Element:
    """The page, all its elements closed in order; anything else fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is left open"
    return reader.root


def fields(form: Element) -> list[tuple[str, str]]:
    """What a browser would send of `form` as it stands, its buttons aside."""
    sent = []
    for element in form.within:
        name = element.get("name")
        if element.tag == "textarea" and name:
            sent.append((name, element.text))
        if element.tag == "input" and name and _is_sent(element):
            sent.append((name, element.get("value")))
        if element.tag == "select" and name:
            options = element.all("option")
            chosen = [o for o in options if "selected" in o.attributes] or options[:1]
            sent += [(name, option.get("value")) for option in chosen]
    return sent


def _is_sent(element: Element) -> bool:
    return element.get("type") not in SUBMITTED_BY_HAND or "checked" in element.attributes


def buttons(page: Element) -> dict[str, tuple[Element, Element]]:
    """Every button with its form, by the word it sends, else by the last word of its address."""
    found: dict[str, tuple[Element, Element]] = {}
    for form in page.all("form"):
        assert form.get("method") == "post"
        for button in form.all("button"):
            word = button.get("value") or form.get("action").split("?")[0].rsplit("/", 1)[-1]
            assert word not in found, f"two buttons are called {word}"
            found[word] = (button, form)
    return found
