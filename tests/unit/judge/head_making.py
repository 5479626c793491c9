"""Claims, embeddings and heads made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from bot.judge.essay_head import EssayHead, Taught, wording_of
from bot.judge.learning import Lessons
from bot.judge.regression import Floats, Targets
from bot.model import Claim, Essay, Indicator, Kind, Stance

WIDTH = 12
ENCODER = "made-up-encoder"


def claim(claim_id: str) -> Claim:
    return Claim(
        id=claim_id,
        slug=f"slug-{claim_id.lower()}",
        kind=Kind.FACT,
        paragraphs=(1,),
        statement=f"Statement {claim_id}.",
        supported_by=(Indicator(f"A sign of {claim_id}.", Stance.SUPPORTS),),
        contradicted_by=(Indicator(f"A sign against {claim_id}.", Stance.CONTRADICTS),),
    )


ESSAY = Essay(
    id="made-up",
    title="Made Up",
    author="Nobody",
    date=date(2026, 1, 1),
    source="",
    topics=("tunnel",),
    parties=(),
    claims=(claim("A"), claim("B"), claim("C")),
)


def reworded(claim_id: str) -> Essay:
    """The essay with another statement in that claim."""
    claims = (
        replace(one, statement="Another statement.") if one.id == claim_id else one
        for one in ESSAY.claims
    )
    return replace(ESSAY, claims=tuple(claims))


def units(seed: int, count: int, width: int = WIDTH) -> Floats:
    """Unit vectors."""
    drawn = np.random.default_rng(seed).normal(size=(count, width))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def probabilities(seed: int, count: int, claims: int = 3) -> Floats:
    drawn = np.random.default_rng(seed).dirichlet((8.0, 1.0, 1.0, 1.0), (count, claims))
    return np.asarray(drawn, np.float32)


def lessons(seed: int, count: int, noise: float = 0.3) -> Lessons:
    """Texts of which each third lies near a direction of its own and bears on one claim; a fourth
    direction bears on none."""
    rng = np.random.default_rng(seed)
    targets: Targets = np.zeros((count, 3), np.int64)
    kind = np.arange(count) % 4
    rows = np.flatnonzero(kind < 3)
    targets[rows, kind[rows]] = 2
    vectors = np.eye(WIDTH)[kind] + rng.normal(size=(count, WIDTH)) * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Lessons(np.asarray(vectors, np.float32), targets)


def head(seed: int = 0, share: float = 0.5, essay: Essay = ESSAY) -> EssayHead:
    rng = np.random.default_rng(seed)
    count = len(essay.claims)
    return EssayHead(
        ENCODER,
        tuple(one.id for one in essay.claims),
        tuple(wording_of(one.statement) for one in essay.claims),
        np.asarray(rng.normal(size=(count, WIDTH, 4)), np.float32),
        np.asarray(rng.normal(size=(count, 4)), np.float32),
        np.ones(count, bool),
        share,
        Taught(50, 20, 6, 100),
    )
