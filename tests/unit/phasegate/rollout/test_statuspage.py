from __future__ import annotations

import json
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from phasegate.rollout.statuspage import render_status_page
from unit.phasegate.rollout.states import channel, release, rollout, state

NOW = state(
    release("1.0.0"),
    release("1.0.1", restores="1.0.0"),
    release("1.1.0-rc.1", withdrawn="it <b>burns</b>"),
    channels={"stable": ("1.0.0", "1.0.1"), "canary": ("1.1.0-rc.1",)},
    rollout=rollout("1.1.0", "c", "internal", "canary"),
)


class Seen(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def rows(page: bytes) -> list[str]:
    return [line for line in page.decode().splitlines() if line.startswith("<tr><td>")]


def test_every_channel_has_a_row_with_its_version_since_when_and_what_there_is_to_say() -> None:
    assert rows(render_status_page(NOW)["status.html"]) == [
        "<tr><td>canary<td>1.1.0-rc.1<td>2027-01-15T08:00:00Z<td>withdrawn: it &lt;b&gt;burns&lt;/b&gt;",
        "<tr><td>stable<td>1.0.1<td>2027-01-15T08:00:00Z<td>restores 1.0.0",
    ]


def test_the_page_says_what_is_on_its_way() -> None:
    page = render_status_page(NOW)["status.html"].decode()
    assert "<p>Version 1.1.0 has reached phase canary.</p>" in page
    assert "<p>Operation 3 of the ledger.</p>" in page
    assert "<p>No rollout is under way.</p>" in render_status_page(state())["status.html"].decode()


def test_the_same_is_there_as_json() -> None:
    assert json.loads(render_status_page(NOW)["status.json"]) == {
        "schema": 1,
        "length": 3,
        "channels": {"canary": "1.1.0-rc.1", "stable": "1.0.1"},
        "rollout": {"version": "1.1.0", "phase": "canary"},
        "withdrawn": {"1.1.0-rc.1": "it <b>burns</b>"},
    }
    assert json.loads(render_status_page(state())["status.json"])["rollout"] is None


NASTY = st.text("<>&\"'/{}% aé\n", max_size=12)


@given(NASTY, NASTY)
def test_no_text_from_outside_adds_a_tag_to_the_page(name: str, reason: str) -> None:
    calm = state(release("1.0.0", withdrawn="r"), rollout=rollout("1.0.0", "c", "internal"))
    nasty = state(release("1.0.0", withdrawn=reason), rollout=rollout("1.0.0", "c", "internal"))
    calm.channels["n"] = channel("n", "1.0.0")
    nasty.channels[name] = channel("n", "1.0.0")
    page = Seen(render_status_page(nasty)["status.html"])
    assert page.tags == Seen(render_status_page(calm)["status.html"]).tags
    assert f"withdrawn: {reason}".strip() in "".join(page.texts)


def test_the_same_state_gives_the_same_bytes() -> None:
    assert render_status_page(NOW) == render_status_page(NOW)


def test_a_reason_that_is_no_utf_8_is_shown_by_its_codes() -> None:
    burnt = state(release("1.0.0", withdrawn="caf\udce9"), channels={"stable": ("1.0.0",)})
    page = render_status_page(burnt)
    assert "withdrawn: caf\\udce9" in page["status.html"].decode()
    assert json.loads(page["status.json"])["withdrawn"] == {"1.0.0": "caf\udce9"}
