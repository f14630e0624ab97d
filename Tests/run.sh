#!/usr/bin/env bash
# The whole test suite, in release, then the sanitizers. Exits with the status of the tests and ends with their summary.
# Anything after the command goes to swift test, and the sanitizers are left out: Tests/run.sh --filter Media
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/setup.sh tests
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
swift test -c release -Xswiftc -enable-testing "$@" 2>&1 | tee "$log" || status=$?
swift build -c release --package-path Samples/Generator 2>&1 | tee -a "$log" || status=$?
(($# > 0)) || Tests/sanitize.sh 2>&1 | tee -a "$log" || status=$?

echo
grep -E '^(.* )?error:|✘ (Test|Suite) .* (failed|recorded)' "$log" | grep -v 'Test run with' | sort -u | head -40 || true
grep -E 'Test run with [1-9]' "$log" || {
    echo "No test ran."
    ((status)) || status=1
}
((status == 0)) && echo "All passed." || echo "FAILED (exit $status)."
exit "$status"
