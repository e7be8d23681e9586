"""One Jinja environment per language, with translations settled when a template compiles.

`_("… %(name)s …", name=x)` becomes its translation's pieces with x between them, so that a page
costs no look-up of its words when it is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    nodes,
    select_autoescape,
)
from jinja2.visitor import NodeTransformer

from app.text.languages import LANGUAGES, direction, translated

TEMPLATES = Path(__file__).parent.parent.parent / "templates"


@cache
def environment(language: str) -> Environment:
    """The templates in one language. Values are escaped in .html, not in .txt."""
    made = Environment(
        loader=_SettlingLoader(str(TEMPLATES)),
        autoescape=select_autoescape(("html",), ("txt",), default=True),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        lang=language,
        dir=direction(language),
        languages=LANGUAGES,
    )
    made.extend(translate=partial(translated, language))
    return made


def template(name: str, language: str) -> Template:
    """The template called `name` in `language`."""
    return environment(language).get_template(name)


class _SettlingLoader(FileSystemLoader):
    """Parses, settles and compiles: all three by Jinja's public calls."""

    def load(
        self,
        environment: Environment,
        name: str,
        globals: Any = None,
    ) -> Template:
        source, filename, _ = self.get_source(environment, name)
        tree = environment.parse(source, name, filename)
        settled = Settled(environment.translate).visit(tree)  # type: ignore[attr-defined]
        code = environment.compile(settled, name, filename)
        return environment.template_class.from_code(environment, code, globals or {}, None)


class Settled(NodeTransformer):
    """Replaces each call of `_` by what it says in one language."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self._translate = translate

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802
        """A constant text becomes constants and the values between them."""
        self.generic_visit(node)
        if not (isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        text = node.args[0]
        if not isinstance(text, nodes.Const):
            raise TypeError(f"line {node.lineno}: _() takes a constant text")
        values = {keyword.key: keyword.value for keyword in node.kwargs}
        pieces = re.split(r"%\((\w+)\)s", self._translate(text.value))
        joined: list[nodes.Expr] = [
            values[piece] if at % 2 else nodes.Const(piece)
            for at, piece in enumerate(pieces)
            if piece
        ]
        return nodes.Concat(joined, lineno=node.lineno)
