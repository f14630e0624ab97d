#!/usr/bin/env bash
# Makes a Debian machine ready to build and run Tempera: installs the packages that are missing, and only those.
# `Scripts/setup.sh tests` adds what only the tests need.
set -euo pipefail

packages=(
    git ca-certificates pkg-config g++ zlib1g-dev ffmpeg
    libavcodec-dev libavdevice-dev libavfilter-dev libavformat-dev libavutil-dev libswscale-dev
    libopenblas-dev
    # The Swift tools themselves load these.
    libxml2 libsqlite3-0 libncurses6 libedit2 tzdata
)
# Some releases know it by another name.
packages+=("$(dpkg-query -W -f '${Package}' libcurl4t64 2>/dev/null || echo libcurl4)")
# A screen to capture.
[[ ${1:-} == tests ]] && packages+=(xvfb)

missing=()
if command -v dpkg-query >/dev/null; then
    for package in "${packages[@]}"; do
        status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [[ $status == *" installed" ]] || missing+=("$package")
    done
elif ! pkg-config --exists libavdevice libavfilter openblas 2>/dev/null; then
    echo "setup: no apt here: install the development files of FFmpeg 5, 6 or 7 and of OpenBLAS, and pkg-config" >&2
    exit 1
fi

if ((${#missing[@]})); then
    root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || {
            echo "setup: as root, run: apt-get install ${missing[*]}" >&2
            exit 1
        }
        root=(sudo)
    fi
    echo "setup: installing ${missing[*]}" >&2
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >&2
fi

# libavcodec 59 is FFmpeg 5, 61 is FFmpeg 7; with 8 nothing was tried yet.
pkg-config --atleast-version=59 libavcodec && pkg-config --max-version=61.999 libavcodec || {
    echo "setup: libavcodec $(pkg-config --modversion libavcodec) is here; Tempera needs FFmpeg 5, 6 or 7" >&2
    exit 1
}

command -v swift >/dev/null || {
    echo "setup: no swift on the PATH: get Swift 6.3 from https://www.swift.org/install/linux/" >&2
    exit 1
}
