"""Runs the audit and its peers on companies, round by round, and prints medians. Their counts must be equal."""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = {"duckdb": "DuckDB", "polars": "Polars", "pandas": "pandas"}
WHOLE, ALONE = "domo-reconcile, whole audit", "domo-reconcile, same work"
# The scripts look for no near misses, so what the audit calls not evaluable for one has one of these situations there.
UNDOUBTED = {"account": {"account_orphan"}, "person": {"person_missing", "person_left", "person_not_expected"}}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=os.path.abspath, help="domo-reconcile, a release build")
    parser.add_argument("folder", nargs="+", type=os.path.abspath, help="a company; README.md says what is in one")
    parser.add_argument("--runs", type=int, default=5, help="of each tool (default 5)")
    parser.add_argument("--alone", metavar="BENCH", type=os.path.abspath, help="the built `audit` benchmark, for the same work alone")
    parser.add_argument("--peers", default=",".join(PEERS), help="of %(default)s")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    given = parser.parse_args()
    given.peers = [peer for peer in given.peers.split(",") if peer]
    if unknown := [peer for peer in given.peers if peer not in PEERS]:
        parser.error(f"unknown peers: {', '.join(unknown)}")
    if given.runs < 1:
        parser.error("at least one run")
    if missing := [peer for peer in given.peers if not importlib.util.find_spec(peer)]:
        parser.error(f"not installed: {sys.executable} -m pip install {' '.join(missing)}")
    for folder in given.folder:
        if not os.path.exists(os.path.join(folder, exports(folder)[0])):
            parser.error(f"{folder} is no company: README.md says what is in one")
    return given


def exports(folder):
    """The accounts and the directory of a company, and the words that name them to the audit."""
    if os.path.exists(f"{folder}/domo-reconcile.toml"):
        return "accounts.jsonl", ["--config", "domo-reconcile.toml"]
    return "domo-users.json", ["--directory", "directory.csv"]


def tools(given, folder):
    """The command of each tool for one output folder, by its name."""
    accounts, config = exports(folder)
    audit = [given.binary, "-q", "audit", "--json", *config, "--accounts", accounts, "--as-of", "2026-11-23", "--archive"]
    commands = {WHOLE: audit}
    if given.alone:
        commands[ALONE] = [given.alone, "--alone", folder]
    for peer in given.peers:
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{peer}_audit.py")
        commands[f"{PEERS[peer]} {importlib.metadata.version(peer)}"] = [sys.executable, script, folder]
    return commands


def measured(command, folder):
    """Wall and processor seconds, peak MiB, megabytes written and the answer of one process."""
    with tempfile.TemporaryDirectory() as out, tempfile.TemporaryFile() as answer:
        begin = time.perf_counter()
        process = subprocess.Popen([*command, out], stdout=answer, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        if status:
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        written = sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(out) for name in names)
        answer.seek(0)
        return (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, written / 1e6), json.load(answer)


def instructions(command, folder):
    """Billions of instructions; none where perf cannot count them, as on many virtual machines."""
    with tempfile.TemporaryDirectory() as out:
        counting = ["perf", "stat", "-x", ",", "-o", f"{out}/perf", "-e", "instructions:u", *command, out]
        subprocess.run(counting, cwd=folder, stdout=subprocess.DEVNULL, check=True)
        figure = next((line.split(",")[0] for line in open(f"{out}/perf") if "instructions" in line), "")
    return int(figure) / 1e9 if figure.isdigit() else None


def counts_of(answer):
    """The counts of an audit's answer in the form of the scripts, whose answer they are already."""
    if "findings" not in answer:
        return answer
    sides = {"account": answer["accounts"], "person": answer["people"]}
    counts = {f"{side}_{key}": count for side, all_of in sides.items() for key, count in all_of.items() if key != "read"}
    return counts | {"drift": answer["findings"]["by_kind"].get("drift", 0)}


def difference(audit, other):
    """Each count that differs, as the audit's and the other's, and how many accounts and rows only the audit doubts."""
    differing = {key: (audit.get(key, 0), other.get(key, 0)) for key in sorted(audit.keys() | other.keys())}
    differing = {key: pair for key, pair in differing.items() if pair[0] != pair[1]}
    doubted = {}
    for side, situations in UNDOUBTED.items():
        ours, theirs = differing.get(f"{side}_not_evaluable", (0, 0))
        moved = {key: differing[key][1] - differing[key][0] for key in situations & differing.keys()}
        if ours > theirs and min(moved.values(), default=0) > 0 and sum(moved.values()) == ours - theirs:
            doubted[side] = ours - theirs
            differing = {key: pair for key, pair in differing.items() if key not in moved and key != f"{side}_not_evaluable"}
    return differing, doubted


def verdict(differing, doubted):
    if differing:
        return "DIFFER (audit, this): " + ", ".join(f"{key} {ours}, {theirs}" for key, (ours, theirs) in differing.items())
    but = " and ".join(f"{count} of the {'accounts' if side == 'account' else 'rows'}" for side, count in doubted.items())
    return f"equal but for {but}, which only the audit doubts" if but else "equal"


def compared(given, folder):
    """One company: every tool once a round, because machines drift."""
    commands = tools(given, folder)
    files = [os.path.join(folder, name) for name in (exports(folder)[0], "directory.csv")]
    for name in files:  # Nobody reads from a cold disk.
        with open(name, "rb") as file, open(os.devnull, "wb") as nowhere:
            shutil.copyfileobj(file, nowhere)
    taken, answers = {name: [] for name in commands}, {}
    for _ in range(given.runs):
        for name, command in commands.items():
            figures, answers[name] = measured(command, folder)
            taken[name].append(figures)
    audit, rows = counts_of(answers[WHOLE]), {}
    counting = shutil.which("perf") and instructions(["true"], folder)
    for name, figures in taken.items():
        wall, cpu, peak, written = map(statistics.median, zip(*figures))
        differing, doubted = difference(audit, counts_of(answers[name]))
        rows[name] = {"wall_s": wall, "cpu_s": cpu, "peak_mib": peak, "written_mb": written, "differing": differing, "doubted": doubted,
                      "instructions_1e9": instructions(commands[name], folder) if counting else None}
    duckdb = next((row["wall_s"] for name, row in rows.items() if name.startswith(PEERS["duckdb"])), None)
    for row in rows.values():
        row["to_duckdb"] = duckdb and row["wall_s"] / duckdb
    return {"folder": folder, "accounts": answers[WHOLE]["accounts"]["read"], "people": answers[WHOLE]["people"]["read"],
            "read_mb": sum(map(os.path.getsize, files)) / 1e6, "runs": given.runs, "cores": os.cpu_count(), "tools": rows}


def shown(company):
    counted = all(row["instructions_1e9"] is not None for row in company["tools"].values())
    columns = [("wall s", "wall_s", 3), ("/ DuckDB", "to_duckdb", 2), ("CPU s", "cpu_s", 2), ("peak MiB", "peak_mib", 0),
               ("MB written", "written_mb", 1), ("10^9 instr.", "instructions_1e9", 2)][: 6 if counted else 5]
    print(f"{company['folder']}: {company['accounts']:,} accounts and {company['people']:,} rows, {company['read_mb']:.1f} MB; "
          f"medians of {company['runs']}, {company['cores']} cores")
    print(f"{'':<28}" + "".join(f"{title:>12}" for title, _, _ in columns) + "   counts")
    for name, row in company["tools"].items():
        cells = ["-" if row[key] is None else f"{row[key]:.{digits}f}" for _, key, digits in columns]
        print(f"{name:<28}" + "".join(f"{cell:>12}" for cell in cells) + "   " + verdict(row["differing"], row["doubted"]))
    print(flush=True)


def main():
    given, companies = arguments(), []
    for folder in given.folder:
        companies.append(compared(given, folder))
        shown(companies[-1])
    if given.json:
        with open(given.json, "w") as file:
            json.dump(companies, file, indent=2)
    return any(row["differing"] for company in companies for row in company["tools"].values())


sys.exit(main())
