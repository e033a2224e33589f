"""The local evidence cache."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from phasegate.gates.evidence import Evidence
from phasegate.gates.store import EvidenceStore
from phasegate.verdict import Verdict

ONE = Evidence("tests", Verdict.PASS, "well", "c", "t", "d", "3.12", "2026-11-22T10:00:00+00:00", 1.5)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence")


def test_a_pass_is_found_again(store: EvidenceStore) -> None:
    store.keep(ONE)
    assert store.find("c", "d", "3.12") == ONE


def test_nothing_is_found_where_nothing_was_kept(store: EvidenceStore) -> None:
    assert store.find("c", "d", "3.12") is None


def test_later_evidence_takes_the_place_of_earlier_and_leaves_one_file(store: EvidenceStore) -> None:
    store.keep(ONE)
    later = replace(ONE, at="2026-11-23T10:00:00+00:00")
    store.keep(later)
    assert store.find("c", "d", "3.12") == later
    assert len(list(store.folder.iterdir())) == 1


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.opens])
def test_what_does_not_open_a_phase_is_not_kept(store: EvidenceStore, verdict: Verdict) -> None:
    store.keep(replace(ONE, verdict=verdict))
    assert store.find("c", "d", "3.12") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\xfe", b"[]", b'{"gate": "tests"}'])
def test_a_corrupt_file_is_absent(store: EvidenceStore, damage: bytes) -> None:
    store.keep(ONE)
    [path] = store.folder.iterdir()
    path.write_bytes(damage)
    assert store.find("c", "d", "3.12") is None


def test_a_file_that_speaks_of_another_tree_or_did_not_pass_is_absent(store: EvidenceStore) -> None:
    store.keep(ONE)
    [path] = store.folder.iterdir()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"content": "c"', '"content": "x"'), encoding="utf-8")
    assert store.find("c", "d", "3.12") is None
    path.write_text(text.replace('"PASS"', '"FAIL"'), encoding="utf-8")
    assert store.find("c", "d", "3.12") is None


def test_a_file_that_cannot_be_written_leaves_nothing_behind(
    store: EvidenceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PermissionError):
        store.keep(ONE)
    assert list(store.folder.iterdir()) == []
