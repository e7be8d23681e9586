"""Enrolling by the API (F16)."""

from __future__ import annotations

from app.domain.contacts import Source
from app.domain.deeds import Doer
from app.domain.triggers import Trigger, TriggerKind
from app.domain.workflows import Action, ActionKind, Definition, Press, Unit
from app.services import contacts, workflows
from app.services.contacts import Draft, Origin
from app.web.site import Site
from tests.web.api.callers import Program
from tests.world import ANA, BEN, CLEO, World

WAIT = Action(ActionKind.WAIT, count=1, unit=Unit.DAYS)


def test_a_program_enrols_contacts_once(program: Program, site: Site, world: World) -> None:
    by = Doer(None, site.now())
    drafts = [Draft(person.key, person.address) for person in (ANA, BEN)]
    site.database.write(contacts.save_all, drafts, Origin(by.at, Source.API, "key:1"))
    asked = Definition((Trigger(TriggerKind.API),), actions=(WAIT,))
    id_ = site.database.write(workflows.make, "By a shop", asked, by)
    path, body = f"/api/v1/workflows/{id_}/enrolments", {"emails": [ANA.address, CLEO.address]}
    assert program.post(path, body).status_code == 409, "it is not active"
    site.database.write(workflows.press, id_, Press.ACTIVATE, by)
    assert program.post(path, body).get_json() == {"enrolled": 1, "left": 1}
    assert program.post(path, body).get_json() == {"enrolled": 0, "left": 2}
    assert program.post(path, {"emails": ["no address"]}).status_code == 400
    assert program.post("/api/v1/workflows/1/enrolments", body).status_code == 404
    restricted = Program(program.app, brands=[world.fernway.id])
    assert restricted.post(path, body).status_code == 403
