#!/usr/bin/env bash
# Media and pipeline tests with AddressSanitizer, then those that work on several threads with ThreadSanitizer.
# Each lane is built apart (.build-address, .build-thread) and may run for five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

lane() {
    local options=(-c debug -Xcc -O3 --sanitize="$1" --scratch-path ".build-$1")
    swift build "${options[@]}" --build-tests
    timeout 300 swift test --skip-build "${options[@]}" --disable-xctest --filter "$2"
}

# What is still held when a process ends is no leak to report.
ASAN_OPTIONS=detect_leaks=0 lane address 'MediaTests|PipelineTests'
lane thread 'PipelineTests'
