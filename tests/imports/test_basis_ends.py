"""Legal bases that end, imported: for the whole file, or row by row (issue 5)."""

from __future__ import annotations

from datetime import UTC, datetime

from app.domain.decision import decide
from app.domain.standing import of_type
from app.domain.words import DAY, Basis, Instant, Reason
from tests.databases import ON_SQLITE
from tests.imports.files import Office
from tests.world import ANA, BEN, CLEO, NOW

JUNE = int(datetime(2027, 6, 1, tzinfo=UTC).timestamp() * 1000)
JULY = int(datetime(2027, 7, 1, tzinfo=UTC).timestamp() * 1000)
TEXT = f"""email,novels,legal basis,consent ends
{ANA.address},yes,,
{BEN.address},yes,,2027-07-01
{CLEO.address},yes,existing customer,
dan@example.net,yes,,1 July
"""


@ON_SQLITE
def test_a_basis_ends_as_the_row_or_else_the_file_says(office: Office) -> None:
    """A basis of the row's own has only an end of its own; past it the decision is no."""
    why = "An inquiry at the fair."
    basis = Basis.CONSENT_WITH_NOTICE
    id_ = office.give(TEXT, explanation=why, basis=basis, basis_ends=JUNE)
    assert "basis-ends" in [str(target) for target in office.order(id_).targets]
    office.do(id_)
    novels = office.world.novels
    ends: list[tuple[Basis | None, Instant | None]] = []
    for person in (ANA, BEN, CLEO):
        stands = office.known(person.address).held[of_type(novels.id)]
        ends.append((stands.basis, stands.basis_ends))
    assert ends == [
        (Basis.CONSENT_WITH_NOTICE, JUNE),
        (Basis.CONSENT_WITH_NOTICE, JULY),
        (Basis.LEGITIMATE_INTEREST_CLIENT, None),
    ]
    assert office.report(id_)[5][1] == "UNKNOWN_DATE"
    held, policy = office.known(ANA.address).held, office.world.catalog.policy
    past = decide(novels, held, NOW, policy, JUNE + DAY)
    assert past.reason is Reason.CONSENT_EXPIRED
