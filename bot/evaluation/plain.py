"""A report as plain values for ``--json``. Pure.

A share is {"value", "part", "whole"}; a figure that has nothing to stand on is null.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.evaluation.figures import Bin, Found, Point, Share, sampled
from bot.evaluation.mistakes import Mistake
from bot.evaluation.report import Report
from bot.evaluation.rivals import Rival
from bot.evaluation.stances import ClaimFigures

DIGITS = 4
CURVE_STEPS = 100

Plain = dict[str, Any]


def as_dict(report: Report) -> Plain:
    """One JSON object's worth; docs/evaluation.md names every key."""
    pairs = report.minimal_pairs
    return {
        "entries": report.entries,
        "compared": report.compared,
        "left_out_as_borderline": report.left_out,
        "thresholds": asdict(report.thresholds) if report.thresholds else None,
        "bears_on": {
            **_found(report.bears),
            "average_precision": _rounded(report.average_precision),
        },
        "direction": _found(report.direction),
        "by_stance": {s.value: _found(found) for s, found in report.by_stance.items()},
        "stance_of_hits": _share(report.stance_of_hits),
        "flips": _share(report.flips),
        "minimal_pairs": {
            "both_right": _share(pairs.both_right),
            "both_right_or_direction_open": _share(pairs.both_right_or_open),
            "left_out": pairs.left_out,
        },
        "false_alarms": _share(report.false_alarms),
        "labels_on_stopped_entries": _share(report.gated_labels),
        "compared_with": [_rival(rival) for rival in report.rivals],
        "by_claim": {figures.claim_id: _claim(figures) for figures in report.by_claim},
        "by_trap": {row.trap: {"fooled": _share(row.fooled)} for row in report.by_trap},
        "calibration_error": _rounded(report.calibration_error),
        "reliability": [_bin(one) for one in report.bins],
        "threshold_curve": [_point(one) for one in sampled(report.curve, CURVE_STEPS)],
        "worst": [_mistake(one) for one in report.worst],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _share(share: Share) -> Plain:
    return {"value": _rounded(share.value), "part": share.part, "whole": share.whole}


def _found(found: Found) -> Plain:
    return {
        "precision": _rounded(found.precision.value),
        "recall": _rounded(found.recall.value),
        "f1": _rounded(found.f1),
        **asdict(found),
    }


def _rival(rival: Rival) -> Plain:
    return {
        "name": rival.name,
        **_found(rival.found),
        "average_precision": _rounded(rival.average_precision),
        "false_alarms": _share(rival.false_alarms),
        "threshold": _rounded(rival.threshold),
        "flattered": rival.flattered,
    }


def _claim(figures: ClaimFigures) -> Plain:
    return {
        **_found(figures.bears),
        "average_precision": _rounded(figures.average_precision),
        "by_stance": {s.value: _found(found) for s, found in figures.by_stance.items()},
    }


def _bin(one: Bin) -> Plain:
    return {
        "low": _rounded(one.low),
        "high": _rounded(one.high),
        "count": one.count,
        "predicted": _rounded(one.predicted),
        "observed": _rounded(one.observed),
    }


def _point(one: Point) -> Plain:
    return {name: _rounded(value) for name, value in asdict(one).items()}


def _mistake(one: Mistake) -> Plain:
    finding, stopped, p = one.finding, one.stopped, one.probabilities
    indicator = finding.indicator if finding else None
    return {
        "error": one.error.value,
        "id": one.case.id,
        "line": one.case.line,
        "title": one.case.entry.title,
        "summary": one.case.entry.summary,
        "claim": one.claim_id,
        "label": one.label.value if one.label else None,
        "told": one.told.value if one.told else None,
        "sureness": _rounded(one.sureness),
        "trap": one.case.trap or None,
        "trace": {
            "reason": one.reason,
            "sentence": finding.sentence.text if finding else None,
            "indicator": indicator.text if indicator else None,
            "indicator_side": indicator.side.value if indicator else None,
            "asserted_by": one.asserted_by or None,
            "stopped_at": {"stage": stopped.stage, "reason": stopped.reason} if stopped else None,
            "probabilities": {k: _rounded(v) for k, v in asdict(p).items()} if p else None,
        },
    }
