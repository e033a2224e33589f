"""Where an operator works: the name of the place, the time of what is made there, and what is not told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phasegate.errors import ErrorCode, PhasegateError
from workshop import git

if TYPE_CHECKING:
    from workshop import Workshop

SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    ("url", "project"),
    [
        ("https://host.test/team/demo.git", "demo"),
        ("git@host.test:team/demo.git/", "demo"),
        ("C:\\work\\demo", "demo"),
        (f"https://user:{SECRET}@host.test", "checkout"),
        (f"https://user:pa/{SECRET}@host.test", "checkout"),
        (f"https://host.test/demo?token={SECRET}", "demo"),
        (f"ext::user:{SECRET}@host.test", "host.test"),
    ],
)
def test_a_project_is_called_by_its_remote_s_url_without_credentials(
    workshop: Workshop, url: str, project: str
) -> None:
    git(workshop.root, "remote", "set-url", "origin", url)
    assert workshop.desk.project == project


def test_what_is_secret_in_the_environment_and_in_git_s_settings_is_not_told(workshop: Workshop) -> None:
    workshop.write({"phasegate.toml": '[notify]\napprise_variable = "NOTICES"\n'})
    workshop.secrets = {"A_TOKEN": "first-secret", "NOTICES": "json://second.test/"}
    git(workshop.root, "config", "http.https://host.test/.extraheader", "Authorization: basic third-secret")
    text = workshop.desk.discreet("first-secret json://second.test/ third-secret fourth")
    assert text == "*** *** *** fourth"
    assert workshop.desk.occasion("first-secret").why == "***"


@pytest.mark.parametrize("text", ["tomorrow", "-1", "\u00b2", "9" * 11, "9" * 5000, "1.5", " 1"])
def test_a_time_that_is_none_is_refused(workshop: Workshop, text: str) -> None:
    workshop.secrets = {"SOURCE_DATE_EPOCH": text}
    with pytest.raises(PhasegateError) as caught:
        workshop.desk.occasion()
    assert caught.value.code is ErrorCode.USAGE


@pytest.mark.parametrize(("text", "at_s"), [("0", 0), ("9999999999", 9_999_999_999)])
def test_objects_carry_the_time_that_is_asked_for(workshop: Workshop, text: str, at_s: int) -> None:
    workshop.secrets = {"SOURCE_DATE_EPOCH": text}
    assert workshop.desk.occasion().at_s == at_s
    assert workshop.deploy("internal").plan.at_s == at_s


def test_without_a_fixed_time_it_is_now(workshop: Workshop) -> None:
    workshop.secrets = {"SOURCE_DATE_EPOCH": ""}
    assert workshop.desk.occasion().at_s == workshop.now_s
