#!/usr/bin/env bash
# How the models of this folder came about, one line each: Models/recipes.sh PHOTOS VGG PAINTINGS OUT [STYLE…]
# PAINTINGS holds the pictures under the names below; models go to OUT. "reference" is the network of the tests' fixtures.
set -euo pipefail
photos=$1 vgg=$2 paintings=$3 out=$4
shift 4
cp "$(dirname "$0")/../Tests/NetworkTests/Fixtures/reference.safetensors" "$out"

# style | painting | start | steps | flags | content and style at the end | minutes on two shared cores
recipes='
starry-night | van_gogh_starry_night | reference | 120 | --batch 2 --temporal-weight 0.3 | 1.438e5 6.639e4 | 15
the-scream   | munch_scream          | reference | 240 | --batch 2 --temporal-weight 0.5 | 1.393e5 1.388e5 | 16
udnie        | picabia_udnie         | reference | 300 | --batch 2 --temporal-weight 0.5 | 1.525e5 1.598e5 | 7
'

while IFS='|' read -r style painting start steps flags _; do
    style=${style// /} painting=${painting// /} start=${start// /}
    [ -n "$style" ] && { [ $# = 0 ] || [[ " $* " == *" $style "* ]]; } || continue
    tempera train "$paintings/$painting.jpg" --photos "$photos" --vgg "$vgg" --out "$out/$style.safetensors" \
        --init "$out/$start.safetensors" --iterations $steps $flags --seed 1 --licence Apache-2.0 </dev/null
done <<<"$recipes"
