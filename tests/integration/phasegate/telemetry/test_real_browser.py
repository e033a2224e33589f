"""The page of a report in a real browser: nothing leaves it, nothing runs in it, and it shows what the report says."""

from __future__ import annotations

import base64
import json
import math
import re
import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fixtures.events import Mix, append, iso, write, write_others
from phasegate.telemetry.judge.observing import Versions, observe
from phasegate.telemetry.judge.policy import Policy
from phasegate.telemetry.judge.trail import trails
from phasegate.telemetry.reading import Group, Runs, Window
from phasegate.telemetry.reports.chart import Mark
from phasegate.telemetry.reports.charts import chart_errors, chart_evidence, chart_latency
from phasegate.telemetry.reports.document import document_of
from phasegate.telemetry.reports.page import write_page
from phasegate.telemetry.reports.report import Report, Setting, make_report
from phasegate.telemetry.sources.opening import open_reading

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium (group watching) is not installed")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.once,
    pytest.mark.skipif(
        BROWSER is None or DRIVER is None,
        reason="chromium and chromedriver (Debian: chromium-driver) are not installed",
    ),
]

DAY_S = 86400
SINCE_S = 1_790_035_200.0  # a midnight
DAY = Window(SINCE_S + 300, SINCE_S + DAY_S + 300)
"""No whole step of a plot begins with it."""

LEFT, RIGHT, TOP, BOTTOM = 70.0, 940.0, 16.0, 258.0
"""Where the axes of a plot over time are, in the units of its drawing."""

HOSTILE = (
    "<script>document.title='ran'</script>",
    '"><img src=x onerror="document.title=\'ran\'">',
    "</style></title><svg onload=\"document.title='ran'\">",
    "'; background: url(http://127.0.0.1:9/leak); '",
    "\u202egnirts desrever \u2066isolated\u2069",
    "nul \0 bell \x07 escape \x1b[31m",
    "x" * 5000,
    "{{constructor}} ${7*7} &lt;b&gt; &amp;",
)


class Browser:
    """A browser with one page open."""

    def __init__(self, driver: Any, page: Path) -> None:
        self.driver = driver
        self.page = page

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def requests(self) -> list[str]:
        """What was asked for, from where the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def set_scheme(self, scheme: str) -> None:
        media = {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    def set_paper(self) -> None:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})

    def photograph(self, path: Path) -> None:
        shot = self.driver.execute_cdp_cmd(
            "Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True}
        )
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def opened(page: Path, width: int = 1200) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--window-size={width},900",
        "--no-first-run",
        f"--user-data-dir={page.parent / 'profile'}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        driver.get("about:blank")  # the browser's own first page asks for much
        driver.get_log("performance")
        driver.get(page.as_uri())
        yield Browser(driver, page)
    finally:
        driver.quit()


def rich_report(folder: Path) -> Report:
    """Two versions in use, a canary, a silence of three hours, a rollback."""
    versions = {"1.0.0": 70, "1.1.0-rc.1": 30}
    mix = Mix(
        count=3000,
        since_s=SINCE_S,
        until_s=SINCE_S + 8 * 3600,
        seed=1,
        versions=versions,
        bad={"1.1.0-rc.1": 0.2},
    )
    later = replace(
        mix,
        since_s=SINCE_S + 11 * 3600,
        until_s=SINCE_S + DAY_S,
        seed=2,
        garbage_rate=0.01,
        duplicate_rate=0.01,
    )
    for each in (mix, later):
        write(folder, each)
        write_others(folder, each)
    marks = (
        Mark(SINCE_S + 600, "1.1.0-rc.1 in internal"),
        Mark(SINCE_S + 3600, "1.1.0-rc.1 in canary"),
        Mark(SINCE_S + 15 * 3600, "roll back of 1.1.0 to 1.0.0 (quick): too many runs fail", is_bad=True),
    )
    setting = Setting("1.0.0", "1.1.0-rc.1", {"1.1.0-rc.1": "too many failures", "0.9.0": "old"}, marks)
    return read(folder, setting, "rforge", judged=True)


def read(
    folder: Path, setting: Setting, plugin: str, *, judged: bool = False, window: Window = DAY
) -> Report:
    policy, versions = Policy(), Versions(("1.1.0-rc.1",), ("1.0.0",))
    with open_reading((folder,), plugin, window, clock=lambda: window.until_s) as reading:
        units = reading.units(("1.0.0", "1.1.0-rc.1"))
        observation = observe(policy, units, versions, window, step_s=15.0)
        evidence = {
            "ruling": "roll back",
            "reasons": ["the share of failures is above 10 %"],
            "trails": [trail.as_json() for trail in trails(policy, observation)],
        }
        return make_report(plugin, reading, 900, setting, evidence if judged else None)


def write_report(path: Path, report: Report) -> Path:
    path.write_text(write_page(document_of(report)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, Browser]]:
    folder = tmp_path_factory.mktemp("rich")
    report = rich_report(folder / "logs")
    with opened(write_report(folder / "page.html", report)) as browser:
        yield report, browser


def assert_quiet(browser: Browser) -> None:
    """Nothing was asked for but the page, nothing was said, nothing ran."""
    asked = [url for url in browser.requests() if not url.startswith("data:")]
    assert asked == [browser.page.as_uri()]
    assert browser.messages() == []
    assert browser.run("return document.scripts.length") == 0


def test_nothing_leaves_the_page_and_nothing_runs_in_it(rich: tuple[Report, Browser]) -> None:
    assert_quiet(rich[1])


def test_a_request_and_a_script_would_have_been_noticed(tmp_path: Path) -> None:
    """The page's own policy stops them and says so; what asks is in the log all the same."""
    leak = '<img src="http://127.0.0.1:9/leak.png"><script>1</script></body>'
    page = write_report(tmp_path / "page.html", read(tmp_path, Setting(), "rforge"))
    page.write_text(page.read_text(encoding="utf-8").replace("</body>", leak), encoding="utf-8")
    with opened(page) as browser:
        assert len([said for said in browser.messages() if "Content Security Policy" in said]) == 2
    page.write_text(re.sub("<meta http-equiv[^>]*>", "", page.read_text(encoding="utf-8")), encoding="utf-8")
    with opened(page) as browser:
        assert "http://127.0.0.1:9/leak.png" in browser.requests()


POINTS = """
return [...document.querySelectorAll(`#${arguments[0]} circle`)].map(dot => ({
    at: +dot.dataset.at, value: +dot.dataset.value, line: dot.classList[1],
    x: dot.cx.baseVal.value, y: dot.cy.baseVal.value,
    seen: dot.getBoundingClientRect().width > 0, title: dot.textContent}))
"""


def test_every_plotted_value_is_the_report_s_and_stands_where_its_axis_says(
    rich: tuple[Report, Browser], figure: Callable[[str], None]
) -> None:
    report, browser = rich
    count = 0
    for chart in (chart_latency(report), chart_errors(report), *chart_evidence(report)):
        axis = browser.run("return {...document.getElementById(arguments[0]).dataset}", chart.key)
        low, high = float(axis["low"]), float(axis["high"])
        since_s, until_s = float(axis["since"]), float(axis["until"])
        turn = math.log10 if chart.is_logarithmic else float
        wanted = [
            (f"s{number}", round(at_s), value)
            for number, line in enumerate(chart.lines)
            for at_s, value in line.points
            if value is not None
        ]
        dots = browser.run(POINTS, chart.key)
        found = [(dot["line"], dot["at"], pytest.approx(dot["value"], rel=1e-8)) for dot in dots]
        assert wanted
        assert wanted == found
        for dot in dots:
            value = min(max(dot["value"], low), high)
            x = LEFT + (max(dot["at"], since_s) - since_s) / (until_s - since_s) * (RIGHT - LEFT)
            y = BOTTOM + (turn(value) - turn(low)) / (turn(high) - turn(low)) * (TOP - BOTTOM)
            assert dot["seen"]
            assert dot["x"] == pytest.approx(x, abs=0.1)
            assert dot["y"] == pytest.approx(y, abs=0.1)
            assert LEFT <= dot["x"] <= RIGHT
        count += len(dots)
    figure(
        f"{count} plotted values read from the page: each the report's, within 0.1 units of where its axis puts it"
    )


def test_the_axis_says_what_is_where(rich: tuple[Report, Browser]) -> None:
    """The texts at the axis, against the places of the dots: who reads the plot reads the right value."""
    ticks = rich[1].run(
        "return [...document.querySelectorAll('#latency-chart text.tick[text-anchor=end]')].map(t =>"
        " [parseFloat(t.textContent), +t.getAttribute('y') - 4])"
    )
    dots = rich[1].run(POINTS, "latency-chart")
    (first, first_y), (last, last_y) = ticks[0], ticks[-1]
    assert first == 0
    assert first_y > last_y
    for dot in dots:
        read_off = first + (dot["y"] - first_y) / (last_y - first_y) * (last - first)
        assert read_off == pytest.approx(min(dot["value"], last), abs=0.002 * last)


def test_a_silence_interrupts_the_lines(rich: tuple[Report, Browser]) -> None:
    report, browser = rich
    for key in ("latency-chart", "errors-chart"):
        runs = browser.run(
            "return [...document.querySelectorAll(`#${arguments[0]} .s0:is(polyline, polygon)`)].map(l => [...l.points].map(p => p.x))",
            key,
        )
        width_s = (report.window.until_s - report.window.since_s) / (RIGHT - LEFT)
        gaps_s = [abs(run[index + 1] - run[index]) * width_s for run in runs for index in range(len(run) - 1)]
        assert len(runs) >= 2
        assert max(gaps_s) < 1.5 * report.step_s


def test_bars_are_as_long_as_their_shares(rich: tuple[Report, Browser]) -> None:
    bars = rich[1].run(
        "return [...document.querySelectorAll('rect.bar')].map(b => [+b.dataset.share, b.width.baseVal.value, b.textContent])"
    )
    assert len(bars) >= 9
    for share, width, title in bars:
        assert width == pytest.approx(max(share * (960 - 110 - 200), 1), abs=0.1)
        assert f"({share:.1%})" in title


def test_marks_stand_at_their_times_and_do_not_cover_each_other(rich: tuple[Report, Browser]) -> None:
    report, browser = rich
    drawn = browser.run(
        "return [...document.querySelectorAll('#errors-chart line.mark')].map(m => [m.x1.baseVal.value, m.textContent])"
    )
    for mark, (x, title) in zip(report.setting.marks, drawn):
        share = (mark.at_s - DAY.since_s) / DAY_S
        assert x == pytest.approx(LEFT + share * (RIGHT - LEFT), abs=0.1)
        assert mark.text in title
    boxes = browser.run(
        "return [...document.querySelectorAll('#errors-chart text.mark')].map(m => {const b = m.getBBox();"
        " return [b.x, b.y, b.width, b.height]})"
    )
    assert len(boxes) == len(report.setting.marks)
    for number, (x, y, width, height) in enumerate(boxes):
        assert x >= 0
        assert x + width <= 960
        for other_x, other_y, other_width, other_height in boxes[number + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y + 1 or other_y + other_height <= y + 1


CONTRAST = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length > 3 && n[3] === 0 ? null : n.slice(0, 3) };
const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c) return c }
                      return getComputedStyle(document.documentElement).colorScheme.includes('dark') &&
                             matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255] };
const found = [];
for (const details of document.querySelectorAll('details')) details.open = true;
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || e.closest('title, style')) continue;
    const style = getComputedStyle(e), ink = parse(e.ownerSVGElement ? style.fill : style.color);
    const a = light(ink), b = light(behind(e));
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.tagName + '.' + e.getAttribute('class'), walk.currentNode.data]);
}
return found
"""


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_all_text_has_contrast(
    rich: tuple[Report, Browser], scheme: str, figure: Callable[[str], None]
) -> None:
    browser = rich[1]
    browser.set_paper() if scheme == "print" else browser.set_scheme(scheme)
    found = browser.run(CONTRAST)
    assert len(found) > 200
    ratio, where, text = min(found)
    figure(f"{scheme}: the least contrast of {len(found)} texts is {ratio:.1f} ({where})")
    assert ratio >= 4.5, (where, text)
    browser.set_scheme("light")


SHAPES = """
const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
                     return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b) };
const paper = light(getComputedStyle(document.querySelector('figure')).backgroundColor);
return [...document.querySelectorAll('polyline.line, circle.dot, line.limit, line.mark, rect.bar')].map(e => {
    const style = getComputedStyle(e), a = light(e.tagName === 'rect' ? style.fill : style.stroke);
    return (Math.max(a, paper) + 0.05) / (Math.min(a, paper) + 0.05) })
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_drawn_has_contrast(rich: tuple[Report, Browser], scheme: str) -> None:
    rich[1].set_scheme(scheme)
    assert min(rich[1].run(SHAPES)) >= 3.0
    rich[1].set_scheme("light")


def test_the_scheme_follows_the_reader(rich: tuple[Report, Browser]) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        rich[1].set_scheme(scheme)
        colours.add(rich[1].run("return getComputedStyle(document.body).backgroundColor"))
    assert len(colours) == 2
    rich[1].set_scheme("light")


def test_the_tabulator_reaches_every_link_summary_and_table(rich: tuple[Report, Browser]) -> None:
    browser = rich[1]
    browser.driver.refresh()
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true; scrollTo(0, 0)")
    wanted = browser.run(
        "const all = [...document.querySelectorAll('a[href], summary, .scroll')];"
        " all.forEach((e, i) => e.dataset.order = i); return all.length"
    )
    reached = []
    for _ in range(wanted):
        for kind in ("keyDown", "keyUp"):
            key = {"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
            browser.driver.execute_cdp_cmd("Input.dispatchKeyEvent", key)
        reached.append(browser.run("return +document.activeElement.dataset.order"))
        assert browser.run(
            "const e = document.activeElement; return getComputedStyle(e).outlineStyle !== 'none'"
            " && e.getBoundingClientRect().right > 0"
        )
    assert wanted > 15
    assert reached == list(range(wanted))


def test_a_screen_reader_finds_names_headings_and_tables(rich: tuple[Report, Browser]) -> None:
    browser = rich[1]
    tree = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    nodes = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree
        if not node["ignored"] and "role" in node
    ]
    for role in ("image", "table", "region", "navigation", "main", "link"):
        names = [name for found, name in nodes if found == role]
        assert names, role
        assert role in ("main", "table") or all(names), role
    images = [name for role, name in nodes if role == "image"]
    assert len(images) == len(set(images)) == 6
    assert browser.run(
        "return [...document.querySelectorAll('table')].every(t => t.querySelector('th[scope=col]'))"
    )
    levels = [
        int(tag[1])
        for tag in browser.run("return [...document.querySelectorAll('h1, h2')].map(h => h.tagName)")
    ]
    assert levels == [1, *[2] * (len(levels) - 1)]


def hostile_report(folder: Path) -> Report:
    """Everything that a log, a ledger or a disk can bring into a report, brought."""
    lines = []
    for number, text in enumerate(HOSTILE):
        run = {
            "schema": 1, "timestamp": iso(DAY.since_s + 60 * number), "id": f"{number:016x}", "event": "command",
            "plugin": HOSTILE[0], "version": text, "install": f"{number:016x}", "user": f"{number:016x}",
            "session": f"{number:016x}", "probe": False, "command": text, "mode": text, "format": text, "outcome": "ok",
            "duration_s": 1.0, "budget_s": 10.0, "packages": 1, "explicit": True,
        }  # fmt: skip
        lines.append(json.dumps(run).encode() + b"\n")
        error = {**run, "id": f"{number + 100:016x}", "event": "error", "category": text, "severity": text}
        append_line(folder / "plugin-errors.log", error)
    append(folder / "plugin-commands.log", lines)
    marks = tuple(Mark(SINCE_S + 3600 * (n + 1), text, is_bad=n % 2 == 0) for n, text in enumerate(HOSTILE))
    report = read(
        folder, Setting(HOSTILE[0], HOSTILE[1], {text: text for text in HOSTILE}, marks), HOSTILE[0]
    )
    intake = replace(report.intake, unreadable=HOSTILE, missing=HOSTILE)
    evidence = {
        "ruling": HOSTILE[0],
        "reasons": list(HOSTILE),
        "trails": [
            {"rule": text, "threshold": 50.0 + n, "points": [[SINCE_S, 1.0], [SINCE_S + 60, 2.0]]}
            for n, text in enumerate(HOSTILE)
        ],
    }
    return replace(report, intake=intake, evidence=evidence)


def append_line(path: Path, event: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    append(path, [json.dumps(event).encode() + b"\n"])


def test_hostile_strings_are_shown_and_do_nothing(tmp_path: Path) -> None:
    report = hostile_report(tmp_path / "logs")
    assert len(report.table) == len(HOSTILE)
    with opened(write_report(tmp_path / "page.html", report)) as browser:
        assert_quiet(browser)
        assert browser.driver.title.endswith("UTC")
        tags = browser.run(
            "return [...new Set([...document.querySelectorAll('*')].map(e => e.tagName.toLowerCase()))]"
        )
        assert not {"script", "img", "iframe", "object", "b"} & set(tags)
        handlers = "return [...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on'))).length"
        assert browser.run(handlers) == 0
        text = browser.run("return document.documentElement.textContent")
        for shown in (
            HOSTILE[0],
            HOSTILE[1],
            HOSTILE[2],
            HOSTILE[7],
            r"\u202egnirts desrever \u2066",
            r"\x1b[31m",
            r"nul \x00",
        ):
            assert shown in text, shown
        assert all(letter.isprintable() or letter == "\n" for letter in text.replace("\t", " "))
        assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
        browser.photograph(tmp_path / "hostile.png")


def test_an_empty_report_is_a_page_that_says_so(tmp_path: Path) -> None:
    report = read(tmp_path / "nowhere", Setting(), "rforge")
    with opened(write_report(tmp_path / "page.html", report)) as browser:
        assert_quiet(browser)
        text = browser.run("return document.body.innerText")
        assert "There were no runs in this time." in text
        assert "Not there: " in text
        assert browser.run("return document.querySelectorAll('svg').length") == 0
        browser.photograph(tmp_path / "empty.png")


def test_a_month_with_5000_rows_is_a_page_under_2_mb(tmp_path: Path, figure: Callable[[str], None]) -> None:
    month = Window(SINCE_S - 29 * DAY_S, SINCE_S + DAY_S)
    versions = {f"1.{number}.0": 1 for number in range(20)}
    write(tmp_path / "logs", Mix(20_000, month.since_s, month.until_s, versions=versions))
    write_others(tmp_path / "logs", Mix(20_000, month.since_s, month.until_s, versions=versions))
    with open_reading((tmp_path / "logs",), "rforge", month, clock=lambda: month.until_s) as reading:
        report = make_report("rforge", reading, 6 * 3600, Setting("1.19.0"))
    runs = Runs(ok=100, failed=1, p50_s=1.234, p95_s=5.678, p99_s=9.876, longest_s=12.0)
    rows = tuple(
        Group(
            {
                "command": f"command-{n}",
                "mode": "default",
                "format": "markdown",
                "version": f"1.{n % 20}.0-rc.1",
            },
            runs,
        )
        for n in range(5000)
    )
    page = write_report(tmp_path / "page.html", replace(report, table=rows))
    size = page.stat().st_size
    figure(f"a month and 5,000 rows: {size / 1e6:.2f} MB")
    assert size < 2_000_000
    with opened(page) as browser:
        assert_quiet(browser)
        assert browser.run("return document.querySelectorAll('#commands ~ * tbody tr').length") >= 5000


@pytest.mark.parametrize("scheme", ["light", "dark", "narrow", "paper"])
def test_it_can_be_looked_at(tmp_path: Path, rich: tuple[Report, Browser], scheme: str) -> None:
    """Screenshots stay in the test's folder; a picture of one colour would be no page."""
    browser = rich[1]
    browser.driver.refresh()
    if scheme == "paper":
        drawn = browser.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})
        content = base64.b64decode(drawn["data"])
        (tmp_path / "paper.pdf").write_bytes(content)
        assert content.startswith(b"%PDF")
        return
    browser.set_scheme("light" if scheme == "narrow" else scheme)
    browser.driver.set_window_size(400 if scheme == "narrow" else 1200, 900)
    browser.photograph(tmp_path / f"{scheme}.png")
    browser.driver.set_window_size(1200, 900)
    browser.set_scheme("light")
    assert (tmp_path / f"{scheme}.png").stat().st_size > 50_000
