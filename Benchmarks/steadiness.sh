#!/usr/bin/env bash
# How much painted clips flicker: Benchmarks/steadiness.sh MODEL VIDEO… (TEMPERA names another program)
# Ten frames of each video, from its second second, 640 pixels wide: the warping error of what comes out, and of the network alone.
set -euo pipefail
tempera=${TEMPERA:-$(dirname "$0")/../.build/release/tempera} model=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

printf '%-32s %8s %8s %8s\n' VIDEO INPUT STEADY ALONE
for video; do
    clip=$folder/clip.mkv
    ffmpeg -v error -y -ss 1 -i "$video" -map 0:v:0 -vf scale=640:-2 -frames:v 10 -c:v ffv1 "$clip"
    error() { "$tempera" measure stability "$clip" --style "$model" --frames 10 "$@" | awk '{ print $2 }'; }
    mapfile -t steady < <(error)
    mapfile -t alone < <(error --no-steady)
    printf '%-32s %8s %8s %8s\n' "$(basename "$video")" "${steady[1]}" "${steady[2]}" "${alone[2]}"
done
