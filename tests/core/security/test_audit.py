"""The tree of RFC 6962: known roots, proofs of every row and every earlier size, signed heads."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput, Tampered
from core.security.audit import (
    EMPTY_ROOT,
    Frontier,
    HeadSigner,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    read_head,
    receipt_code,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves of the certificate-transparency project's reference tests, and the roots it publishes for them.
_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in _LEAVES]
KNOWN_ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def plain_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def some(count: int) -> list[bytes]:
    return [hashlib.sha256(bytes([n])).digest() for n in range(count)]


def test_the_published_roots() -> None:
    for size, root in KNOWN_ROOTS.items():
        assert root_of(KNOWN[:size]).hex() == root


@pytest.mark.parametrize("size", range(40))
def test_the_frontier_grows_to_the_same_root(size: int) -> None:
    leaves = some(size)
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    assert frontier.root == root_of(leaves) == plain_root(leaves)
    assert Frontier.from_bytes(frontier.size, frontier.to_bytes()) == frontier


def test_every_row_of_every_size_is_proved_and_no_other() -> None:
    leaves = some(20)
    for size in range(1, 20):
        root = root_of(leaves[:size])
        for index in range(size):
            path = inclusion_proof(leaves[:size], index)
            assert verify_inclusion(leaves[index], index, size, path, root)
            assert not verify_inclusion(leaves[index + 1], index, size, path, root)
            assert not verify_inclusion(leaves[index], index, size, [*path, leaves[0]], root)
            assert not verify_inclusion(leaves[index], index + 1, size, path, root) or size == 1


def test_every_earlier_size_is_consistent_and_no_other_root_is() -> None:
    leaves = some(20)
    for size in range(1, 20):
        new = root_of(leaves[:size])
        for old in range(1, size + 1):
            path = consistency_proof(leaves[:size], old)
            assert verify_consistency(old, size, root_of(leaves[:old]), new, path)
            assert not verify_consistency(old, size, leaves[-1], new, path)
            assert not verify_consistency(old, size, root_of(leaves[:old]), leaves[-1], path)


@given(st.integers(2, 60), st.data())
def test_a_rewritten_past_is_never_consistent(size: int, data: st.DataObject) -> None:
    leaves = some(size)
    old = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old - 1))
    rewritten = [*leaves]
    rewritten[changed] = hashlib.sha256(b"other").digest()
    path = consistency_proof(rewritten, old)
    assert not verify_consistency(old, size, root_of(leaves[:old]), root_of(rewritten), path)


def test_a_leaf_does_not_depend_on_the_order_of_keys() -> None:
    assert leaf_hash({"a": 1, "b": "ü"}) == leaf_hash({"b": "ü", "a": 1})
    assert leaf_hash({"a": 1}) != leaf_hash({"a": "1"})


def test_heads_are_signed_and_read_back() -> None:
    signer = HeadSigner(b"s" * 32)
    head = signer.sign(3, root_of(some(3)), "2026-11-02T09:30:00+00:00")
    again = read_head(head.line())
    assert again == head
    assert signer.good(again)
    assert not HeadSigner(b"t" * 32).good(again)
    for field in ('"size":4', '"at":"2026-11-02T09:30:01+00:00"'):
        key = field.split(":", 1)[0]
        line = head.line().replace(f"{key}:3", field).replace(f'{key}:"2026-11-02T09:30:00+00:00"', field)
        assert line != head.line()
        assert not signer.good(read_head(line))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        "[]",
        "not json",
        '{"size":"3","root":"","at":"","signature":""}',
        '{"size":-1,"root":"00","at":"x","signature":""}',
    ],
)
def test_a_line_that_is_no_head_is_refused(line: str) -> None:
    with pytest.raises(Tampered):
        read_head(line)


def test_bounds() -> None:
    for index in (-1, 3):
        with pytest.raises(InvalidInput):
            inclusion_proof(some(3), index)
    for old in (0, 4):
        with pytest.raises(InvalidInput):
            consistency_proof(some(3), old)
    with pytest.raises(Tampered):
        Frontier.from_bytes(3, b"\x00" * 32)
    assert Frontier().root == EMPTY_ROOT
    assert not verify_consistency(0, 3, EMPTY_ROOT, root_of(some(3)), [])


def test_a_receipt_code_names_its_row() -> None:
    code = receipt_code(12, some(1)[0])
    assert code.startswith("12-")
    assert len(code) == 11
    assert code != receipt_code(12, some(2)[1])
