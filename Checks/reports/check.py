#!/usr/bin/env python3
"""Opens report pages in headless Chromium and fails on what a reader would stumble over.

    Checks/reports/check.py [--screenshots DIR] PAGE.html...

A page fails where the browser logs anything (an error of the script, what the content security policy blocked, something
that could not be loaded), where a figure, chart or picture is missing or empty, or where the page or a text in it is
wider than its place, at 400 and at 1400 pixels, light and dark. Needs Debian's chromium and chromium-driver.
"""
import argparse
import base64
import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

WIDTHS = [400, 1400]
SCHEMES = ["light", "dark"]

# What is wrong with a page, as a list of sentences. Boxes that scroll by themselves are wider than they show on purpose.
PROBE = """
const problems = [];
const name = (node) => node.tagName.toLowerCase() + (node.id ? '#' + node.id : '') + ' "' +
  (node.textContent || '').trim().slice(0, 40) + '"';
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide, the window ${root.clientWidth}`);
const scrolls = (node) => node.closest('.scroll') !== null;
for (const node of document.querySelectorAll('h1,h2,h3,p,li,dt,dd,a,summary,figcaption,button,select,td,th,span,code')) {
  if (scrolls(node) || node.closest('.skip') || node.getClientRects().length === 0) continue;
  const box = node.getBoundingClientRect();
  if (box.right > root.clientWidth + 0.5 || box.left < -0.5) problems.push(`${name(node)} reaches beyond the window`);
  const holder = node.closest('li,dd,figure,section,header');
  if (holder && box.right > holder.getBoundingClientRect().right + 1.5) problems.push(`${name(node)} reaches out of its box`);
}
for (const svg of document.querySelectorAll('svg')) {
  if (svg.closest('details:not([open])')) continue;
  const box = svg.getBoundingClientRect();
  if (box.width < 50 || box.height < 50) problems.push(`a chart (${svg.getAttribute('aria-label')}) has no size`);
  if (svg.querySelectorAll('rect,circle,polyline').length === 0) problems.push(`a chart (${svg.getAttribute('aria-label')}) is empty`);
  for (const text of svg.querySelectorAll('text')) {
    const place = text.getBoundingClientRect();
    if (place.left < box.left - 2 || place.right > box.right + 2 || place.bottom > box.bottom + 2 || place.top < box.top - 2)
      problems.push(`the text "${text.textContent}" reaches out of a chart (${svg.getAttribute('aria-label')})`);
  }
  if (!svg.getAttribute('aria-label')) problems.push('a chart without a description');
}
for (const image of document.querySelectorAll('img')) {
  if (!image.complete || image.naturalWidth === 0) problems.push(`a picture (${image.alt}) was not shown`);
  if (!image.alt) problems.push('a picture without a description');
}
for (const figure of document.querySelectorAll('figure'))
  if (!figure.querySelector('svg,img')) problems.push(`${name(figure)} holds no picture`);
for (const link of document.querySelectorAll('a[href^="#"]'))
  if (!document.getElementById(decodeURIComponent(link.getAttribute('href').slice(1))))
    problems.push(`${name(link)} leads nowhere (${link.getAttribute('href')})`);
const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) problems.push(`two elements have the id ${id}`);
try { JSON.parse(document.getElementById('report-json').textContent); } catch (error) { problems.push('the JSON: ' + error); }
const scripts = document.querySelectorAll('script').length;
if (scripts !== 2) problems.push(`${scripts} script elements, expected the JSON and the page's own`);
return problems;
"""


class Browser:
    """A headless Chromium, spoken to by WebDriver."""

    def __init__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        for attempt in range(50):
            try:
                self.session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
                return
            except (urllib.error.URLError, ConnectionError):
                if attempt == 49:
                    raise
                time.sleep(0.2)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def command(self, path, body=None):
        return self.call("POST", f"/session/{self.session}{path}", body or {})

    def devtools(self, name, **parameters):
        return self.command("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def close(self):
        try:
            self.call("DELETE", f"/session/{self.session}")
        finally:
            self.driver.terminate()


def check(browser, page, screenshots):
    """The problems of a page, each in a sentence."""
    problems = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            browser.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
            browser.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            browser.command("/url", {"url": page.resolve().as_uri()})
            found = browser.command("/execute/sync", {"script": PROBE, "args": []})
            logged = [entry["message"] for entry in browser.command("/se/log", {"type": "browser"})]
            problems += [f"{page.name}, {width} pixels, {scheme}: {text}" for text in found + logged]
            if screenshots:
                size = browser.devtools("Page.getLayoutMetrics")["cssContentSize"]
                shot = browser.devtools(
                    "Page.captureScreenshot", captureBeyondViewport=True,
                    clip={"x": 0, "y": 0, "width": width, "height": min(size["height"], 12000), "scale": 1})
                target = screenshots / f"{page.stem}-{width}-{scheme}.png"
                target.write_bytes(base64.b64decode(shot["data"]))
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    browser = Browser()
    try:
        problems = [problem for page in options.pages for problem in check(browser, page, options.screenshots)]
    finally:
        browser.close()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(options.pages)} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
