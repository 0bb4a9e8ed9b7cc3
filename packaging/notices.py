#!/usr/bin/env python3
"""The notices of every crate that is in the program: packaging/notices.py > THIRD-PARTY.txt

From what Cargo.lock names and the registry's own copies of it; nothing is fetched. Ends with 1 where a crate has neither a licence
text nor one of the same licence from another crate to stand for it.
"""

import json
import pathlib
import re
import subprocess
import sys

TARGET = "x86_64-unknown-linux-gnu"
TEXTS = re.compile(r"^(licen[sc]e|copying|copyright|notice|unlicense)", re.IGNORECASE)


def run(*command):
    return subprocess.run(["cargo", *command, "--locked"], check=True, stdout=subprocess.PIPE, text=True).stdout


def in_the_program():
    """Packages that code of ours runs with: no macros or tools of the build, no dependencies of tests."""
    tree = run("tree", "--edges", "normal,no-proc-macro", "--target", TARGET, "--prefix", "none", "--format", "{p}")
    names = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    packages = json.loads(run("metadata", "--format-version", "1"))["packages"]
    named = [package for package in packages if (package["name"], f"v{package['version']}") in names and package["source"]]
    return sorted(named, key=lambda package: (package["name"], package["version"]))


def texts(package):
    folder = pathlib.Path(package["manifest_path"]).parent
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and TEXTS.match(path.name)]
    return [path.read_text(encoding="utf-8", errors="replace").strip() for path in files]


def main():
    packages = in_the_program()
    own = {package["id"]: texts(package) for package in packages}
    by_licence = {}
    for package in packages:
        if own[package["id"]]:
            by_licence.setdefault(package["license"], own[package["id"]])
    bare, shared = [], {}
    for package in packages:
        found = own[package["id"]] or by_licence.get(package["license"], [])
        if not found:
            bare.append(package["name"])
        shared.setdefault("\n\n".join(found), []).append(package)
    print(f"domo-reconcile contains {len(packages)} crates of others, with these notices.")
    for text, of in shared.items():
        print("\n" + "=" * 100)
        for package in of:
            authors = ", ".join(package["authors"]) or "its authors"
            print(f"{package['name']} {package['version']} ({package['license']}), by {authors}")
        print("=" * 100 + "\n")
        print(text)
    if bare:
        sys.exit(f"no licence text for {', '.join(bare)}")


if __name__ == "__main__":
    main()
