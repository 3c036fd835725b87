#!/usr/bin/env bash
# Formats (write) or checks (check) every C file that git tracks or would track.
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.c' '*.h')
[ "${#files[@]}" -gt 0 ] || exit 0
case "${1:-check}" in
write) clang-format -i "${files[@]}" ;;
check) clang-format --dry-run --Werror "${files[@]}" ;;
*)
  echo "usage: clang-format.sh write|check" >&2
  exit 2
  ;;
esac
