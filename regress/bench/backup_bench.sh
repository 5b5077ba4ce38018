#!/bin/sh
# backup_bench.sh -- throughput of cellmgr backup beside GNU tar with gzip, in one
# run on one tree, in turns: with its default level, which makes archives of
# about the same size, and with that of gzip(1), 6.
#
# Environment: BIN (build/bin), MIB (256) of source text and random bytes,
# ROUNDS (3).  Prints the medians of each, and ratios to tar: of the time, 1.0
# and above says that cellmgr is the faster one, and of the processors' time,
# which tells on a machine that has other work.  Status 1 where the default is
# slower.
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

. regress/bench/measure.sh

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

# report NAME BYTES -- one line.
report()
{
	ms=$(taken "$1") cpu=$(processors "$1")
	: "${tar_ms:=$ms}" "${tar_cpu:=$cpu}"
	awk -v name="$1" -v mib="$mib" -v ms="$ms" -v cpu="$cpu" -v size="$2" \
	    -v tms="$tar_ms" -v tcpu="$tar_cpu" 'BEGIN {
		printf "backup: %-12s %6d ms %6d ms cpu %6.1f MiB/s %d bytes; ratio %.2f, cpu %.2f\n",
		    name, ms, cpu, mib * 1000 / ms, size, tms / ms, tcpu / cpu
		exit tms < ms
	}'
}

# newest -- the size of the newest archive.
newest()
{
	cellmgr backup list -H -o size | tail -n 1
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

round=0
while [ $round -lt "$ROUNDS" ]; do
	measure tar-z tar_gzip
	measure cellmgr cellmgr backup create volume:bench
	size=$(newest)
	measure cellmgr-z6 cellmgr backup create -z 6 volume:bench
	size6=$(newest)
	round=$((round + 1))
done
mib=$(du -sm --apparent-size "$CELLS_DB/volumes/bench" | cut -f 1)
status=0
report tar-z "$(wc -c <"$work/tar.tar.gz")"
report cellmgr "$size" || status=1
report cellmgr-z6 "$size6" || :
echo "backup: ratios of at least 1.0 are wanted"
exit $status
