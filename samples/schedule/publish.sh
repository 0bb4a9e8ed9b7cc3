#!/bin/sh
# publish.sh ARCHIVE FOLDER: copies what names nobody of the archive's newest audit to FOLDER, where [report] url leads: the run of each instance
# to FOLDER/RUN, the page over several to FOLDER/summaries. Nothing of an audit that was made without --redact, and nothing twice.
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
# The runs of all instances of one audit, and its summary, are named after the second in which it began.
began=${run%-*}
for manifest in "$archive/$began"-*/manifest.json; do
    of=$(dirname "$manifest")
    if [ ! -f "$of/redaction-key.csv" ]; then
        echo "the run $(basename "$of") names people: audit with --redact what is to be published" >&2
        exit 1
    fi
done
# publish NAME FILE...: the files as the folder NAME, made whole beside its place, so that nobody opens half of it.
publish() {
    place=$folder/$1 making=$folder/.$1
    shift
    if [ -e "$place" ]; then
        echo "$place is there already"
        return
    fi
    rm -rf "$making"
    mkdir -p "$making"
    cp "$@" "$making"
    chmod 0644 "$making"/*
    chmod 0755 "$making"
    mv "$making" "$place"
    echo "$place"
}
for manifest in "$archive/$began"-*/manifest.json; do
    of=$(dirname "$manifest")
    publish "$(basename "$of")" "$of/report.html" "$of/report.md" "$of/findings.json" "$of/findings.csv" "$of/drift.csv" \
        "$of/accounts.csv" "$of/people.csv"
done
for page in "$archive/summaries/$began"-*; do
    [ -f "$page" ] || continue
    mkdir -p "$folder/summaries"
    chmod 0755 "$folder/summaries"
    install -m 0644 "$page" "$folder/summaries"
    echo "$folder/summaries/$(basename "$page")"
done
