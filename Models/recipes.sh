#!/usr/bin/env bash
# How the models of this folder came about, one line each: Models/recipes.sh PHOTOS VGG PAINTINGS OUT [MODEL…]
# A MODEL named alone needs its start in OUT; TEMPERA names another program than the one built here.
# PAINTINGS holds the pictures under the names below; models go to OUT. "reference" is the network of the tests' fixtures, "-"
# no start at all; models that are not in this folder are steps on the way to others.
# The four that enlarge are not among these: README.md says why, and how they were trained.
# six5 was stopped after 3593 of its steps (Ctrl-C). Up to six4 the edge loss compared with a photo's own surroundings instead of
# its mirrored edges.
set -euo pipefail
photos=$1 vgg=$2 paintings=$3 out=$4
shift 4
tempera=${TEMPERA:-$(dirname "$0")/../.build/release/tempera}
mkdir -p "$out"
cp "$(dirname "$0")/../Tests/NetworkTests/Fixtures/reference.safetensors" "$out"

# Six paintings took turns on one network: it lies in the first's file, and what is the others' own beside it under these names.
# starry-night went on alone, and the five others without it: one step that moves nothing puts their network into great-wave's file.
six='
starry-night    | van_gogh_starry_night     | Vincent van Gogh, The Starry Night, 1889
great-wave      | hokusai_great_wave        | Katsushika Hokusai, The Great Wave off Kanagawa, about 1831
the-scream      | munch_scream              | Edvard Munch, The Scream, 1893
composition-vii | kandinsky_composition_vii | Wassily Kandinsky, Composition VII, 1913
woman-with-hat  | matisse_woman_with_hat    | Henri Matisse, Woman with a Hat, 1905
udnie           | picabia_udnie             | Francis Picabia, Udnie, 1913
'
photographs='photos: 984 of the NIPS 2017 competition set (CC BY)'

# model | painting | start | steps | flags | content and style at the end | minutes, most of them beside other work
recipes='
starry-night0         | van_gogh_starry_night     | reference             | 250  | --small-crops 0 --style-weight 30 --rate 0.0004 --optimizer adam                                 | 1.66e5 2.11e5 | 7
starry-night1         | van_gogh_starry_night     | starry-night0         | 400  | --small-crops 0 --style-weight 30 --rate 0.0005 --optimizer adam                                 | 1.76e5 1.95e5 | 11
woman-with-hat0       | matisse_woman_with_hat    | starry-night1         | 1200 | --small-crops 1 --batch 2 --style-weight 6 --temporal-weight 0                                   | 1.67e5 1.04e5 | 3
woman-with-hat1       | matisse_woman_with_hat    | woman-with-hat0       | 1000 | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0 --rate 0.002                      | 1.23e5 5.44e4 | 13
woman-with-hat2       | matisse_woman_with_hat    | woman-with-hat1       | 1000 | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0 --rate 0.002 --seed 2             | 1.17e5 5.26e4 | 13
woman-with-hat3       | matisse_woman_with_hat    | woman-with-hat2       | 450  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 1 --rate 0.0015 --weight-step 1     | 1.16e5 6.16e4 | 5
six/starry-night      | six                       | woman-with-hat3       | 12000 | --small-crops 0.65 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5             | 1.23e5 6.93e4 | 102
six1/starry-night     | six                       | six/starry-night      | 500  | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.001 --grid-weight 100000 | 1.20e5 6.90e4 | 6
six2/starry-night     | six                       | six1/starry-night     | 480  | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --grid-weight 100000 --edge-weight 800 | 1.22e5 1.04e5 | 6
six3/starry-night     | six                       | six2/starry-night     | 960  | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.0025 --grid-weight 100000 --edge-weight 500 --seed 2 | 1.45e5 7.67e4 | 12
six4/starry-night     | six                       | six3/starry-night     | 6600 | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.003 --grid-weight 100000 --edge-weight 400 --seed 3 | 1.26e5 6.26e4 | 104
six5/starry-night     | six                       | six4/starry-night     | 6000 | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.003 --grid-weight 100000 --edge-weight 400 --seed 4 | 1.34e5 7.08e4 | 67
six6/starry-night     | six                       | six5/starry-night     | 2200 | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.0015 --grid-weight 100000 --edge-weight 400 --tone-weight 100000 --seed 5 | 1.30e5 7.91e4 | 30
six7/starry-night     | six                       | six6/starry-night     | 700  | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.001 --grid-weight 300000 --edge-weight 400 --tone-weight 50000 --seed 6 | 1.16e5 6.47e4 | 9
six8/starry-night     | six                       | six7/starry-night     | 360  | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 0.0007 --grid-weight 3000000 --edge-weight 300 --tone-weight 30000 --seed 7 | 1.25e5 6.74e4 | 4
great-wave            | five                      | six8/starry-night     | 1    | --small-crops 0 --batch 2 --style-weight 8 --temporal-weight 1 --weight-step 0.5 --rate 1e-30 --grid-weight 3000000 --edge-weight 300 --tone-weight 30000 --seed 7 | 1.27e5 7.66e4 | 0
starry-night          | van_gogh_starry_night     | six8/starry-night     | 4400 | --small-crops 0 --batch 2 --style-weight 30 --temporal-weight 2 --weight-step 0.5 --rate 0.003 --grid-weight 300000 --edge-weight 400 --tone-weight 60000 --seed 8 | 1.48e5 1.48e5 | 64
sketch.live           | van_gogh_starry_night     | -                     | 1500 | --crop 128 --style-weight 30 --temporal-weight 0 --optimizer adam                                | 2.79e5 3.37e5 | 8
starry-night0.live    | van_gogh_starry_night     | sketch.live           | 1300 | --style-weight 30 --rate 0.002 --optimizer adam                                                  | 2.12e5 2.20e5 | 7
starry-night1.live    | van_gogh_starry_night     | starry-night0.live    | 500  | --small-crops 0 --style-weight 30 --rate 0.0015 --optimizer adam                                 | 2.06e5 1.93e5 | 6
starry-night2.live    | van_gogh_starry_night     | starry-night1.live    | 700  | --small-crops 0 --style-weight 30 --rate 0.001 --optimizer adam                                  | 1.99e5 1.75e5 | 8
starry-night3.live    | van_gogh_starry_night     | starry-night2.live    | 900  | --small-crops 0 --style-weight 20 --temporal-weight 1 --weight-step 0.5                          | 1.79e5 1.13e5 | 13
starry-night4.live    | van_gogh_starry_night     | starry-night3.live    | 700  | --small-crops 0 --style-weight 20 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --seed 2    | 1.71e5 1.01e5 | 9
starry-night5.live    | van_gogh_starry_night     | starry-night4.live    | 600  | --small-crops 0 --batch 2 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --style-weight 20 --grid-weight 200000 --edge-weight 300 --tone-weight 40000 | 1.77e5 1.22e5 | 4
starry-night.live     | van_gogh_starry_night     | starry-night5.live    | 2000 | --small-crops 0 --batch 2 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --style-weight 30 --grid-weight 200000 --edge-weight 300 --tone-weight 40000 --seed 2 | 1.81e5 1.65e5 | 14
great-wave0.live      | hokusai_great_wave        | sketch.live           | 1100 | --style-weight 10 --rate 0.002 --optimizer adam                                                  | 2.04e5 1.96e5 | 6
great-wave1.live      | hokusai_great_wave        | great-wave0.live      | 350  | --small-crops 0 --style-weight 4 --temporal-weight 3 --rate 0.0015 --optimizer adam              | 1.62e5 1.01e5 | 4
great-wave2.live      | hokusai_great_wave        | great-wave1.live      | 1200 | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0                                   | 1.44e5 6.54e4 | 7
great-wave3.live      | hokusai_great_wave        | great-wave2.live      | 400  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0.5 --rate 0.0015 --weight-step 0.5 | 1.39e5 7.35e4 | 2
great-wave.live       | hokusai_great_wave        | great-wave3.live      | 300  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0.5 --rate 0.001 --weight-step 0.5 --seed 2 --grid-weight 100000 | 1.45e5 8.79e4 | 3
the-scream0.live      | munch_scream              | sketch.live           | 1100 | --style-weight 10 --rate 0.002 --optimizer adam                                                  | 1.49e5 1.06e5 | 5
the-scream1.live      | munch_scream              | the-scream0.live      | 350  | --small-crops 0 --style-weight 6 --rate 0.0015 --optimizer adam                                  | 1.27e5 6.58e4 | 4
the-scream2.live      | munch_scream              | the-scream1.live      | 900  | --small-crops 0 --style-weight 6 --temporal-weight 1 --weight-step 0.5                           | 1.10e5 5.20e4 | 13
the-scream3.live      | munch_scream              | the-scream2.live      | 700  | --small-crops 0 --style-weight 6 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --seed 2     | 1.07e5 4.59e4 | 9
the-scream.live       | munch_scream              | the-scream3.live      | 600  | --small-crops 0 --batch 2 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --style-weight 6 --grid-weight 300000 --edge-weight 300 --tone-weight 20000 | 1.09e5 6.06e4 | 4
composition-vii0.live | kandinsky_composition_vii | sketch.live           | 1100 | --style-weight 10 --rate 0.002 --optimizer adam                                                  | 2.89e5 2.66e5 | 6
composition-vii1.live | kandinsky_composition_vii | composition-vii0.live | 350  | --small-crops 0 --style-weight 4 --rate 0.0015 --optimizer adam                                  | 2.41e5 1.28e5 | 4
composition-vii2.live | kandinsky_composition_vii | composition-vii1.live | 500  | --small-crops 0 --style-weight 6 --rate 0.0012 --optimizer adam                                  | 2.42e5 1.52e5 | 6
composition-vii3.live | kandinsky_composition_vii | composition-vii2.live | 1200 | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0                                   | 2.15e5 9.55e4 | 7
composition-vii4.live | kandinsky_composition_vii | composition-vii3.live | 400  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0.5 --rate 0.0015 --weight-step 0.5 | 2.07e5 1.06e5 | 2
composition-vii5.live | kandinsky_composition_vii | composition-vii4.live | 700  | --small-crops 0 --batch 2 --temporal-weight 0.7 --weight-step 0.5 --rate 0.002 --style-weight 6 --grid-weight 200000 --edge-weight 400 --tone-weight 50000 | 2.22e5 1.37e5 | 5
composition-vii.live  | kandinsky_composition_vii | composition-vii5.live | 300  | --small-crops 0 --batch 2 --temporal-weight 0.5 --weight-step 0.5 --rate 0.0015 --style-weight 6 --grid-weight 200000 --edge-weight 200 --tone-weight 20000 --seed 2 | 2.20e5 1.40e5 | 2
udnie0.live           | picabia_udnie             | sketch.live           | 1100 | --style-weight 8 --rate 0.002 --optimizer adam                                                   | 1.69e5 1.67e5 | 6
udnie1.live           | picabia_udnie             | udnie0.live           | 350  | --small-crops 0 --style-weight 6 --rate 0.0015 --optimizer adam                                  | 1.49e5 1.03e5 | 5
udnie2.live           | picabia_udnie             | udnie1.live           | 900  | --small-crops 0 --style-weight 6 --temporal-weight 1 --weight-step 0.5                           | 1.29e5 7.64e4 | 13
udnie.live            | picabia_udnie             | udnie2.live           | 900  | --small-crops 0 --style-weight 6 --temporal-weight 1 --weight-step 0.5 --rate 0.002 --seed 2     | 1.25e5 6.80e4 | 13
woman-with-hat0.live  | matisse_woman_with_hat    | sketch.live           | 1100 | --style-weight 10 --rate 0.002 --optimizer adam                                                  | 1.86e5 1.69e5 | 5
woman-with-hat1.live  | matisse_woman_with_hat    | woman-with-hat0.live  | 350  | --small-crops 0 --style-weight 5 --temporal-weight 3 --rate 0.0015 --optimizer adam              | 1.54e5 1.00e5 | 4
woman-with-hat2.live  | matisse_woman_with_hat    | woman-with-hat1.live  | 800  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0                                   | 1.45e5 7.36e4 | 5
woman-with-hat3.live  | matisse_woman_with_hat    | woman-with-hat2.live  | 800  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0 --seed 2                          | 1.31e5 6.48e4 | 4
woman-with-hat.live   | matisse_woman_with_hat    | woman-with-hat3.live  | 400  | --small-crops 0 --batch 2 --style-weight 6 --temporal-weight 0.5 --rate 0.0015 --weight-step 0.5 | 1.29e5 7.19e4 | 2
'

mkdir -p "$out"/six{,1,2,3,4,5,6,7,8}
while IFS='|' read -r model painting start steps flags _; do
    model=${model// /} painting=${painting// /} start=${start// /} init=() network=full
    [ -n "$model" ] && { [ $# = 0 ] || [[ " $* " == *" $model "* ]]; } || continue
    [ "$start" = - ] || init=(--init "$out/$start.safetensors")
    [[ $model == *.live ]] && network=live
    provenance() { init+=(--provenance "tempera train; painting:$1 (public domain); $photographs"); }
    if [[ $painting == six || $painting == five ]]; then
        inputs=()
        while IFS='|' read -r name file source; do
            [ -n "$name" ] || continue
            name=${name// /} file=${file// /}
            [[ $painting$name != fivestarry-night ]] || continue
            ln -sf "$(realpath "$paintings")/$file.jpg" "$out/six/$name.jpg"
            inputs+=("$out/six/$name.jpg")
            provenance "$source"
        done <<<"$six"
    else
        inputs=("$paintings/$painting.jpg")
        provenance "$(grep "| $painting " <<<"$six" | cut -d'|' -f3)"
    fi
    "$tempera" train "${inputs[@]}" --photos "$photos" --vgg "$vgg" --out "$out/$model.safetensors" \
        --network $network "${init[@]}" --iterations $steps --seed 1 --grid-weight 0 --edge-weight 0 --tone-weight 0 $flags --licence Apache-2.0 </dev/null
done <<<"$recipes"
