#!/bin/sh
# publish.sh ARCHIVE FOLDER: copies what names nobody of the archive's newest run to FOLDER/RUN, where [report] url leads. A run that was not
# made with `audit --redact` is not published, nor is one twice.
set -eu
archive=$1 folder=${2:-}
if [ -z "$folder" ]; then
    echo "no folder is named: nothing is published"
    exit 0
fi
# Runs are numbered; the names of two that began in one second do not say which is the newer.
run= newest=0
for manifest in "$archive"/*-*/manifest.json; do
    [ -f "$manifest" ] || continue
    number=$(sed -n 's/^  "number": \([0-9]*\),*$/\1/p' "$manifest")
    if [ "${number:-0}" -gt "$newest" ]; then
        newest=$number run=$(basename "$(dirname "$manifest")")
    fi
done
if [ -z "$run" ]; then
    echo "there is no run in $archive" >&2
    exit 1
fi
if [ ! -f "$archive/$run/redaction-key.csv" ]; then
    echo "the run $run names people: audit with --redact what is to be published" >&2
    exit 1
fi
if [ -e "$folder/$run" ]; then
    echo "$folder/$run is there already"
    exit 0
fi
# Made whole beside its place, so that nobody opens half of it.
making="$folder/.$run"
rm -rf "$making"
mkdir -p "$making"
for file in report.html report.md findings.json findings.csv drift.csv accounts.csv people.csv; do
    cp "$archive/$run/$file" "$making/$file"
    chmod 0644 "$making/$file"
done
chmod 0755 "$making"
mv "$making" "$folder/$run"
echo "$folder/$run"
