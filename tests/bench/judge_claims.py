"""An essay of as many claims as a bench wants: the bundled one's, other essays', invented ones.

The invented claims follow templates: 27 about each of a hundred disputes, most of them close in
wording to the bundled claims, so that a search among them is no easier than among real ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bot.essay.loader import bundled
from bot.model import Claim, Essay, Indicator, Kind, Stance


class Dispute(NamedTuple):
    """Who is at odds with whom, who mediates, over what and where."""

    one: str
    other: str
    mediator: str
    matter: str
    place: str


# Twenty-five pairs of opponents with their place, each at odds over four matters: 100 essays.
OPPONENTS = (
    ("Armenia", "Azerbaijan", "Syunik"),
    ("Georgia", "Russia", "South Ossetia"),
    ("Moldova", "Russia", "Transnistria"),
    ("Serbia", "Kosovo", "Mitrovica"),
    ("Greece", "Turkey", "the Aegean"),
    ("Cyprus", "Turkey", "Nicosia"),
    ("Israel", "Hezbollah", "southern Lebanon"),
    ("Israel", "Syria", "the Golan"),
    ("Iran", "Israel", "Natanz"),
    ("Saudi Arabia", "the Houthis", "Hodeidah"),
    ("Ethiopia", "Eritrea", "Tigray"),
    ("Ethiopia", "Egypt", "the Nile dam"),
    ("Sudan's army", "the Rapid Support Forces", "Darfur"),
    ("Congo", "Rwanda", "Goma"),
    ("Morocco", "Algeria", "Western Sahara"),
    ("India", "Pakistan", "Kashmir"),
    ("India", "China", "Ladakh"),
    ("Thailand", "Cambodia", "Preah Vihear"),
    ("Myanmar's junta", "the Arakan Army", "Rakhine"),
    ("China", "Taiwan", "the strait"),
    ("China", "the Philippines", "Second Thomas Shoal"),
    ("Japan", "Russia", "the Kurils"),
    ("North Korea", "South Korea", "the Yellow Sea"),
    ("Venezuela", "Guyana", "Essequibo"),
    ("Colombia", "the ELN", "Catatumbo"),
)
MATTERS = (
    ("the United States", "a ceasefire"),
    ("the European Union", "the border"),
    ("the United Nations", "an exchange of prisoners"),
    ("Qatar", "sanctions and trade"),
)

# Each: the statement, what would support it, what would contradict it.
TEMPLATES = (
    (
        "{one} is indifferent to an agreement on {matter}, whatever {mediator} offers.",
        ("{one} rejects a proposal of {mediator} on {matter}", "{one} sends nobody to the talks"),
        ("{one} accepts the proposal on {matter} in full", "{one} signs terms on {matter}"),
    ),
    (
        "{one} and {other} keep accusing each other of attacks while {mediator} mediates.",
        ("{other} says {one} struck {place}", "{one} blames {other} for a strike on {place}"),
        ("Monitors report a quiet week in {place}", "{one} and {other} thank each other"),
    ),
    (
        "The talks between {one} and {other} over {matter} will not end soon.",
        ("A round of talks on {matter} ends without result", "The next round is put off"),
        ("{one} and {other} sign an agreement on {matter}", "An accord on {matter} takes effect"),
    ),
    (
        "{one} draws out the talks on {matter} because delay strengthens its position.",
        ("{one} asks for more time before it answers", "{one} adds new conditions on {matter}"),
        ("{one} answers within a day", "{one} moves a round of talks forward"),
    ),
    (
        "{mediator} misjudges what {one} wants from {other}.",
        ("An envoy of {mediator} admits surprise at {one}", "Reports say {mediator} misread {one}"),
        ("{one} does what {mediator} had foretold", "{mediator} predicts a strike by {one}"),
    ),
    (
        "{other} accepts the plan of {mediator} for {matter}, provided that {one} does too.",
        ("{other} says yes to the plan if {one} agrees", "{other} repeats its conditional yes"),
        ("{other} turns the plan down", "{other} withdraws its consent to the plan"),
    ),
    (
        "{one} started the conflict with {other} and is unwilling to settle {matter}.",
        ("{one} opens a new offensive at {place}", "{one} refuses to end the fighting"),
        ("{one} withdraws its troops from {place}", "{one} declares its campaign ended"),
    ),
    (
        "Without help from {mediator} {other} cannot hold {one} off.",
        ("{other} loses ground after help from {mediator} stops", "{other} runs out of shells"),
        ("{other} holds {place} without aid", "{other} pays for its own air defence"),
    ),
    (
        "Gains on the ground at {place} give {one} bargaining chips over {matter}.",
        ("{one} captures a town near {place}", "{one} cites its gains at {place} in talks"),
        ("{other} retakes a town near {place}", "{one} is driven back from {place}"),
    ),
    (
        "{one} will make no concession of substance on {matter}.",
        ("{one} repeats its demands on {matter}", "{one} rules out a compromise on {matter}"),
        ("{one} drops a demand on {matter}", "{one} gives way to {other} on {matter}"),
    ),
    (
        "The people of {place} suffer most, whatever is agreed on {matter}.",
        ("A strike kills civilians in {place}", "Families flee {place} after shelling"),
        ("Families return to {place} as calm holds", "No civilian is hurt in {place} for a month"),
    ),
    (
        "{mediator} wavers between threatening {one} with sanctions and offering it relief.",
        ("{mediator} puts off new sanctions on {one}", "{mediator} threatens {one} and relents"),
        ("{mediator} imposes sanctions on {one}", "{mediator} keeps its sanctions as announced"),
    ),
    (
        "{one} uses the talks on {matter} to restore its standing in the world.",
        ("{one}'s leader is received with honours", "{one} is invited back to a summit"),
        ("{one} is shut out of a summit", "A court issues a warrant for {one}'s leader"),
    ),
    (
        "{one} has given {mediator} no pledge that it will spare the rest of {other}.",
        ("{one} masses troops beyond {place}", "{one} refuses to sign a non-aggression pact"),
        ("{one} signs a non-aggression pact with {other}", "{one} guarantees {other}'s border"),
    ),
    (
        "{mediator} cares more for its own ties with {one} than for {other}.",
        ("{mediator} and {one} agree on trade and flights", "{mediator} reopens its embassy"),
        ("{mediator} breaks off talks with {one} over {other}", "{mediator} expels {one}'s envoys"),
    ),
    (
        "What matters most to the leadership of {one} is its hold on power, not {matter}.",
        ("{one} jails critics of the conflict", "{one} shuts the internet before an election"),
        ("{one} lets a protest against the conflict pass", "{one} frees jailed critics"),
    ),
    (
        "Concessions to {one} on {matter} could set off a larger crisis.",
        ("{one} makes new claims after a concession", "Neighbours of {one} call up reservists"),
        ("{one} stands down troops after a concession", "Neighbours report calm at the border"),
    ),
    (
        "Parliament in {other} will not ratify an accord with {one} on {matter}.",
        ("{other}'s parliament votes an accord down", "A vote in {other} is put off"),
        ("{other}'s parliament ratifies the accord", "A majority in {other} backs the accord"),
    ),
    (
        "Trade between {one} and {other} will shrink further, whatever comes of {matter}.",
        ("{one} bans goods from {other}", "Trade figures for {one} and {other} fall again"),
        ("{one} lifts its ban on goods from {other}", "Trade of {one} and {other} recovers"),
    ),
    (
        "{other} will hold no election while it is at odds with {one} over {matter}.",
        ("{other} extends its state of emergency", "{other} puts off a vote over {place}"),
        ("{other} sets a date for elections", "{other} votes while {place} is disputed"),
    ),
    (
        "Oil and gas exports of {one} will not be hurt by measures of {mediator}.",
        ("{one}'s exports rise despite measures", "Buyers keep taking oil from {one}"),
        ("{one}'s oil revenue falls", "Refiners stop buying oil from {one}"),
    ),
    (
        "{mediator} will send no peacekeepers to {place}.",
        ("{one} rejects foreign troops in {place}", "A plan for a force in {place} is dropped"),
        ("Peacekeepers arrive in {place}", "A force for {place} is approved"),
    ),
    (
        "Inspectors sent by {mediator} will not be let into the sites near {place}.",
        ("{one} turns inspectors away near {place}", "An inspection near {place} is cancelled"),
        ("Inspectors enter a site near {place}", "{one} agrees to inspections near {place}"),
    ),
    (
        "Exchanges of wounded go on between {one} and {other}, whatever becomes of {matter}.",
        ("{one} and {other} exchange prisoners", "A further exchange of prisoners is agreed"),
        ("An exchange of prisoners is called off", "{one} suspends exchanges with {other}"),
    ),
    (
        "The hotline that {mediator} set up between {one} and {other} stays dead.",
        ("{one} leaves calls from {other} unanswered", "A call between leaders is cancelled"),
        ("The leaders of {one} and {other} speak by phone", "The hotline is restored"),
    ),
    (
        "Neighbouring states will not side with {one} or {other} over {matter}.",
        ("Neighbours abstain in a vote on {place}", "A neighbour declares itself neutral"),
        ("A neighbour sends arms to {other}", "A neighbour joins sanctions on {one}"),
    ),
    (
        "The outcome for {other} on {matter} depends on the world's attention.",
        ("Donors cut aid as attention moves on", "A watchdog warns that {place} is forgotten"),
        ("A conference raises record aid for {place}", "Pressure of the public ends a siege"),
    ),
)
# An essay names some twelve indicators a claim; each wording is told in these three ways.
TELLINGS = ("{}.", "{}, officials of both sides confirm.", "{}, according to an observer mission.")


def many_claims(count: int, essays: Path | None = None) -> Essay:
    """The bundled essay with ``count`` claims: its own, then those of the JSON files in the folder
    ``essays`` (statements with ``indicators``), then invented ones. Ids are P0001, P0002, ..."""
    base = bundled()
    found = islice(_claims(base, essays), count)
    claims = tuple(
        replace(claim, id=f"P{n:04}", slug=f"p{n:04}", depends_on=(), horizon=None)
        for n, claim in enumerate(found, 1)
    )
    if len(claims) < count:
        raise ValueError(f"only {len(claims)} claims can be made")
    return replace(base, claims=claims)


def _claims(base: Essay, essays: Path | None) -> Iterator[Claim]:
    yield from base.claims
    for path in sorted(essays.glob("*.json")) if essays else ():
        for raw in json.loads(path.read_text(encoding="utf-8"))["claims"]:
            sides = raw["indicators"]
            yield _claim(raw["statement"], sides["supported_by"], sides["contradicted_by"])
    for one, other, place in OPPONENTS:
        for mediator, matter in MATTERS:
            names = Dispute(one, other, mediator, matter, place)._asdict()
            for statement, supports, contradicts in TEMPLATES:
                yield _claim(
                    statement.format(**names),
                    [t.format(x.format(**names)) for x in supports for t in TELLINGS],
                    [t.format(x.format(**names)) for x in contradicts for t in TELLINGS],
                )


def _claim(statement: str, supports: list[str], contradicts: list[str]) -> Claim:
    return Claim(
        "", "", Kind.ASSESSMENT, (0,), statement[:1].upper() + statement[1:],
        supported_by=tuple(Indicator(text, Stance.SUPPORTS) for text in supports),
        contradicted_by=tuple(Indicator(text, Stance.CONTRADICTS) for text in contradicts),
    )  # fmt: skip
