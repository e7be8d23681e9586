"""Clients that other people made, against a running server: HubSpot's own, which speaks v3, and one
generated from the published v4 description. Only their base URL and key are ours (issue 4)."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hubspot
import pytest
from hubspot.communication_preferences import PublicUpdateSubscriptionStatusRequest as Update
from hubspot.communication_preferences.exceptions import ApiException

from app.domain.keys import KeyScope
from tests.cli.running import run
from tests.processes.fixtures import FIRST_ON_SQLITE
from tests.processes.installation import Installation, Server, Shop

PUBLISHED = Path(__file__).parents[1] / "published"
ANA, BEN, CLEO = "ana@example.com", "ben@example.com", "cleo@example.com"
EVIDENCE = {"legalBasis": "CONSENT_WITH_NOTICE", "legalBasisExplanation": "At our fair"}


@pytest.fixture
def key(installation: Installation, shop: Shop) -> str:
    """A key made at the command line."""
    del shop
    scopes = [word for scope in KeyScope for word in ("--scope", scope.value)]
    done = run(("keys", "create", "--name", "A client", *scopes), installation.environment)
    assert done.status == 0, done.err
    return done.out.splitlines()[-1]


@pytest.fixture
def server(installation: Installation, key: str) -> Iterator[Server]:
    """The installation, serving. Nothing is owed to anybody."""
    del key
    installation.settings["SAYSO_WORKER"] = "off"
    with installation.serving() as server:
        yield server
        assert ANA not in server.log


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_hubspots_own_client_does_every_call(server: Server, key: str, shop: Shop) -> None:
    theirs = hubspot.Client.create(access_token=key, host=server.url).communication_preferences
    about_types, about_people = theirs.definition_api, theirs.status_api
    offers = str(shop.type_id())
    definitions = about_types.get_page().subscription_definitions
    assert offers in {definition.id for definition in definitions}
    update = Update(
        email_address=ANA,
        subscription_id=offers,
        legal_basis="CONSENT_WITH_NOTICE",
        legal_basis_explanation="At our fair",
    )
    assert about_people.subscribe(update).status == "SUBSCRIBED"
    assert about_people.unsubscribe(update).status == "NOT_SUBSCRIBED"
    with pytest.raises(ApiException) as refused:
        about_people.subscribe(update)
    assert refused.value.status == 409
    told = about_people.get_email_status(ANA)
    assert told.recipient == ANA
    (status,) = [s for s in told.subscription_statuses if s.id == offers]
    assert (status.status, status.source_of_status) == ("NOT_SUBSCRIBED", "SUBSCRIPTION_STATUS")
    assert shop.is_out(ANA)
    for api in (about_types, about_people):
        api.api_client.rest_client.pool_manager.clear()


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package made of the published description of v4."""
    home = tmp_path / "generated"
    home.mkdir()
    program = str(Path(sys.executable).with_name("openapi-python-client"))
    arguments = ["generate", "--path", str(PUBLISHED / "hubspot-v4.json"), "--meta", "none"]
    subprocess.run(
        [program, *arguments, "--output-path", "their_v4", "--overwrite"],
        cwd=home,
        capture_output=True,
        check=True,
    )
    monkeypatch.syspath_prepend(str(home))
    yield importlib.import_module("their_v4")
    for name in [name for name in sys.modules if name.partition(".")[0] == "their_v4"]:
        del sys.modules[name]


@pytest.mark.long
@FIRST_ON_SQLITE
def test_a_client_generated_from_the_description_does_every_call(
    server: Server, key: str, shop: Shop, generated: Any
) -> None:
    client = generated.AuthenticatedClient(
        base_url=server.url, token=key, raise_on_unexpected_status=True
    )
    models, offers = importlib.import_module("their_v4.models"), shop.type_id()
    yes = {"channel": "EMAIL", "subscriptionId": offers, "statusState": "SUBSCRIBED", **EVIDENCE}
    both = models.BatchInputString.from_dict({"inputs": [CLEO, "nobody"]})
    asked: dict[str, dict[str, Any]] = {
        "definitions": {"include_translations": True},
        "status of one": {"subscriber_id_string": ANA},
        "wide status of one": {"subscriber_id_string": ANA},
        "links": {
            "body": models.LinkGenerationRequest.from_dict(
                {"subscriberIdString": ANA, "subscriptionId": offers}
            )
        },
        "read many": {"body": both},
        "opt many out": {"body": both, "verbose": True},
        "read many wide": {"body": both},
        "write many": {
            "body": models.BatchInputPublicStatusRequest.from_dict(
                {"inputs": [{**yes, "subscriberIdString": BEN}, {**yes, "subscriberIdString": "x"}]}
            )
        },
        "write one": {
            "subscriber_id_string": ANA,
            "body": models.PartialPublicStatusRequest.from_dict(yes),
        },
        "opt one out": {"subscriber_id_string": ANA, "verbose": True},
    }
    with client:
        answers = {
            name: called(client, module, arguments)
            for module, (name, arguments) in zip(
                sorted_calls(generated), asked.items(), strict=True
            )
        }
    assert {name: int(a.status_code) for name, a in answers.items()} == {
        **dict.fromkeys(asked, 200),
        "read many": 207,
        "read many wide": 207,
    }
    assert answers["write many"].parsed.num_errors == 1
    assert answers["links"].parsed.unsubscribe_single_url.startswith(f"{server.url}/u/")
    assert {s.status.value for s in answers["opt one out"].parsed.results} == {"UNSUBSCRIBED"}
    assert answers["definitions"].parsed.results[0].subscription_translations


def called(client: Any, module: Any, arguments: dict[str, Any]) -> Any:
    """Make one call; the channel, where it has one, is email."""
    channels = [n for n in vars(module) if n.endswith("Channel")]
    more = {"channel": getattr(module, channels[0]).EMAIL} if channels else {}
    return module.sync_detailed(client=client, **more, **arguments)


def sorted_calls(package: Any) -> list[Any]:
    """Every call's module, reads of one address first."""
    found = [
        importlib.import_module(info.name)
        for info in pkgutil.walk_packages(package.__path__, "their_v4.")
        if ".api." in info.name and not info.ispkg
    ]
    return sorted(found, key=lambda module: str(module.__name__))
