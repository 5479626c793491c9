"""Whatever happens to a claim, its stored standing is what the log gives when computed anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ledger_making import ESSAY, StillClock, report, update
from sqlite_utils import Database

from bot.ledger import sql
from bot.ledger.records import AlertPolicy, Evidence, Ruling
from bot.ledger.standings import standing_rows
from bot.ledger.standings.rule import standing
from bot.ledger.store import Ledger
from bot.model import (
    Actor,
    DeskAction,
    Indicator,
    Kind,
    Stance,
    Standing,
    Strength,
    Voice,
)

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
# Few claims and stories, so that much befalls each of them.
KINDS = {"C01": Kind.FACT, "C02": Kind.PREDICTION}
PAUSE = replace(
    ESSAY,
    claims=tuple(replace(one, kind=KINDS[one.id]) for one in ESSAY.claims if one.id in KINDS),
)
POLICY = AlertPolicy(("desk",), min_confidence=0.5, standing_changes=True)
_BOTH = (Stance.SUPPORTS, Stance.CONTRADICTS)
REPORTS = st.fixed_dictionaries(
    {
        "stance": st.sampled_from([*_BOTH, *_BOTH, Stance.UPDATE, None]),
        "claim": st.sampled_from(list(KINDS)),
        "axis": st.sampled_from([0, 4]),
        "outlet": st.sampled_from("ABC"),
        "confidence": st.sampled_from([0.3, 0.9, 0.9]),
        "asserted_by": st.sampled_from(["event", "kremlin"]),
        "indicator": st.none()
        | st.builds(
            Indicator, st.sampled_from("xy"), st.just(Stance.SUPPORTS), st.sampled_from(Strength)
        ),
    }
)


class Standings(RuleBasedStateMachine):
    """Reports, edits, withdrawals, decisions, undo and time, over a real ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = StillClock()
        self.runner = asyncio.Runner()
        self.ledger: Ledger = self.runner.run(Ledger.open(None, self.clock))
        # Where the log ended after each step, and as of when each claim was drawn up.
        self.steps: list[tuple[int, int, dict[str, datetime]]] = []

    def teardown(self) -> None:
        anew = self.read(lambda db: {claim: self.from_the_log(db, claim) for claim in KINDS})
        stored = {one.claim.id: one.standing for one in self.accounts()}
        self.runner.run(self.ledger.close())
        self.runner.close()
        assert anew == stored

    @rule(
        name=st.integers(0, 4), wording=st.integers(0, 2), how=REPORTS, hours=st.integers(0, 100),
        silent=st.booleans(),
    )  # fmt: skip
    def a_report_or_an_edit(self, name, wording, how, hours, silent):
        at = self.clock.now() - timedelta(hours=hours)
        made = report(f"r{name}", at=at, text=f"wording {wording}", **how)
        told = replace(update(made, at=self.clock.now(), silent=silent), essay=PAUSE, policy=POLICY)
        self.runner.run(self.ledger.commit(told))
        self.mark()

    @precondition(lambda self: self.alerts())
    @rule(action=st.sampled_from(DeskAction), data=st.data())
    def a_decision(self, action, data):
        alert = data.draw(st.sampled_from(self.alerts()))
        self.runner.run(self.ledger.decide(alert.id, alert.revision, action, ADA, POLICY))
        self.mark()

    @precondition(lambda self: self.alerts())
    @rule(data=st.data())
    def an_undo(self, data):
        alert = data.draw(st.sampled_from(self.alerts()))
        self.runner.run(self.ledger.undo(alert.id, ADA, POLICY))
        self.mark()

    @rule(days=st.integers(1, 90), reassess=st.booleans())
    def time_passes(self, days, reassess):
        self.clock.at += timedelta(days=days)
        if reassess:
            self.runner.run(self.ledger.reassess(PAUSE, self.clock.now(), POLICY))
            self.mark()

    @rule()
    def posts_go_out(self):
        async def post() -> None:
            for due in await self.ledger.due_deliveries(self.clock.now(), 100):
                await self.ledger.mark_sent(due.id, "receipt", self.clock.now())

        self.runner.run(post())

    @invariant()
    def the_stored_standing_is_what_the_evidence_gives(self):
        for one in self.accounts():
            claim = one.claim
            held, as_of = self.read(
                lambda db, claim=claim: (
                    standing_rows.evidence(db, PAUSE.id, claim.id),
                    standing_rows._as_of(db, PAUSE.id, claim.id),
                )
            )
            if as_of is None:
                assert (held, one.standing) == ([], Standing.QUIET)
                continue
            found = standing(held, claim.kind, as_of, one.standing)
            assert found.standing is one.standing
            assert found.supporting_weight == one.supporting_weight
            assert found.contradicting_weight == one.contradicting_weight

    @invariant()
    def every_change_follows_on_the_last_and_is_told_once(self):
        for claim in KINDS:
            turns = self.runner.run(self.ledger.standing_history(PAUSE.id, claim))
            stood, at = Standing.QUIET, None
            for turn in turns:
                assert turn.previous is stood is not turn.standing
                assert at is None or turn.at >= at
                assert turn.cause
                assert turn.reasons
                stood, at = turn.standing, turn.at

    # --- parts -------------------------------------------------------------------------------

    def read(self, query) -> Any:
        return self.runner.run(self.ledger._owner.read(query))

    def alerts(self):
        return list(self.runner.run(self.ledger.alerts(100)))

    def accounts(self):
        return self.runner.run(self.ledger.standings(PAUSE))

    def mark(self) -> None:
        def ends(db: Database) -> tuple[int, int, dict[str, datetime]]:
            drawn = {claim: standing_rows._as_of(db, PAUSE.id, claim) for claim in KINDS}
            return (
                sql.number(db, "SELECT max(id) FROM verdicts"),
                sql.number(db, "SELECT max(rowid) FROM alert_revisions"),
                {claim: as_of for claim, as_of in drawn.items() if as_of is not None},
            )

        self.steps.append(self.read(ends))

    def from_the_log(self, db: Database, claim_id: str) -> Standing:
        """Folds the rule over all that happened, as the log had it after every step."""
        stood, drawn_at = Standing.QUIET, None
        for verdict, revision, drawn in self.steps:
            if claim_id not in drawn:
                continue
            held = evidence_then(db, claim_id, verdict, revision)
            drawn_at = drawn[claim_id]
            stood = standing(held, KINDS[claim_id], drawn_at, stood).standing
        return stood


def evidence_then(db: Database, claim_id: str, verdict: int, revision: int) -> list[Evidence]:
    """What held when the log ended with that verdict and that revision of an alert."""
    ruled = sql.rows(
        db,
        "SELECT a.story_id, json_extract(r.body, '$.decision.action') AS action,"
        " json_extract(r.body, '$.stance') AS stance FROM alert_revisions r"
        " JOIN alerts a ON a.id = r.alert_id WHERE a.claim_id = ?"
        " AND r.rowid <= ? ORDER BY r.rowid",
        [claim_id, revision],
    )
    rulings = {
        row["story_id"]: Ruling(DeskAction(row["action"]), Stance(row["stance"]))
        if row["action"]
        else None
        for row in ruled
    }
    found = sql.rows(
        db,
        "SELECT v.*, a.at, a.voice, a.outlet, a.tier FROM verdicts v"
        " JOIN articles a ON a.id = v.article_id WHERE v.claim_id = ? AND v.id <= ?",
        [claim_id, verdict],
    )
    replaced = {row["replaces"] for row in found}
    return [
        Evidence(
            row["id"],
            row["story_id"],
            Stance(row["stance"]),
            Strength(row["indicator_strength"]) if row["indicator_strength"] else None,
            row["asserted_by"],
            Voice(row["voice"]),
            sql.to_time(row["at"]),
            row["indicator"] or "",
            row["outlet"],
            row["tier"],
            row["modality"],
            ruling=rulings.get(row["story_id"]),
        )
        for row in found
        if not row["withdrawn"] and row["id"] not in replaced
    ]


TestStandings = Standings.TestCase
TestStandings.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
