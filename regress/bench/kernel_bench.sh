#!/bin/sh
# kernel_bench.sh -- compiles and runs kernel_bench.c, from the top of the
# sources after make.  ROUNDS says how many rounds are measured.
set -eu

: "${BUILD:=build}" "${CC:=cc}" "${CFLAGS:=-O2 -g}" "${ROUNDS:=25}"
out=$BUILD/bench
mkdir -p "$out"

# Flags are words.
# shellcheck disable=SC2086
$CC -std=gnu11 -Wall -Wextra -Werror $CFLAGS -ffreestanding -nostdinc \
    -isystem "$($CC -print-file-name=include)" -D_KERNEL -DDIAGNOSTIC \
    -Ikernel/rig/include -Ikernel/sys -Ikernel/rig -c \
    -o "$out/kernel_questions.o" regress/bench/kernel_questions.c
# shellcheck disable=SC2086
$CC -std=gnu11 -Wall -Wextra -Werror $CFLAGS -Ikernel/sys -Ikernel/rig \
    -Iregress/kernel -o "$out/kernel_bench" regress/bench/kernel_bench.c \
    "$out/kernel_questions.o" regress/kernel/cellcall.c \
    "$BUILD/obj/librig.a" -lpthread
"$out/kernel_bench" -r "$ROUNDS"
