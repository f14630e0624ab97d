#!/usr/bin/env bash
# The pictures of README and Models/README, anew from the bundled styles: Samples/pictures.sh VGG PAINTINGS
# PAINTINGS holds van_gogh_starry_night.jpg, for the comparison with optimising the pixels, which takes some minutes.
set -euo pipefail
vgg=$(realpath "$1") painting=$(realpath "$2")/van_gogh_starry_night.jpg
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
tempera=.build/release/tempera

shrink() { ffmpeg -v error -y -i "$1" -vf "scale=$2:-1:flags=lanczos" -c:v libwebp -quality 78 "$3"; }

ffmpeg -v error -ss 2 -i Samples/harbour.mp4 -frames:v 1 -update 1 "$work/harbour.png"
shrink "$work/harbour.png" 640 Samples/before.webp
$tempera "$work/harbour.png" "$work/painted.png" --style starry-night -q
shrink "$work/painted.png" 640 Samples/after.webp
for model in Models/*.safetensors; do
    name=$(basename "$model" .safetensors)
    [[ $name == upscaler-* ]] && continue
    $tempera "$work/harbour.png" "$work/$name.png" --style "$model" -q
    shrink "$work/$name.png" 480 "Models/$name.webp"
done
shrink "$work/harbour.png" 480 "$work/photo.webp"
ffmpeg -v error -i "$work/photo.webp" "$work/photo.png"
$tempera compare "$work/photo.png" "$painting" "$work/compare.png" --style starry-night --style-weight 30 --vgg "$vgg"
shrink "$work/compare.png" iw Samples/compare.webp
