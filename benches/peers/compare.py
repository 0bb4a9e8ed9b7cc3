"""Runs every peer and the audit on one company; their counts must be equal. Usage: compare.py FOLDER BINARY [RUNS]"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

folder, binary = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
here = os.path.dirname(os.path.abspath(__file__))


def measured(command):
    """Wall and processor seconds, peak megabytes and standard output of one process."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        if status:
            sys.exit(f"{command} ended with {status}")
        out.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode()


def of_audit(text):
    answer = json.loads(text)
    drift = answer["findings"]["by_kind"].get("drift", 0)
    counts = {f"account_{key}": value for key, value in answer["accounts"].items() if value and key != "read"}
    counts |= {f"person_{key}": value for key, value in answer["people"].items() if value and key != "read"}
    return counts | {"drift": drift}


def audit(archive):
    return [binary, "-q", "audit", "--json", "--config", "domo-reconcile.toml", "--accounts", "accounts.jsonl",
            "--as-of", "2026-11-23", "--archive", archive]


rows = []
with tempfile.TemporaryDirectory() as scratch:
    commands = {"domo-reconcile (whole audit)": lambda at: audit(f"{scratch}/audits-{at}")}
    for name in ("duckdb", "polars", "pandas"):
        script = f"{here}/{name}_audit.py"
        commands[name] = lambda at, script=script: [sys.executable, script, folder, scratch]
    truth = None
    for name, command in commands.items():
        taken = [measured(command(at)) for at in range(runs)]
        counts = of_audit(taken[0][3]) if name.startswith("domo") else json.loads(taken[0][3])
        if truth is None:
            truth = counts
        same = {key: value for key, value in counts.items() if value} == truth
        median = [statistics.median(one[at] for one in taken) for at in (0, 1)]
        rows.append((name, *median, max(peak for _, _, peak, _ in taken), same))
        if not same:
            print(name, "counts", counts, "but the audit", truth)

for name, wall, cpu, peak, same in rows:
    print(f"{name:<30} {wall:8.2f} s {cpu:8.2f} s CPU {peak:8.0f} MB   {'equal counts' if same else 'COUNTS DIFFER'}")
sys.exit(not all(same for *_, same in rows))
