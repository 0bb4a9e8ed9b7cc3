#!/bin/sh
# A Debian package of a program that is built already: packaging/deb.sh BINARY OUT.deb [OPTION OF CARGO-DEB ...]
# Needs cargo-deb (cargo install --locked cargo-deb). Man pages and completions come from the program itself.
set -eu
binary=$1 out=$2
shift 2
cd "$(dirname "$0")/.."
stage=target/package
rm -rf "$stage"
mkdir -p "$stage/man" "$stage/units"
strip -o "$stage/domo-reconcile" "$binary"
"$binary" man "$stage/man"
gzip -9n "$stage"/man/*.1
"$binary" completions bash > "$stage/domo-reconcile.bash"
"$binary" completions zsh > "$stage/_domo-reconcile"
"$binary" completions fish > "$stage/domo-reconcile.fish"
packaging/notices.py > "$stage/THIRD-PARTY.txt"
cp samples/schedule/domo-reconcile*.service samples/schedule/domo-reconcile*.timer "$stage/units/"
cargo deb --quiet --no-build --no-strip --locked --output "$out" "$@"
