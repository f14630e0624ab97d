#!/usr/bin/env bash
# How much painted clips flicker: Benchmarks/steadiness.sh MODEL VIDEO… (TEMPERA names another program)
# Ten frames of each video, from its second second, 640 pixels wide: the warping error of what comes out and of the network alone.
# With PAINTING and VGG also the style loss of the last five frames, of 352x352 pixels in the middle, in thousands.
set -euo pipefail
tempera=${TEMPERA:-$(dirname "$0")/../.build/release/tempera} model=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clip=$folder/clip.mkv

warping() { "$tempera" measure stability "$clip" --style "$model" --frames 10 "$@" | awk '{ print $2 }'; }
style() {
    [[ -v PAINTING && -v VGG ]] || { echo -; return; }
    rm -f "$folder"/*.png
    "$tempera" stylize -q -y "$clip" "$folder/painted.mkv" --style "$model" --codec ffv1 --pix-fmt bgr0 "$@"
    ffmpeg -v error -i "$folder/painted.mkv" -vf 'select=gte(n\,5),crop=352:352' -vsync 0 "$folder/%d.png"
    "$tempera" measure objective "$PAINTING" --photos "$folder" --vgg "$VGG" --size 352 --style-weight 1 |
        awk 'NR == 2 { printf "%.1f\n", $3 / 1000 }'
}

printf '%-32s %8s %8s %8s %8s %8s\n' VIDEO INPUT STEADY ALONE STYLE ALONE
for video; do
    ffmpeg -v error -y -ss 1 -i "$video" -map 0:v:0 -vf scale=640:-2 -frames:v 10 -c:v ffv1 "$clip"
    mapfile -t steady < <(warping)
    mapfile -t alone < <(warping --no-steady)
    printf '%-32s %8s %8s %8s %8s %8s\n' "$(basename "$video")" "${steady[1]}" "${steady[2]}" "${alone[2]}" \
        "$(style)" "$(style --no-steady)"
done
