#!/usr/bin/env bash
# From a fresh checkout to a painted video: installs what is missing, builds, and paints the sample clip.
# Anything after the command goes to tempera: Samples/demo.sh --style FILE
set -euo pipefail
root=$(realpath "$(dirname "$0")/..")

"$root/Scripts/setup.sh"
swift build -c release --product tempera --package-path "$root"
mkdir -p "$root/Samples/out"
"$root/.build/release/tempera" "$root/Samples/harbour.mp4" "$root/Samples/out/harbour-painted.mp4" -y "$@"
echo "Watch it: $root/Samples/out/harbour-painted.mp4"
