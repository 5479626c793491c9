"""The figures: counted as they happen, in the form that Prometheus reads, with bounded labels."""

from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.ledger.records import ChannelQueue, Pulse
from bot.operations.health import Part, Readiness
from bot.operations.metrics import Metrics
from bot.operations.observer import Delivered, Polled, Pushed, timed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
READY = Readiness((Part("ledger", ready=True, message=""),))


def figures(metrics: Metrics, readiness: Readiness = READY) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus' own parser reads the page."""
    page = metrics.page(readiness).decode()
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())):
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }  # fmt: skip


def test_what_may_happen_is_there_with_a_zero_from_the_start() -> None:
    """A rate over a series that appears with its first event misses that event."""
    shown = figures(Metrics(["slack"], ["poll"]))
    assert shown["claimwire_polls_total outcome=failed"] == 0
    assert shown["claimwire_deliveries_total outcome=put_off platform=slack"] == 0
    assert shown["claimwire_missed_runs_total job=poll"] == 0


def test_polls_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()
    metrics.polled(Polled.READ, entries=25, new=3, verdicts=2, alerts=1)
    metrics.polled(Polled.FAILED, entries=0, new=0, verdicts=0, alerts=0)
    metrics.fetched(0.2)
    shown = figures(metrics)
    assert shown["claimwire_polls_total outcome=read"] == 1
    assert shown["claimwire_polls_total outcome=failed"] == 1
    assert shown["claimwire_entries_total"] == 25
    assert shown["claimwire_entries_new_total"] == 3
    assert shown["claimwire_verdicts_total"] == 2
    assert shown["claimwire_alerts_total"] == 1
    assert shown["claimwire_fetch_seconds_count"] == 1
    assert shown["claimwire_last_poll_timestamp_seconds"] > 0


def test_a_failed_poll_does_not_count_as_the_last_good_one() -> None:
    metrics = Metrics()
    metrics.polled(Polled.FAILED, entries=0, new=0, verdicts=0, alerts=0)
    assert figures(metrics)["claimwire_last_poll_timestamp_seconds"] == 0


def test_what_hubs_push_is_counted_with_what_is_polled() -> None:
    metrics = Metrics()
    metrics.pushed(Pushed.ACCEPTED, entries=2, new=1, verdicts=1, alerts=1)
    metrics.pushed(Pushed.REFUSED)
    metrics.pulse(Pulse(9, 1, (), feeds_pushed=4))
    shown = figures(metrics)
    assert shown["claimwire_pushes_total outcome=accepted"] == 1
    assert shown["claimwire_pushes_total outcome=refused"] == 1
    assert shown["claimwire_entries_new_total"] == 1
    assert shown["claimwire_feeds_pushed"] == 4


def test_judgements_deliveries_lag_and_missed_runs_are_counted() -> None:
    metrics = Metrics()
    metrics.judged(64, 0.5)
    metrics.sent("slack", 0.1)
    metrics.delivered("slack", Delivered.SENT)
    metrics.lagged(0.002)
    metrics.missed("late_poll")
    metrics.missed("late_poll")
    shown = figures(metrics)
    assert shown["claimwire_judgements_total"] == 64
    assert shown["claimwire_judge_batch_seconds_sum"] == 0.5
    assert shown["claimwire_deliveries_total outcome=sent platform=slack"] == 1
    assert shown["claimwire_loop_lag_seconds_count"] == 1
    assert shown["claimwire_missed_runs_total job=late_poll"] == 2


def test_a_channel_with_nothing_to_send_is_gone_from_the_page() -> None:
    metrics = Metrics()
    metrics.pulse(Pulse(9, 2, (ChannelQueue("slack:C1", 4, NOW, NOW, ""),)))
    shown = figures(metrics)
    assert shown["claimwire_feeds"] == 9
    assert shown["claimwire_feeds_failing"] == 2
    assert shown["claimwire_outbox_pending channel=slack:C1"] == 4
    metrics.pulse(Pulse(9, 0, ()))
    assert "claimwire_outbox_pending channel=slack:C1" not in figures(metrics)


def test_readiness_and_memory_are_on_the_page() -> None:
    wrong = Readiness((Part("ledger", ready=False, message="full"),))
    shown = figures(Metrics(), wrong)
    assert shown["claimwire_ready"] == 0
    assert shown["claimwire_part_ready part=ledger"] == 0
    assert shown["process_resident_memory_bytes"] > 1_000_000


def test_two_bots_in_one_process_keep_their_figures_apart() -> None:
    one, other = Metrics(), Metrics()
    one.judged(1, 0.1)
    assert figures(other)["claimwire_judgements_total"] == 0


def test_a_hostile_channel_name_breaks_no_line() -> None:
    metrics = Metrics()
    metrics.pulse(Pulse(1, 0, (ChannelQueue('slack:"}\nclaimwire_ready 1', 1, NOW, NOW, ""),)))
    wrong = Readiness((Part("x", ready=False, message=""),))
    assert figures(metrics, wrong)["claimwire_ready"] == 0


def test_time_is_told_also_where_the_work_fails() -> None:
    told: list[float] = []
    with pytest.raises(ZeroDivisionError), timed(told.append):
        _ = 1 / 0
    assert len(told) == 1
    assert told[0] >= 0
