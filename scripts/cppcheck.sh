#!/usr/bin/env bash
# Static analysis of the firmware templates: any finding is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
cppcheck --quiet --std=c99 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
  --suppress=missingIncludeSystem -I firmware-templates/core -I firmware-templates/hal -I firmware-templates/afe \
  firmware-templates/core firmware-templates/hal firmware-templates/afe firmware-templates/app \
  firmware-templates/boot firmware-templates/update
