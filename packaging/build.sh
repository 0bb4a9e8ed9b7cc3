#!/bin/sh
# The program as it is given away: what Cargo.lock names, and no path of the machine it was built on in it, so that it does not matter
# where it is built. packaging/build.sh [OPTION OF CARGO ...]
set -eu
cd "$(dirname "$0")/.."
cargo_home=${CARGO_HOME:-$HOME/.cargo} rust=$(rustc --print sysroot) here=$(pwd -P)
RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$cargo_home=/cargo --remap-path-prefix=$rust=/rust --remap-path-prefix=$here=/src"
export RUSTFLAGS
cargo build --release --locked "$@"
program=${CARGO_TARGET_DIR:-target}/release/domo-reconcile
for path in "$cargo_home" "$rust" "$here"; do
  if grep -qaF "$path/" "$program"; then
    echo "$program names $path" >&2
    exit 1
  fi
done
