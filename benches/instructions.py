#!/usr/bin/env python3
"""How many instructions an audit of a small made-up company takes, beside the recorded figure.

    benches/instructions.py PROGRAM [--record]

Seconds depend on the machine and on what else it does, instructions hardly: valgrind counts them, on one thread. Prints the change
against `instructions.json` for the same build (debug or release) and fails for none.
"""

import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
SIZE = 2_000


def company(folder):
    """Of 100 accounts 3 are nobody's, 2 belong to somebody who has left and 10 have another title; 4 of 100 people have none."""
    users, people = [], []
    for n in range(SIZE):
        email, name, title = f"person{n}@acme.example", f"Given{n % 97} Family{n % 89}", f"Title {n % 13}"
        part = n % 100
        if part >= 4:
            users.append({"id": 1000 + n, "email": email, "name": name, "role": "Participant", "active": True, "employeeNumber": n,
                          "title": "Clerk" if 20 <= part < 30 else title})
        if not 7 > part >= 4:
            left = 7 <= part < 9
            people.append([n, email, name, title, "terminated" if left else "active", "2026-10-01" if left else ""])
    with open(folder / "people.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Employee ID", "Email", "Name", "Title", "Status", "Termination Date"])
        writer.writerows(people)
    (folder / "users.json").write_text(json.dumps(users))


def counted(program, folder):
    """Instructions of a whole audit."""
    one_thread = {**os.environ, "RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "-q", "audit", "--as-of", "2026-11-23",
               "--accounts", "users.json", "--directory", "people.csv", "--archive", "audits"]
    done = subprocess.run(command, cwd=folder, env=one_thread, capture_output=True, text=True)
    found = re.search(r"Collected\s*:\s*(\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr[-2000:]}")
    return int(found[1])


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    build = "release" if "/release/" in program else "debug"
    with tempfile.TemporaryDirectory() as scratch:
        company(pathlib.Path(scratch))
        figure = counted(program, scratch)
    recorded = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    before = recorded.get(build)
    change = f"{100 * (figure - before) / before:+.1f} % against the recorded {before:,}" if before else "none is recorded"
    print(f"{figure:,} instructions for an audit of {SIZE:,} people ({build} build): {change}")
    if "--record" in sys.argv:
        RECORD.write_text(json.dumps({**recorded, build: figure}, indent=2, sort_keys=True) + "\n")


main()
