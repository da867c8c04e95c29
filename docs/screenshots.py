"""The pictures of the README, taken of reports of shipped archives: `python docs/screenshots.py`.

It needs the development dependencies and the command `chromium`; `docs/images` is where they go.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from analyzer.reference import rule_docs
from analyzer.render import report_html
from analyzer.run import analyze

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: of which archive, from which anchor on, in which colours."""

    name: str
    archive: str
    link: str = ""
    dark: bool = False
    height: int = 800


SHOTS = (
    Shot("verdict", "bgp-wrong-password"),
    Shot("finding", "frr-bgpd-dead", "#frr-daemon-never-registered-d6ab4abc6f", dark=True, height=640),
    Shot("sessions", "bgp-wrong-password", "#peers", height=700),
    Shot("ask", "bgp-wrong-password", "#ask", height=760),
)


def take(browser: Browser, shot: Shot, folder: Path) -> Path:
    """Take one picture into a folder."""
    archive = next((ROOT / "fixtures" / "archives" / shot.archive).glob("must-gather*"))
    page = folder / f"{shot.archive}.html"
    page.write_text(report_html(analyze([str(archive)]), rule_docs()), encoding="utf-8")
    context = browser.new_context(
        viewport={"width": 1280, "height": shot.height}, color_scheme="dark" if shot.dark else "light"
    )
    tab = context.new_page()
    tab.goto(page.as_uri() + shot.link)
    target = folder / f"{shot.name}.png"
    tab.screenshot(path=target)
    context.close()
    page.unlink()
    return target


def main() -> None:
    """Take all of them."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for shot in SHOTS:
            shutil.move(take(browser, shot, Path(folder)), IMAGES / f"{shot.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
