#!/usr/bin/env bash
# Renders the sample clip, Samples/harbour.mp4, from the program in Samples/Generator. Some minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")"

swift build -c release -Xswiftc -Ounchecked --package-path Generator
generator=Generator/.build/release/HarbourGenerator
sound=$(mktemp --suffix .wav)
trap 'rm -f "$sound"' EXIT
"$generator" sound > "$sound"

"$generator" video | ffmpeg -v warning -stats -y \
    -f rawvideo -pix_fmt rgb24 -video_size 640x360 -framerate 30 -i - \
    -i "$sound" -i Generator/subtitles.srt -f ffmetadata -i Generator/chapters.txt \
    -map 0:v -map 1:a -map 2:s -map_metadata 3 -map_chapters 3 \
    -vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p \
    -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
    -c:v libx264 -preset slow -crf 24 -c:a aac -b:a 128k -c:s mov_text \
    -metadata:s:a:0 language=eng -metadata:s:s:0 language=eng \
    -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -movflags +faststart harbour.mp4
