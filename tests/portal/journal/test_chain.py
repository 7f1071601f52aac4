from dataclasses import replace
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from portal.journal import chain
from portal.journal.chain import Sealed

CONTENTS = [{"id": n, "verb": "thing.done", "data": {"名": n}} for n in range(1, 6)]


def sealed(contents=CONTENTS):
    seals = chain.seal(chain.BEGINNING, contents)
    return [
        Sealed(content["id"], content, seal) for content, seal in zip(contents, seals, strict=True)
    ]


def breaks(entries, head=None):
    return list(chain.verify(entries, head or entries[-1].seal))


def test_an_untouched_chain_holds():
    assert breaks(sealed()) == []


def test_an_empty_journal_holds():
    assert list(chain.verify([], chain.BEGINNING)) == []


def test_a_changed_entry_is_one_break_at_its_place():
    entries = sealed()
    entries[2] = replace(entries[2], content={**entries[2].content, "verb": "thing.undone"})
    assert [(found.position, found.entry_id) for found in breaks(entries)] == [(3, 3)]


def test_a_removed_entry_is_a_break():
    entries = sealed()
    del entries[1]
    assert [found.reason for found in breaks(entries)] == ["positions 2 to 2 are missing"]


def test_cutting_off_the_end_does_not_fit_the_head():
    entries = sealed()
    assert [found.position for found in breaks(entries[:-1], entries[-1].seal)] == [4]


def test_emptying_the_journal_does_not_fit_the_head():
    assert len(list(chain.verify([], sealed()[-1].seal))) == 1


def test_a_chain_sealed_anew_after_a_change_does_not_fit_the_noted_head():
    head = sealed()[-1].seal
    forged = sealed([{**CONTENTS[0], "verb": "forged"}, *CONTENTS[1:]])
    assert breaks(forged) == []
    assert [found.position for found in breaks(forged, head)] == [5]


def test_the_order_of_keys_does_not_matter_but_every_value_does():
    assert chain.digest_of("", {"a": 1, "b": 2}) == chain.digest_of("", {"b": 2, "a": 1})
    assert chain.digest_of("", {"a": 1}) != chain.digest_of("", {"a": "1"})
    assert chain.digest_of("x", {"a": 1}) != chain.digest_of("y", {"a": 1})


def test_the_spelling_under_the_digest_is_fixed_for_ever():
    """A changed spelling would break every chain written so far."""
    spelled = (
        "0" * 64 + '\n{"at":"2026-11-20T00:00:00.000000+00:00","data":{"a":[1,null]},"名":true}'
    )
    content = {"名": True, "data": {"a": [1, None]}, "at": "2026-11-20T00:00:00.000000+00:00"}
    assert chain.digest_of(chain.GENESIS, content) == sha256(spelled.encode()).hexdigest()


@given(st.lists(st.dictionaries(st.text(), st.integers()), max_size=8), st.integers(0, 8))
def test_sealing_in_two_batches_is_sealing_in_one(contents, cut):
    whole = chain.seal(chain.BEGINNING, contents)
    first = chain.seal(chain.BEGINNING, contents[:cut])
    assert first + chain.seal(first[-1] if first else chain.BEGINNING, contents[cut:]) == whole
