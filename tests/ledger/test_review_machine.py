"""Whatever happens around the review queue: it names what can be decided, and undo undoes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from ledger_making import ESSAY, StillClock, report, update
from review_making import undirected, unsure

from bot.commands.reviewing import Reviewer
from bot.ledger.desk.desk_rows import Outcome
from bot.ledger.records import AlertPolicy, Doubt, ReviewAction
from bot.ledger.standings import standing_rows
from bot.ledger.standings.rule import standing
from bot.ledger.store import Ledger
from bot.model import Actor, DeskAction, Stance, Standing

ADA = Actor("slack", "U1", "Ada", channel_id="C1")
PAUSE = replace(ESSAY, claims=ESSAY.claims[:2])
POLICY = AlertPolicy(("desk",), standing_changes=True)
NAMES, AXES = st.integers(0, 4), st.sampled_from([0, 2, 4])
CLAIMS = st.sampled_from([claim.id for claim in PAUSE.claims])


class Queue(RuleBasedStateMachine):
    """Reports, edits, merges and decisions, over a real ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = StillClock()
        self.runner = asyncio.Runner()
        self.ledger: Ledger = self.runner.run(Ledger.open(None, self.clock))
        self.reviewer = Reviewer(PAUSE, self.ledger, self.clock, POLICY)
        self.decided: set[int] = set()

    def teardown(self) -> None:
        for item in sorted(self.decided):
            self.runner.run(self.reviewer.undo(item, ADA))
        held = [one for one in self.evidence() if one.by]
        fault = self.runner.run(self.ledger.verify()).fault
        self.runner.run(self.ledger.close())
        self.runner.close()
        # Once all is taken back, nothing of the editors' is left.
        assert (held, fault) == ([], "")

    def commit(self, made) -> None:
        told = replace(update(made, at=self.clock.now()), essay=PAUSE, policy=POLICY)
        self.runner.run(self.ledger.commit(told))

    @rule(name=NAMES, wording=NAMES, axis=AXES, claim=CLAIMS, stance=st.sampled_from(Stance))
    def a_report_in_doubt(self, name, wording, axis, claim, stance):
        text = f"doubt {wording}"
        self.commit(unsure(f"r{name}", stance, claim=claim, axis=axis, text=text))

    @rule(name=NAMES, wording=NAMES, axis=AXES, claim=CLAIMS)
    def a_report_without_direction(self, name, wording, axis, claim):
        self.commit(undirected(f"r{name}", claim=claim, axis=axis, text=f"open {wording}"))

    @rule(name=NAMES, wording=NAMES, axis=AXES, claim=CLAIMS,
          stance=st.sampled_from([Stance.SUPPORTS, Stance.CONTRADICTS, None]))  # fmt: skip
    def a_report_beyond_doubt(self, name, wording, axis, claim, stance):
        how = {"claim": claim, "axis": axis, "text": f"sure {wording}", "outlet": f"Outlet r{name}"}
        self.commit(report(f"r{name}", stance, **how))

    @precondition(lambda self: self.queue())
    @rule(action=st.sampled_from(ReviewAction), data=st.data())
    def a_decision(self, action, data):
        item = data.draw(st.sampled_from(self.queue()))
        assert self.decide(item.id, action) is Outcome.RECORDED
        assert self.decide(item.id, action) is Outcome.ALREADY
        self.decided.add(item.id)
        assert (item.finding.claim_id, item.story_id) not in {
            (one.finding.claim_id, one.story_id) for one in self.queue()
        }

    @precondition(lambda self: self.decided)
    @rule(data=st.data())
    def an_undo(self, data):
        item = data.draw(st.sampled_from(sorted(self.decided)))
        self.decided.discard(item)
        assert self.runner.run(self.reviewer.undo(item, ADA)) is Outcome.RECORDED
        assert self.runner.run(self.reviewer.undo(item, ADA)) is Outcome.ALREADY

    @precondition(lambda self: self.alerts())
    @rule(action=st.sampled_from(DeskAction), data=st.data())
    def a_button_under_an_alert(self, action, data):
        alert = data.draw(st.sampled_from(self.alerts()))
        self.runner.run(self.ledger.decide(alert.id, alert.revision, action, ADA, POLICY))

    @precondition(lambda self: len(self.queue()) > 1)
    @rule(data=st.data())
    def two_stories_are_one(self, data):
        keep, other = (data.draw(st.sampled_from(self.queue())).story_id for _ in range(2))
        self.runner.run(self.ledger.merge_stories(keep, other, ADA, POLICY))

    @rule()
    def posts_go_out(self):
        async def post() -> None:
            for due in await self.ledger.due_deliveries(self.clock.now(), 100):
                await self.ledger.mark_sent(due.id, "receipt", self.clock.now())

        self.runner.run(post())

    @invariant()
    def an_event_waits_once_and_only_in_doubt(self):
        items = self.queue()
        keys = [(one.finding.claim_id, one.story_id) for one in items]
        assert len(set(keys)) == len(keys)
        told = {(one.verdict.claim_id, one.story_id): one.verdict.stance for one in self.evidence()}
        for item, key in zip(items, keys, strict=True):
            assert told.get(key) is (None if item.doubt is Doubt.UNSURE else Stance.UPDATE)

    @invariant()
    def the_stored_standing_is_what_the_evidence_gives(self):
        def given(db, claim):
            held = standing_rows.evidence(db, PAUSE.id, claim.id)
            return held, standing_rows._as_of(db, PAUSE.id, claim.id)

        for one in self.runner.run(self.ledger.standings(PAUSE)):
            held, as_of = self.runner.run(
                self.ledger._owner.read(lambda db, claim=one.claim: given(db, claim))
            )
            if as_of is None:
                assert (held, one.standing) == ([], Standing.QUIET)
            else:
                assert standing(held, one.claim.kind, as_of, one.standing).standing is one.standing

    # --- parts -------------------------------------------------------------------------------

    def queue(self):
        return list(self.runner.run(self.reviewer.queue()))

    def decide(self, item, action):
        return self.runner.run(self.reviewer.decide(item, action, ADA))

    def alerts(self):
        return list(self.runner.run(self.ledger.alerts(100)))

    def evidence(self):
        found = [
            one
            for claim in PAUSE.claims
            for one in self.runner.run(self.ledger.evidence(claim.id, 500))
        ]
        return [one for one in found if one.current]


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
