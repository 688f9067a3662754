#!/usr/bin/env bash
# What a release needs, made and checked: scripts/check_release.sh OUT leaves OUT/*.tar.gz, OUT/*.whl and OUT/segmask.cdx.json.
# Needs the extra `release` in the Python that runs it. Publishes nothing (docs/releasing.md).
set -euo pipefail
out=$(realpath -m "$1")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python -m build --outdir "$out" . >"$scratch/build.log" || { cat "$scratch/build.log"; exit 1; }
wheel=$(ls -t "$out"/segmask-*.whl | head -1)
sdist=$(ls -t "$out"/segmask-*.tar.gz | head -1)
check-wheel-contents "$wheel"
python -m twine check --strict "$wheel" "$sdist"

# The wheel above was made from the sdist; a user's pip makes it once more, without git, in an environment without us.
python -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "$sdist"
version=$("$scratch/venv/bin/python" -I -c 'import segmask; print(segmask.__version__)')
[ "$(basename "$sdist")" = "segmask-$version.tar.gz" ] || { echo "the sdist installs as $version"; exit 1; }

# Components of the environment that runs this: what `pip install segmask` brought, with the extras of it.
python -m cyclonedx_py environment --of JSON --output-reproducible -o "$out/segmask.cdx.json" "$(command -v python)"
python - "$out/segmask.cdx.json" <<'PYTHON'
import json, sys
names = {part["name"].lower() for part in json.load(open(sys.argv[1], encoding="utf-8"))["components"]}
missing = {"numpy", "scipy", "onnxruntime", "pillow", "tifffile"} - names
sys.exit(f"the SBOM lacks {sorted(missing)}" if missing else 0)
PYTHON
echo "segmask $version: sdist, wheel and SBOM are in $out"
