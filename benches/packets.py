#!/usr/bin/env python3
"""10,000 actions dealt out to 300 reviewers and read back; and a reviewer's page of 2,000 rows.

    cargo build --release && benches/packets.py target/release/domo-reconcile

Prints seconds (wall) and the most memory of each step. The page is timed in Chromium where `tests/browser` is installed and CHROMIUM
names one, by its own clock: from opening it until it takes answers, and from a choice in its last row until that is counted and drawn;
the median of five. The company is made here and is nobody's.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = str(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/domo-reconcile").resolve())
CONFIG = "[guards]\nmin_admins = 0\nmax_updates_percent = 100\n"

PAGE = """
const { chromium } = require(process.argv[1] + '/node_modules/playwright-core');
(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const took = [];
  for (let round = 0; round < 5; round += 1) {
    const page = await browser.newPage();
    await page.goto('file://' + process.argv[2]);
    const ready = await page.evaluate(() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd);
    // The page's own clock, and its own hand: finding the row from outside would take longer than what is measured.
    const choice = await page.evaluate(async () => {
      const count = document.querySelector('output');
      const open = count.textContent;
      const began = performance.now();
      const choices = document.querySelector('#rows > li:last-child').querySelectorAll('input[type=radio]');
      choices[1].focus();
      choices[1].click();
      if (count.textContent === open) throw new Error('no answer');
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      return performance.now() - began;
    });
    took.push([ready / 1000, choice / 1000]);
    await page.close();
  }
  took.sort((one, other) => one[0] + one[1] - other[0] - other[1]);
  console.log(took[2].join(' '));
  await browser.close();
})();
"""


def company(folder, managers, people):
    """Everybody's title differs, so that everybody is one action; the managers share them evenly."""
    bosses = [f"manager{number}@acme.example" for number in range(managers)]
    rows = [(boss, "") for boss in bosses]
    rows += [(f"person{number}@acme.example", bosses[number % managers]) for number in range(people - managers)]
    with open(folder / "workers.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Email", "Name", "Status", "Department", "Manager Email", "Title"])
        writer.writerows([email, email.split("@")[0], "active", "Sales", boss, "Lead"] for email, boss in rows)
    users = [
        {"id": number, "email": email, "name": email.split("@")[0], "role": "Participant", "active": True, "title": "Clerk"}
        for number, (email, _) in enumerate(rows, 1000)
    ]
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "domo-reconcile.toml").write_text(CONFIG)


def step(what, folder, *args):
    """Runs the program and prints what it took."""
    begin = time.monotonic()
    process = subprocess.Popen([PROGRAM, *args], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{what}: {args} failed")
    print(f"{what:<46} {time.monotonic() - begin:6.2f} s  {usage.ru_maxrss / 1024:7.0f} MB")


def answers(folder):
    """What the pages of all packets save: everything approved."""
    run = next(path for path in (folder / "audits").iterdir() if (path / "manifest.json").exists())
    packets = json.loads((run / "packets.json").read_text())
    (folder / "back").mkdir()
    for number, packet in enumerate(packets["packets"]):
        rows = [row for row in packet["rows"] if row.startswith("A-")]
        saved = {
            "schema": "domo-reconcile/decisions/v1", "plan": packets["of"], "digest": packets["digest"],
            "reviewer": packet["reviewer"], "by": packet["reviewer"].replace("unassigned", "it@acme.example"),
            "at": "2026-11-24T12:00:00Z", "decisions": {row: {"verdict": "approve", "comment": None} for row in rows},
        }
        (folder / "back" / f"{number}.json").write_text(json.dumps(saved))
    return len(packets["packets"]), sum(len(packet["rows"]) for packet in packets["packets"])


def main():
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        company(folder, 299, 10_000)
        step("audit of 10,000 accounts", folder, "audit", "--accounts", "users.json", "--directory", "workers.csv", "-q")
        step("split", folder, "review", "latest", "--split", "manager_email", "--out", "packets")
        packets, rows = answers(folder)
        step(f"merge of {rows:,} rows from {packets} packets", folder, "review", "latest", "--from", "back", "--by", "bench")
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        company(folder, 1, 2_001)
        step("audit of 2,001 accounts", folder, "audit", "--accounts", "users.json", "--directory", "workers.csv", "-q")
        step("split into a page of 2,000 rows", folder, "review", "latest", "--split", "manager_email", "--out", "packets")
        page = max((folder / "packets").glob("*.html"), key=lambda path: path.stat().st_size)
        print(f"that page: {page.stat().st_size / 1000:,.0f} kB")
        browser = ROOT / "tests/browser"
        if os.environ.get("CHROMIUM") and (browser / "node_modules").exists():
            told = subprocess.run(["node", "-e", PAGE, str(browser), str(page)], stdout=subprocess.PIPE, text=True, check=True)
            ready, choice = (float(number) for number in told.stdout.split())
            print(f"{'until it takes answers in Chromium':<46} {ready:6.2f} s")
            print(f"{'until a choice in its last row is counted':<46} {choice:6.2f} s")


if __name__ == "__main__":
    main()
