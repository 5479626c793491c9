from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ledger.stories.origins import COMPARED, Source, copied, count_origins, outlet_group

COPY = "The port of Odesa was hit by drones on Sunday night and fourteen people were killed"
OWN = "Our reporter counted nine burning barges along the quays at dawn"
SOURCES = st.builds(
    Source,
    st.sampled_from(["North Wire", "South Post", "BBC News", "bbc.com", "Reuters", "Axios"]),
    st.sampled_from(
        [
            COPY,
            f"{COPY}, the governor said.",
            OWN,
            f"{OWN} (Reuters)",
            "A quite short one",
            "Axios reports that envoys met in a hotel by the lake",
            "Envoys met in a hotel by the lake, according to Reuters",
            "",
        ]
    ),
)


def test_outlets_that_tell_in_their_own_words_are_origins_of_their_own():
    assert count_origins([Source("North Wire", COPY), Source("South Post", OWN)]) == 2
    assert count_origins([]) == 0


def test_copy_counts_once_however_many_carry_it():
    carriers = [Source(f"Outlet {n}", f"{COPY}. More at {n}.") for n in range(7)]
    assert count_origins([*carriers, Source("South Post", OWN)]) == 2


@pytest.mark.parametrize(
    "credit",
    [
        "KYIV (Reuters) - Barges burn along the quays",
        "Barges burn along the quays, according to Reuters",
        "Reuters reports that barges burn along the quays",
        "Barges burn along the quays - Reuters",
        "Barges burn along the quays, an official told Reuters",
    ],
)
def test_who_credits_another_outlet_is_no_origin_of_its_own(credit: str):
    wire = Source("Reuters", "Fire in the harbour after a night of strikes")
    assert count_origins([wire, Source("South Post", credit)]) == 1


def test_two_that_credit_one_wire_are_one_without_it():
    assert count_origins([Source("A Post", f"{COPY} (AFP)"), Source("B Post", f"{OWN} (AFP)")]) == 1


def test_an_outlet_that_is_only_mentioned_is_not_credited():
    named = Source("South Post", "Reporters of Reuters were hurt when barges burned")
    assert count_origins([Source("Reuters", OWN), named]) == 2


@pytest.mark.parametrize(
    "names",
    [
        "BBC|BBC News|bbc.com|www.bbc.co.uk",
        "AP|AP News|Associated Press|apnews.com",
        "The New York Times|NYT > World News|nytimes.com",
        "Politico|politico.eu",
    ],
)
def test_one_house_is_one_group(names: str):
    assert len({outlet_group(name) for name in names.split("|")}) == 1


def test_short_texts_are_not_taken_for_copies():
    assert not copied("Strike on Odesa port", "Strike on Odesa port")
    assert copied(COPY, f"Live: {COPY.lower()}!")


@given(st.lists(SOURCES, max_size=8).flatmap(lambda some: st.tuples(
    st.just(some), st.permutations(some)
)))  # fmt: skip
def test_the_order_of_arrival_makes_no_difference(both):
    assert count_origins(both[0]) == count_origins(both[1])


@given(st.lists(SOURCES, max_size=8))
def test_there_are_no_more_origins_than_houses_and_no_fewer_than_one(some):
    houses = {outlet_group(source.outlet) for source in some}
    assert min(1, len(some)) <= count_origins(some) <= len(houses)
    assert count_origins([*some, *some]) == count_origins(some)


def test_of_a_very_large_story_the_first_are_counted():
    some = [Source(f"Outlet {n}", f"word{n} " * 9) for n in range(COMPARED + 5)]
    assert count_origins(some) == COMPARED
