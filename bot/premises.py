"""Which claims rest on a premise that has fallen. Pure.

A claim falls when it stands contradicted (of a fact: corrected) or was resolved no; one that was
resolved yes stands, whatever the evidence says. What rests on it by ``depends_on``, at first hand
or through others, is shaken for as long as it has fallen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.model import Essay, Standing
from bot.predictions import Ending


def fallen(standings: Mapping[str, Standing], endings: Mapping[str, Ending]) -> frozenset[str]:
    """The ids of the claims that have fallen. ``endings``: of the resolutions that hold."""
    contradicted = {one for one, held in standings.items() if held is Standing.CONTRADICTED}
    settled = {one for one, ending in endings.items() if ending is Ending.YES}
    return frozenset(
        contradicted - settled | {one for one, ending in endings.items() if ending is Ending.NO}
    )


def shaken(
    essay: Essay, down: Collection[str], endings: Mapping[str, Ending]
) -> dict[str, tuple[str, ...]]:
    """For each claim that is shaken, its fallen premises in the essay's order.

    ``down``: what has fallen. A prediction that is resolved is not shaken: it has its answer.
    """
    above = {claim.id: claim.depends_on for claim in essay.claims}
    found = {}
    for claim in essay.claims:
        if claim.id not in endings:
            premises = _all_above(claim.id, above)
            if weak := tuple(one for one in above if one in premises and one in down):
                found[claim.id] = weak
    return found


def _all_above(claim_id: str, above: Mapping[str, tuple[str, ...]]) -> set[str]:
    """What the claim rests on, at first hand or through others; never the claim itself."""
    seen: set[str] = set()
    waiting = [claim_id]
    while waiting:
        for premise in above.get(waiting.pop(), ()):
            if premise not in seen:
                seen.add(premise)
                waiting.append(premise)
    return seen - {claim_id}
