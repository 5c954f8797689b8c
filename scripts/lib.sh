# Shared by the scripts beside this file: `. "$(dirname "$0")/lib.sh"`. It moves to the root of the project.
# Builds live outside the clone, so that a fresh clone on the same machine starts warm and
# searching the project never wades through build output.

cd "$(dirname "$0")/.." || exit 1
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/guanxi/target}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"

# A stale Cargo.lock must fail in CI; at a desk cargo may bring it up to date.
locked="${CI:+--locked}"

say()  { printf '\n\033[1m== %s\033[0m\n' "$*"; }
stop() { printf 'error: %s\n' "$*" >&2; exit 1; }
