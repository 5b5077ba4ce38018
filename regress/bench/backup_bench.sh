#!/bin/sh
# backup_bench.sh -- throughput of cellmgr backup beside GNU tar with gzip, in one
# run on one tree.
#
# Environment: BIN (build/bin), MIB (256) of source text and random bytes,
# ROUNDS (3).  Prints one line a program and the ratio of the medians; 1.0 and
# above says that cellmgr is the faster one.  Status 1 where it is not.
set -eu

: "${BIN:=build/bin}" "${MIB:=256}" "${ROUNDS:=3}"
LC_ALL=C
export LC_ALL

BIN=$(cd "$BIN" && pwd -P)
PATH=$BIN:$PATH:/usr/local/go/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/cells-bench.XXXXXX")
trap 'kill "$rig" 2>/dev/null || :; rm -rf "$work"' EXIT
rig=
CELLS_ETC=$work/etc CELLS_RUN=$work/run CELLS_DB=$work/db
CELLS_BACKUP=$work/backup CELLS_RIG=$work/rig.sock
export CELLS_ETC CELLS_RUN CELLS_DB CELLS_BACKUP CELLS_RIG
mkdir -p "$CELLS_ETC" "$CELLS_RUN" "$CELLS_DB/volumes/bench"

# now -- milliseconds.
now()
{
	echo $(($(date +%s%N) / 1000000))
}

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# fill DIR -- two thirds source text in files of 64 KiB, one third that does
# not compress.
fill()
{
	root=$(go env GOROOT 2>/dev/null || echo /usr/share)
	while :; do
		find "$root/src" -type f -name '*.go' -exec cat {} +
	done 2>/dev/null | head -c $((MIB * 2 / 3))M |
	    split -a 5 -b 64K - "$1/text."
	head -c $((MIB / 3))M /dev/urandom >"$1/random"
}

# measure COMMAND... -- milliseconds that it takes, with its input in memory.
measure()
{
	begin=$(now)
	"$@" >/dev/null
	echo $(($(now) - begin))
}

tar_gzip()
{
	tar -C "$CELLS_DB/volumes" -czf "$work/tar.tar.gz" bench
	sync "$work/tar.tar.gz"
}

: >"$CELLS_ETC/bench.volume"
fill "$CELLS_DB/volumes/bench"
cellrig -f "$CELLS_RIG" >"$work/rig.log" 2>&1 &
rig=$!
while [ ! -S "$CELLS_RIG" ]; do sleep 0.05; done
tar -C "$CELLS_DB/volumes" -cf - bench | cat >/dev/null

ours='' theirs=''
round=0
while [ $round -lt "$ROUNDS" ]; do
	theirs="$theirs $(measure tar_gzip)"
	ours="$ours $(measure cellmgr backup create volume:bench)"
	round=$((round + 1))
done
# Numbers are words.
# shellcheck disable=SC2086
ours=$(median $ours) theirs=$(median $theirs)
mib=$(du -sm --apparent-size "$CELLS_DB/volumes/bench" | cut -f 1)
size=$(cellmgr backup list -H -o size | tail -n 1)
awk -v mib="$mib" -v ours="$ours" -v theirs="$theirs" -v osize="$size" \
    -v tsize="$(wc -c <"$work/tar.tar.gz")" 'BEGIN {
	printf "backup: tar -z   %6d ms  %6.1f MiB/s  %d bytes\n", theirs, mib * 1000 / theirs, tsize
	printf "backup: cellmgr  %6d ms  %6.1f MiB/s  %d bytes\n", ours, mib * 1000 / ours, osize
	printf "backup: ratio %.2f (at least 1.0)\n", theirs / ours
	exit theirs < ours
}'
