#!/bin/sh
# bench.sh -- measurements, each as ratios within one run: `make bench'.
#
# Every regress/bench/*_bench.sh first, then the benchmarks of the Go packages.
# BENCHTIME is how long a Go benchmark runs.
set -eu

: "${BUILD:=build}" "${GO:=go}" "${CC:=cc}" "${BENCHTIME:=1s}"
PATH=$(pwd -P)/$BUILD/bin:$PATH:/usr/local/go/bin
export PATH BUILD GO CC

status=0
for script in regress/bench/*_bench.sh; do
	[ -f "$script" ] || continue
	echo "== $script"
	sh "$script" || status=1
done

echo "== Go packages"
CGO_ENABLED=0 "$GO" test -run '^$' -bench . -benchtime "$BENCHTIME" ./... |
    grep -v -e '^ok' -e 'no test files' -e '^PASS$'
exit $status
