#!/usr/bin/env bash
# From a fresh checkout to a painted video: installs what is missing, builds, and paints the sample clip.
# Anything after the command goes to tempera: Samples/demo.sh --style FILE
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/setup.sh
swift build -c release --product tempera
mkdir -p Samples/out
.build/release/tempera Samples/harbour.mp4 Samples/out/harbour-painted.mp4 -y "$@"
echo "Watch it: $PWD/Samples/out/harbour-painted.mp4"
