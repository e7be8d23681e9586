"""What types and brands are called, for templates."""

from __future__ import annotations

from typing import Any

from app.domain.catalog import Catalog
from app.web.admin.rendering import admin_language


def names(catalog: Catalog) -> dict[str, Any]:
    """`type_name` and `brand_name`: by id, in the language of the admin; "" where there is none."""
    spoken = admin_language()

    def type_name(id_: int) -> str:
        type_ = catalog.types.get(id_)
        return (type_.texts.get("name", spoken, catalog.language) or type_.slug) if type_ else ""

    def brand_name(id_: int) -> str:
        return catalog.brands[id_].name if id_ in catalog.brands else ""

    return {"type_name": type_name, "brand_name": brand_name}
