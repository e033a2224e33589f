"""Logs are recognised by their names, and of each the best form is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phasegate.telemetry.logs.stream import Form, Stream, best_forms, list_files

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "20261123T055224.123456Z"


def test_logs_are_listed_by_stream_the_oldest_first_and_the_live_one_last(tmp_path: Path) -> None:
    names = [
        "plugin-commands.20261123T055223.000000Z.log.gz", f"plugin-commands.{STAMP}.log", "plugin-commands.log",
        f"plugin-usage.{STAMP}.parquet",
    ]  # fmt: skip
    others = [
        ".plugin-commands.lock",
        f".plugin-commands.{STAMP}.log.gz",
        "plugin-commands.parquet",
        "plugin-x.log",
        "a.log",
    ]
    for name in (*reversed(names), *others):
        (tmp_path / name).write_bytes(b"x")
    files = list_files(tmp_path)
    assert [file.name for file in files] == names
    assert [file.size for file in files] == [1] * 4
    assert files[1].rotated_s == 1_795_413_144.123456
    assert (files[2].rotated_s, files[2].form) == (None, Form.LOG)


def test_a_stamp_that_is_no_time_tells_none(tmp_path: Path) -> None:
    (tmp_path / "plugin-commands.20269999T999999.000000Z.log").touch()
    (file,) = list_files(tmp_path)
    assert file.rotated_s is None
    assert file.ended_s == file.modified_s


def test_of_one_log_the_best_form_that_can_be_read_is_taken(tmp_path: Path) -> None:
    for form in Form:
        (tmp_path / f"plugin-errors.{STAMP}.{form.value}").touch()
    (tmp_path / Stream.ERRORS.live_name).touch()
    files = list_files(tmp_path)
    assert [file.form for file in best_forms(files, parquet=True)] == [Form.PARQUET, Form.LOG]
    assert [file.form for file in best_forms(files, parquet=False)] == [Form.GZIP, Form.LOG]
