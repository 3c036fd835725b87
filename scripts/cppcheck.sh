#!/usr/bin/env bash
# Static analysis of the firmware templates: any finding is an error. Generated tables of numbers are left to the compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
find firmware-templates -name '*.c' ! -name 'iso_*_weights.c' ! -name 'iso_templates_*.c' -print0 |
  xargs -0 cppcheck --quiet --std=c99 --enable=warning,performance,portability --inline-suppr \
    --error-exitcode=1 --suppress=missingIncludeSystem \
    -I firmware-templates/core -I firmware-templates/hal -I firmware-templates/afe
