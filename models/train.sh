#!/usr/bin/env bash
# Trains the family again: NAME.onnx and training-log.json in models/tiny, default, detail, large. Arguments go to train.py. Where another machine gives
# other weights, `isochrone calibrate models/NAME/NAME.onnx --data DIR` follows for each.
set -euo pipefail

root="$(cd "$(dirname "$0")/.." && pwd)"
apt_line='apt-get install python3-torch python3-onnx python3-numpy gcc'

for python in /usr/bin/python3 python3; do
    if "$python" -c 'import torch, onnx, numpy' 2>/dev/null; then
        found="$python"
        break
    fi
done
if [ -z "${found:-}" ] || ! command -v gcc >/dev/null; then
    echo "Training needs Python 3 with torch, onnx and numpy, and gcc. On Debian 12: $apt_line" >&2
    exit 1
fi
exec "$found" "$root/models/train.py" "$@"
