#!/bin/sh
# bench.sh -- measurements, each as ratios within one run: `make bench'.
#
# First what a decision costs on the rig, then every regress/bench/*_bench.sh,
# then the benchmarks of the Go packages.  COUNT is how many questions make a
# sample, BENCHTIME how long a Go benchmark runs.
set -eu

: "${BUILD:=build}" "${GO:=go}" "${CC:=cc}" "${CFLAGS:=-O2 -g}"
: "${COUNT:=200000}" "${BENCHTIME:=1s}"
PATH=$(pwd -P)/$BUILD/bin:$PATH:/usr/local/go/bin
export PATH BUILD GO

mkdir -p "$BUILD/bench"
# Flags are words.
# shellcheck disable=SC2086
$CC -std=gnu11 -Wall -Wextra $CFLAGS -Ikernel/sys -Ikernel/rig \
    -Iregress/kernel -o "$BUILD/bench/decide" regress/bench/decide.c \
    regress/kernel/cellcall.c "$BUILD/obj/librig.a" -lpthread
echo "== decisions on the rig"
"$BUILD/bench/decide" "$COUNT"

for script in regress/bench/*_bench.sh; do
	[ -f "$script" ] || continue
	echo "== $script"
	sh "$script"
done

echo "== Go packages"
CGO_ENABLED=0 "$GO" test -run '^$' -bench . -benchtime "$BENCHTIME" ./... |
    grep -v -e '^ok' -e 'no test files' -e '^PASS$'
