#!/usr/bin/env bash
# Runs the node pack in a real ComfyUI on the CPU and compares what comes out with segmask.apply on the same files.
#
#   scripts/try_comfyui.sh DIR      DIR: a checkout of ComfyUI; tried with v0.3.64
#
# PYTHON names the interpreter that has ComfyUI's requirements and segmask's (torch's CPU wheel will do; transformers
# below 5). torchvision and torchaudio, which no node here uses, may be missing: empty stand-ins take their place.
# Nothing is written to DIR. Not in CI: the requirements are gigabytes.
set -euo pipefail
comfy=$(cd "${1:?usage: scripts/try_comfyui.sh DIR}" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
port=${PORT:-8199}
work=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
export PYTHONPATH="$root:$work/stand-ins"
for name in torchvision torchaudio; do
  if ! "$python" -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('$name') is None)"; then
    mkdir -p "$work/stand-ins/$name"
    cp "$root/scripts/comfyui_stand_in.py" "$work/stand-ins/$name/__init__.py"
  fi
done
mkdir -p "$work/base/custom_nodes"
"$python" -m segmask comfyui install "$work/base"
cd "$comfy"
"$python" main.py --cpu --disable-api-nodes --base-directory "$work/base" --port "$port" \
  --database-url sqlite:///:memory: >"$work/log" 2>&1 &
server=$!
"$python" "$root/scripts/check_comfyui.py" "http://127.0.0.1:$port" "$work/base" || {
  tail -40 "$work/log"
  exit 1
}
