"""sayso brands, types and example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import click

from app.cli.site import catalog as read_catalog
from app.cli.site import do, here, named_brand, named_type
from app.domain import lines
from app.domain.catalog import Look
from app.domain.colours import PAPER_LIGHT, BadColour, look_with, proposed_dark, readable
from app.domain.deeds import Deed
from app.domain.lines import LONGEST_NAME, Unfit
from app.domain.pictures import LARGEST_LOGO, media_type
from app.services import brands as brands_there
from app.services import catalog as services
from app.services import example as examples
from app.services import settings
from app.services.brands import DefaultBrand
from app.services.catalog import NewBrand, NewType, Taken
from app.services.settings import NoBrand, Settings
from app.services.types import ArchivedBrand
from app.text.languages import LANGUAGES

UNFIT = {
    "no-slug": "{0!r} is no slug: use a to z, 0 to 9 and hyphens, with a letter among them.",
    "no-name": "A name is needed.",
    "too-long": "That is too long: a name has at most {1} characters, a line at most {2}.",
    "control-characters": "No line breaks or control characters, please.",
    "no-mailbox": "{0!r} is no mailbox: write name@domain or Name <name@domain>.",
    "shames": "{0!r} presses people who leave. Say what comes, and no more.",
}
ARCHIVED = "{0} is archived: it sends nothing any more."
DEFAULT = """This is the default brand: its look is needed.
Choose another first: sayso account edit --default-brand SLUG"""


@click.group("account")
def account_() -> None:
    """The account: edit."""


@account_.command("edit")
@click.option("--name", help='As in "every brand of NAME".')
@click.option("--default-brand", help="Whose look the account's own pages wear.")
def edit_account(name: str | None, default_brand: str | None) -> None:
    """Change what is given of the account; the rest stays."""
    found = read_catalog()
    brand = None if default_brand is None else named_brand(found, default_brand).id
    to = Settings(
        name=found.name if name is None else _name(name),
        language=found.language,
        default_brand=brand or found.default_brand,
        fallback_form=found.fallback_form,
        network_days=found.network_days,
    )
    try:
        do(Deed.SETTINGS_CHANGED, ("account", 1), settings.save, to)
    except NoBrand:
        raise click.UsageError(ARCHIVED.format(default_brand)) from None


@click.group()
def brands() -> None:
    """Brands: list, add, edit, archive."""


@brands.command("list")
def list_brands() -> None:
    """One line a brand: id, slug, name."""
    for brand in read_catalog().brands.values():
        archived = "  (archived)" if brand.archived else ""
        click.echo(f"{brand.id}  {brand.slug}  {brand.name}{archived}")


@brands.command("add")
@click.argument("slug")
@click.argument("name")
def add_brand(slug: str, name: str) -> None:
    """Add a brand. Prints its id."""
    new = NewBrand(_slug(slug), _name(name))
    read_catalog()  # which refuses another installation's secret
    try:
        click.echo(do(Deed.BRAND_MADE, ("brand", None), services.add_brand, new, here().now()))
    except Taken:
        raise click.UsageError(f"There is a brand {slug!r} already.") from None


@brands.command("edit")
@click.argument("brand")
@click.option("--name")
@click.option("--sender", help="As in Fernway Books <post@fernway.example>.")
@click.option("--postal-address")
@click.option("--contact", help="An email address for questions.")
@click.option("--language", type=click.Choice(sorted(LANGUAGES)))
@click.option("--colour", help="Of buttons on white, as in #1d6a4b.")
@click.option("--colour-dark", help="Of buttons on black, as in #7ecba6; else made of --colour.")
@click.option("--intro", help="A sentence for the head of the preference page.")
@click.option("--logo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def edit_brand(
    brand: str,
    colour: str | None,
    colour_dark: str | None,
    intro: str | None,
    logo: Path | None,
    **texts: str | None,
) -> None:
    """Change what is given of BRAND; the rest stays."""
    found = named_brand(read_catalog(), brand)
    deed = (Deed.BRAND_EDITED, ("brand", found.id))
    changed: dict[str, object] = {k: READ[k](v) for k, v in texts.items() if v is not None}
    if colour or colour_dark:
        changed["look"] = _look(found.look, colour, colour_dark)
    if intro is not None:
        changed["texts"] = {found.language: {"intro": _line(intro)}}
    if changed:
        do(*deed, services.edit_brand, found.id, changed, here().now())
    if logo:
        media_type, content = _picture(logo)
        do(*deed, services.set_logo, found.id, media_type, content)


@brands.command("archive")
@click.argument("brand")
def archive_brand(brand: str) -> None:
    """Archive BRAND and its types. Their links go on opting out."""
    wanted = named_brand(read_catalog(), brand)
    deed = (Deed.BRAND_ARCHIVED, ("brand", wanted.id))
    try:
        do(*deed, brands_there.archive, wanted.id, here().now())
    except DefaultBrand:
        raise click.UsageError(DEFAULT) from None


@click.group()
def types() -> None:
    """Subscription types: list, add, edit, archive."""


@types.command("list")
def list_types() -> None:
    """One line a type: id, brand, slug, what it is."""
    found = read_catalog()
    for type_ in found.types.values():
        kind = "transactional" if type_.transactional else "marketing"
        seen = "public" if type_.public else "private"
        archived = "  (archived)" if type_.archived else ""
        brand = found.brands[type_.brand].slug
        click.echo(f"{type_.id}  {brand}  {type_.slug}  {kind}, {seen}{archived}")


@types.command("add")
@click.argument("brand")
@click.argument("slug")
@click.argument("name")
@click.option("--description", default="")
@click.option("--frequency", default="", help="As in Every Friday.")
@click.option("--transactional", is_flag=True, help="Must-send mail: nobody can leave it.")
@click.option("--private", is_flag=True, help="Shown and mailed only to those subscribed.")
@click.option("--confirm", is_flag=True, help="A yes is confirmed by mail.")
def add_type(
    brand: str,
    slug: str,
    name: str,
    description: str,
    frequency: str,
    transactional: bool,
    private: bool,
    confirm: bool,
) -> None:
    """Add a type to BRAND. Prints its id. It subscribes nobody."""
    its_brand = named_brand(read_catalog(), brand)
    texts = {"name": _name(name), "description": _line(description), "frequency": _line(frequency)}
    new = NewType(
        its_brand.id,
        _slug(slug),
        {its_brand.language: texts},
        transactional=transactional,
        public=not private,
        confirms=confirm,
    )
    try:
        click.echo(do(Deed.TYPE_MADE, ("type", None), services.add_type, new, here().now()))
    except Taken:
        raise click.UsageError(f"There is a type {slug!r} already.") from None
    except ArchivedBrand:
        raise click.UsageError(ARCHIVED.format(its_brand.slug)) from None


@types.command("edit")
@click.argument("type_", metavar="TYPE")
@click.option("--language", required=True, type=click.Choice(sorted(LANGUAGES)))
@click.option("--name")
@click.option("--description")
@click.option("--frequency")
def edit_type(type_: str, language: str, **texts: str | None) -> None:
    """Change what is given of TYPE's texts in one language; the rest stays."""
    wanted = named_type(read_catalog(), type_)
    changed = {name: READ[name](text) for name, text in texts.items() if text is not None}
    kept = dict(wanted.texts.by_language)
    kept[language] = {**kept.get(language, {}), **changed}
    deed = (Deed.TYPE_EDITED, ("type", wanted.id))
    do(*deed, services.edit_type_texts, wanted.id, kept, here().now())


@types.command("archive")
@click.argument("type_", metavar="TYPE")
def archive_type(type_: str) -> None:
    """Archive TYPE: never mailed, never shown, never deleted."""
    wanted = named_type(read_catalog(), type_)
    deed = (Deed.TYPE_ARCHIVED, ("type", wanted.id))
    do(*deed, services.archive_type, wanted.id, here().now())


@click.group()
def example() -> None:
    """The example of a first run."""


@example.command("remove")
def remove_example() -> None:
    """Archive the example brand and erase its people."""
    read_catalog()  # which refuses another installation's secret: with it nobody is found
    archived = here().database.write(examples.remove, here().keys, here().now())
    click.echo("The example is removed." if archived else "There is no example.")


def _typed(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except Unfit as unfit:
        told = UNFIT[unfit.word].format(text, LONGEST_NAME, lines.LONGEST_LINE)
        raise click.UsageError(told) from None


def _slug(text: str) -> str:
    return _typed(lines.slug, text)


def _name(text: str) -> str:
    return _typed(lines.name, text)


def _line(text: str) -> str:
    return _typed(lines.told, text)


def _mailbox(text: str) -> str:
    return _typed(lines.mailbox, text)


READ = {
    "name": _name,
    "sender": _mailbox,
    "postal_address": _line,
    "contact": _mailbox,
    "language": _line,
    "description": _line,
    "frequency": _line,
}


def _look(look: Look, light: str | None, dark: str | None) -> dict[str, str]:
    try:
        if light and not dark:
            dark = proposed_dark(readable(light, PAPER_LIGHT))
        return asdict(look_with(look, light or look.light, dark or look.dark))
    except BadColour as wrong:
        raise click.UsageError(str(wrong)) from None


def _picture(file: Path) -> tuple[str, bytes]:
    """A raster image by what it holds, whatever it is called (R-139)."""
    content = file.read_bytes()
    found = media_type(content)
    if found is None or len(content) > LARGEST_LOGO:
        raise click.UsageError("A logo is a PNG, JPEG, GIF or WebP of at most 200 kB.")
    return found, content
