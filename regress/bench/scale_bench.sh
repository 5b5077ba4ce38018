#!/bin/sh
# scale_bench.sh -- what many cells cost: plans of manifests beside
# systemd-analyze verify of as many units that say the same, and an apply that
# finds as many cells running and nothing to do.
#
# Environment: BIN (build/bin), CELLS (1000), ROUNDS (5).  Each is measured for
# a quarter of CELLS, too, in turns; `linear' is what one cell costs among all
# to what it costs among a quarter of them.  Wanted are 100 ms for a plan and
# 300 ms for an apply of 1,000 on a quiet machine.  The peer is left out where
# it is not installed.
set -eu

: "${BIN:=build/bin}" "${CELLS:=1000}" "${ROUNDS:=5}"
LC_ALL=C
export LC_ALL

PATH=$(cd "$BIN" && pwd -P):$PATH
work=$(mktemp -d "${TMPDIR:-/tmp}/cells-scale.XXXXXX")
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
CELLS_RUN=$work/run CELLS_DB=$work/db CELLS_RIG=$work/rig.sock
export CELLS_RUN CELLS_DB CELLS_RIG
quarter=$((CELLS / 4))

. regress/bench/measure.sh

# cleanup -- ends what runs, cells first.
cleanup()
{
	for dir in all few; do
		CELLS_ETC=$work/$dir cellmgr stop -w 5s -a >/dev/null 2>&1 || :
	done
	[ ! -s "$work/rig.pid" ] || kill "$(cat "$work/rig.pid")" || :
	rm -rf "$work"
}

# manifests DIR FIRST LAST -- writes them, and as many units to DIR.units.
manifests()
{
	mkdir -p "$1" "$1.units"
	awk -v dir="$1" -v first="$2" -v last="$3" -v out="$work/log" '
	function put(file, text) { printf "%s", text >file; close(file) }
	BEGIN {
		for (i = first; i <= last; i++) {
			up = i == first ? "" : "c" int((i + first) / 2) ".service"
			put(dir "/c" i ".cell", "command /bin/sleep 100000\nbase none\n" \
			    "env A=1 B=2\nrlimit nofile 1024\nmaxproc 10\n" \
			    "ports " 10000 + i "\nlog " out "\n" \
			    (up ? "depend c" int((i + first) / 2) "\n" : ""))
			put(dir ".units/c" i ".service", "[Unit]\n" \
			    (up ? "Requires=" up "\nAfter=" up "\n" : "") \
			    "[Service]\nExecStart=/bin/sleep 100000\n" \
			    "Environment=A=1 B=2\nLimitNOFILE=1024\n" \
			    "TasksMax=10\nRestart=always\n")
		}
	}'
}

# on DIR COMMAND... -- with these manifests.
on()
{
	CELLS_ETC=$1
	export CELLS_ETC
	shift
	"$@"
}

verify()
{
	systemd-analyze verify "$1".units/*.service
}

# both NAME FUNCTION ARG... -- measures for all and for few, in turns.
both()
{
	what=$1
	shift
	round=0
	while [ $round -lt "$ROUNDS" ]; do
		for dir in few all; do
			measure "$what-$dir" "$@" "$work/$dir"
		done
		round=$((round + 1))
	done
}

plan()
{
	on "$1" cellmgr plan
}

# again DIR -- an apply of cells that run as they should.
again()
{
	on "$1" cellmgr apply
}

# report NAME TEXT -- one line.
report()
{
	awk -v text="$2" -v ms="$(taken "$1-all")" -v cpu="$(processors "$1-all")" \
	    -v few="$(processors "$1-few")" 'BEGIN {
		if (few == 0)
			few = 1
		printf "scale: %-44s %6d ms %6d ms cpu, linear %.2f\n", text, ms, cpu, cpu / few / 4
	}'
}

mkdir -p "$CELLS_RUN" "$CELLS_DB"
cellrig -P "$work/rig.pid" -s "$CELLS_RIG"
manifests "$work/few" 1 "$quarter"
manifests "$work/all" 1 "$CELLS"
repeat=3
both plan plan
repeat=1
report plan "plan of $CELLS manifests"
if command -v systemd-analyze >/dev/null; then
	both verify verify
	report verify "systemd-analyze verify of $CELLS units"
	awk -v ours="$(taken plan-all)" -v theirs="$(taken verify-all)" \
	    -v ocpu="$(processors plan-all)" -v tcpu="$(processors verify-all)" '
	    BEGIN { printf "scale: ratio %.1f, cpu %.1f\n", theirs / ours, tcpu / (ocpu ? ocpu : 10) }'
fi
# shellcheck disable=SC2034 # read by both
repeat=5
# A quarter of the cells runs first, then all of them do.
on "$work/few" cellmgr apply >/dev/null
round=0
while [ $round -lt "$ROUNDS" ]; do
	measure again-few again "$work/few"
	round=$((round + 1))
done
on "$work/all" cellmgr apply >/dev/null
round=0
while [ $round -lt "$ROUNDS" ]; do
	measure again-all again "$work/all"
	round=$((round + 1))
done
report again "apply, $CELLS cells running, nothing changed"
