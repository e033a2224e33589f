"""Journals that write into a folder of the test's own, and what lies there then."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest
from jsonschema import Draft202012Validator

from rforge.telemetry.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = Path(__file__).parents[4] / "src" / "phasegate" / "telemetry" / "event.schema.json"

MakeJournal = Callable[..., Journal]
Lines = Callable[..., "list[dict[str, Any]]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the logs lie."""
    return tmp_path / "logs"


@pytest.fixture
def said() -> list[str]:
    """What people were told."""
    return []


@pytest.fixture
def make_journal(folder: Path, said: list[str]) -> Iterator[MakeJournal]:
    made: list[Journal] = []

    def make(
        version: str = "2.0.0", user: str = "ada", data: Path | None = None, **environment: str
    ) -> Journal:
        made.append(Journal(version, user, data, said.append, {"RFORGE_LOGS": str(folder), **environment}))
        return made[-1]

    yield make
    for journal in made:
        journal.close()


@pytest.fixture(scope="session")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.fixture
def lines(folder: Path, validator: Draft202012Validator) -> Lines:
    """The events in the files whose names begin so; each is held against the schema."""

    def read(prefix: str = "plugin-") -> list[dict[str, Any]]:
        found = []
        for path in sorted(folder.glob(f"{prefix}*")):
            content = path.read_bytes()
            text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("ascii")
            assert text.endswith("\n")
            found += [json.loads(line) for line in text.splitlines()]
        for event in found:
            validator.validate(event)
        return found

    return read
