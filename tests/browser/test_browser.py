"""The page in a real browser: nothing dropped, nothing fetched, legible light and dark, on a telephone and on paper."""

import re

import example
import pytest
from chromium import browser

pytestmark = pytest.mark.browser

CONTRAST = """
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = (color, under) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const each of [...under, color]) { canvas.fillStyle = each; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (v) => v <= 10.31 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (e) => e ? [...behind(e.parentElement), getComputedStyle(e).backgroundColor] : [];
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const worst = {};
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.matches("td b, th b, .key b, summary b")) continue;
    const under = behind(element), back = light(rgba("transparent", under));
    const front = light(rgba(getComputedStyle(element).color, under));
    const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
    const key = element.tagName + "." + element.className;
    worst[key] = Math.min(worst[key] ?? 99, ratio);
  }
  return worst;
})()
"""
LINES = """
(() => {
  const paragraph = document.querySelector("#verdict h2 + p"), range = document.createRange();
  range.selectNodeContents(paragraph);
  return [paragraph.textContent.length, new Set([...range.getClientRects()].map((box) => box.top)).size];
})()
"""
BRIGHTNESS = """
(async () => {
  const image = document.images[0], canvas = new OffscreenCanvas(296, 290).getContext("2d");
  await image.decode();
  canvas.drawImage(image, 0, 0);
  const data = canvas.getImageData(0, 0, 296, 290).data, inked = [];
  for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 200) inked.push((data[k] + data[k + 1] + data[k + 2]) / 3);
  return inked.reduce((sum, each) => sum + each, 0) / inked.length;
})()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    example.full().to_html(folder / "full.html")
    example.nasty().to_html(folder / "nasty.html")
    return folder


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


PAGES = pytest.mark.parametrize("name", ["full.html", "nasty.html"])


@PAGES
def test_the_policy_drops_nothing_and_nothing_is_fetched(tab, folder, name):
    tab.complaints.clear()
    tab.requests.clear()
    tab.open(folder / name)
    assert tab.value("getComputedStyle(document.querySelector('main')).maxWidth") == "640px"
    assert (
        tab.value("Promise.all([...document.images].map((i) => i.decode().then(() => i.naturalWidth > 0)))")
        == [True] * 47
    )
    assert tab.complaints == []
    assert [url for url in tab.requests if not url.startswith(("file:", "data:"))] == []


@PAGES
@pytest.mark.parametrize("width", [360, 640, 1400])
def test_no_width_scrolls_sideways_with_every_fold_open(tab, folder, name, width):
    tab.open(folder / name, width=width)
    tab.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert tab.value("document.documentElement.scrollWidth") <= width


@PAGES
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(tab, folder, name, scheme):
    tab.open(folder / name, scheme=scheme)
    ratios = tab.value(CONTRAST)
    assert len(ratios) > 15
    assert {what: ratio for what, ratio in ratios.items() if ratio < 4.5} == {}


def test_the_scheme_changes_page_and_pictures(tab, folder):
    seen = {}
    for scheme in ("light", "dark"):
        tab.open(folder / "full.html", scheme=scheme)
        page = tab.value("getComputedStyle(document.body).backgroundColor")
        mark = tab.value("getComputedStyle(document.querySelector('.key .discriminative')).color")
        seen[scheme] = (page, mark, tab.value(BRIGHTNESS))
    assert seen["light"][:2] == ("rgb(255, 255, 255)", "rgb(213, 94, 0)")
    assert seen["dark"][:2] == ("rgb(22, 22, 22)", "rgb(242, 142, 82)")
    assert seen["dark"][2] > seen["light"][2] + 50


def test_at_most_three_sizes_and_a_measure_of_about_seventy_characters(tab, folder):
    tab.open(folder / "full.html")
    sizes = tab.value("[...new Set([...document.querySelectorAll('main *')].map((e) => getComputedStyle(e).fontSize))]")
    assert len(sizes) <= 3
    lines = tab.value(LINES)
    assert lines[0] / lines[1] < 85


def test_paper_gets_light_colors_and_all_sections(tab, folder):
    pdf = tab.open(folder / "full.html", scheme="dark").pdf()
    assert pdf.startswith(b"%PDF")
    assert 5 < len(re.findall(rb"/Type ?/Page\b", pdf)) < 40
    tab.open(folder / "full.html", scheme="dark", media="print")
    assert tab.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.value("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
