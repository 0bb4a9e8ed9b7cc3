#!/usr/bin/env bash
# Takes samples/report.png, the README's picture, from the demo's report. Needs chromium and pngquant.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
program="$(cargo metadata --format-version 1 --no-deps | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/domo-reconcile"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && "$program" demo --quiet >/dev/null)
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,1345 \
  --screenshot="$folder/report.png" "file://$(ls -d "$folder"/audits/2*)/report.html" 2>/dev/null
pngquant --force --output samples/report.png 64 "$folder/report.png"
ls -l samples/report.png
