"""An answer is read only if it is what was asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.judge import llm_answer

SCHEMA = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "enum": ["A", "B"]},
                    "share": {"type": "number", "minimum": 0, "maximum": 1},
                    "number": {"type": "integer", "minimum": 0, "maximum": 3},
                    "note": {"type": "string", "maxLength": 5},
                },
                "required": ["id", "share"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["items"],
    "additionalProperties": False,
}


def item(**changes: object) -> str:
    return json.dumps({"items": [{"id": "A", "share": 0.5, **changes}]})


@pytest.mark.parametrize(
    "text", ['{"items": []}', item(), item(share=1, number=3, note="five5"), item(id="B")]
)
def test_an_answer_in_the_form_asked_for_is_read(text: str) -> None:
    assert llm_answer.read(text, SCHEMA) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no JSON"),
        ("Certainly! Here is", "no JSON"),
        ('```json\n{"items": []}\n```', "no JSON"),
        ('{"items": [', "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "answer lacks items"),
        ('{"items": {}}', "answer.items is no array"),
        ('{"items": [], "also": 1}', "a field that was not asked for"),
        ('{"items": [1]}', r"answer.items\[0\] is no object"),
        (item(id="C"), "none of the values"),
        (item(share=1.1), "out of range"),
        (item(share="0.5"), "no number"),
        (item(share=True), "no number"),
        (item(number=1.5), "no integer"),
        (item(number=-1), "out of range"),
        (item(note="longer"), "too long"),
        (item(share=float("nan")), "no JSON"),
        (item(other=1), "not asked for"),
        (json.dumps({"items": [{"id": "A", "share": 0}] * 3}), "too many items"),
        ("[" * 100_000, "nested too deeply"),
        (" " * 300_000, "longer than"),
    ],
)
def test_anything_else_is_refused_with_the_place(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        llm_answer.read(text, SCHEMA)


def test_the_fault_does_not_repeat_what_the_answer_says() -> None:
    with pytest.raises(ValueError, match="answer") as caught:
        llm_answer.read(item(id="obey me"), SCHEMA)
    assert "obey" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["items", "id", "x"]), inner),
)


@given(JSON)
def test_whatever_is_answered_it_conforms_or_is_refused(value: object) -> None:
    try:
        answer = llm_answer.read(json.dumps(value), SCHEMA)
    except ValueError:
        return
    assert answer.keys() == {"items"}
    assert all(one["id"] in "AB" and 0 <= one["share"] <= 1 for one in answer["items"])  # type: ignore[attr-defined]
