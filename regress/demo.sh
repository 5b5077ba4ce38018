#!/bin/sh
# demo.sh -- a minute's tour.  Everything it shows it checks, and its exit
# status is 0 only if all of it held.  Whatever happens, nothing is left: it
# works in a directory of its own and ends what it started.
#
# Where the kernel has secmodel_cell(9) that decides, elsewhere a rig does: a
# rehearsal of the same model as a program (see README.md).
set -eu

cd "$(dirname "$0")/.."
top=$(pwd -P)
PATH=$top/build/bin:$PATH:/usr/local/go/bin:/usr/sbin:/sbin
export PATH
checks=0 wrong=0

# need PROGRAM PACKAGE -- installs what is missing, where we may.
need()
{
	command -v "$1" >/dev/null && return
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		    --no-install-recommends "$2" >/dev/null
	else
		echo "demo: $1 is missing (Debian: $2)" >&2
		exit 1
	fi
}

cleanup()
{
	status=$?
	trap - EXIT
	[ -z "${victim:-}" ] || kill -KILL "$victim" 2>/dev/null || :
	cellmgr stop --all >/dev/null 2>&1 || :
	[ -z "${rig:-}" ] || kill "$rig" 2>/dev/null || :
	cd /
	rm -rf "$work"
	exit "$status"
}

title()
{
	printf '\n== %s\n' "$*"
}

# aligned -- columns for the eye, where fields are separated by TABs.
aligned()
{
	awk -F '\t' '
	{
		line[NR] = $0
		for (i = 1; NF > 2 && i <= NF; i++)
			if (length($i) > width[i])
				width[i] = length($i)
	}
	END {
		for (n = 1; n <= NR; n++) {
			fields = split(line[n], field, "\t")
			for (i = 1; fields > 2 && i < fields; i++)
				printf("%-*s  ", width[i], field[i])
			print (fields > 2 ? field[fields] : line[n])
		}
	}'
}

# show STATUS COMMAND... -- prints a command and what it says, which is kept
# in $work/said, and checks its exit status.
show()
{
	want=$1 got=0
	shift
	echo "\$ $*" | sed "s,$work/,,g"
	"$@" >"$work/said" 2>&1 || got=$?
	aligned <"$work/said" | sed -e "s,$work/,,g" -e 's/^/    /'
	check "exit status $got, expected $want" [ "$got" -eq "$want" ]
}

# check WHAT COMMAND... -- a claim that does not hold is printed.
check()
{
	what=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >/dev/null 2>&1; then
		wrong=$((wrong + 1))
		echo "!!! does not hold: $what"
	fi
}

# said PATTERN -- did the last command say so?
said()
{
	check "the command says $1" grep -Eq "$1" "$work/said"
}

# field FIELD CELL -- one value of the listing.
field()
{
	cellctl list -H -o "$1" "$2"
}

alive()
{
	kill -0 "$1" && ! ps -o stat= -p "$1" | grep -q Z
}

# soon COMMAND... -- does it come true within ten seconds?
soon()
{
	tries=100
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

prepare()
{
	mkdir "$work/etc" "$work/run" "$work/db" "$work/backup"
	CELLS_ETC=$work/etc CELLS_RUN=$work/run
	CELLS_DB=$work/db CELLS_BACKUP=$work/backup
	export CELLS_ETC CELLS_RUN CELLS_DB CELLS_BACKUP
	cp etc/cells/hourly.cell etc/cells/watch.cell "$work/etc/"
	# An ordinary user mounts nothing; the rig obeys that user all the same.
	echo 'base none' >"$work/etc/cells.conf"
	echo "log $work/log" >>"$work/etc/cells.conf"
	sed -i.orig 's/^log.*//' "$work/etc/hourly.cell"
	rm -f "$work/etc/hourly.cell.orig"
}

decider()
{
	unset CELLS_RIG
	if [ "$(uname -s)" = NetBSD ] && [ "$(id -u)" = 0 ] &&
	    cellctl version >/dev/null 2>&1; then
		return
	fi
	CELLS_RIG=$work/rig.sock
	export CELLS_RIG
	cellrig -f "$CELLS_RIG" >"$work/rig.log" 2>&1 &
	rig=$!
	soon test -S "$CELLS_RIG" || { cat "$work/rig.log"; exit 1; }
}

tour_start()
{
	title "Two manifests, one of which depends on the other"
	show 0 cat "$work/etc/watch.cell"
	show 0 cellmgr check
	show 3 cellmgr plan
	said '^\+ watch: start'
	title "Applied; applied again there is nothing to do"
	show 0 cellmgr apply
	show 0 cellmgr apply
	said '^nothing to do$'
	show 0 cellctl list -o name,state,profile,mode,procs
	said '^hourly	live	high	enforce	[1-9]'
	said '^watch	live	high	enforce	[1-9]'
	show 0 cellctl stats -o name,procs,peak,forks,denied
	check "hourly started before watch" \
	    [ "$(field id hourly)" -lt "$(field id watch)" ]
}

# tour_signal -- only where decisions bind processes is a signal refused.
tour_signal()
{
	title "One cell cannot touch another"
	cellctl exec hourly sleep 300 2>/dev/null &
	victim=$!
	soon [ "$(field procs hourly)" -ge 2 ] || :
	if [ "$(cellctl version -H -o enforces)" != 1 ]; then
		echo "    (nothing here can bind processes to the decisions)"
		return
	fi
	show 1 cellctl exec watch kill -TERM "$victim"
	check "the process in the other cell lives" alive "$victim"
	show 0 cellctl explain -o rule,denied,what,last watch
	said '^process.other.signal	1	'
	show 0 cellctl exec hourly kill -TERM "$victim"
	check "within its own cell it was ended" soon not_alive "$victim"
	victim=
}

not_alive()
{
	! alive "$1"
}

tour_change()
{
	title "An edit: planned, then applied to the running cell"
	before=$(field super hourly)
	printf 'ports\t8080\n' >>"$work/etc/hourly.cell"
	show 3 cellmgr plan
	said '^~ hourly: ports .*8080 .*live'
	show 0 cellmgr apply
	check "the kernel has it" [ "$(field ports hourly)" = 8080 ]
	check "nothing was restarted" [ "$(field super hourly)" = "$before" ]
	title "A port belongs to one cell alone"
	show 1 cellctl create -n other -P 8080 /
	said 'port 8080 .*hourly'
}

# damage FILE -- turns one byte in its middle around.
damage()
{
	size=$(wc -c <"$1")
	byte=$(dd if="$1" bs=1 skip="$((size / 2))" count=1 2>/dev/null | od -An -tu1)
	printf '%b' "\\0$(printf %o "$((byte ^ 255))")" |
	    dd of="$1" bs=1 seek="$((size / 2))" conv=notrunc 2>/dev/null
}

tour_backup()
{
	title "A backup is read again before anybody needs it"
	show 0 cellmgr backup create hourly
	show 0 cellmgr backup verify hourly
	archive=$(find "$work/backup" -type f -size +1 ! -name '.*' | head -n 1)
	check "there is an archive" [ -f "$archive" ]
	title "And one flipped byte in it is found"
	damage "$archive"
	show 1 cellmgr backup verify hourly
}

tour_mistake()
{
	title "Mistakes, all of them in one run, and nothing is changed"
	printf 'comand\t/bin/sh\nports\t99999\n' >"$work/etc/typo.cell"
	show 1 cellmgr apply
	said 'typo.cell:1: .*comand.*command'
	said 'typo.cell:2: .*99999'
	check "no such cell was made" [ "$(cellctl list -H | wc -l)" -eq 2 ]
	rm "$work/etc/typo.cell"
}

tour_stop()
{
	title "Stopped, in reverse order, with nothing left"
	show 0 cellmgr stop --all
	check "no cell is left" [ -z "$(cellctl list -H)" ]
}

need cc gcc
need make make
if ! command -v go >/dev/null; then
	echo "demo: go is missing; see https://go.dev/doc/install" >&2
	exit 1
fi
work=$(mktemp -d)
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
${MAKE:-make} all >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
prepare
decider
title "Who decides"
show 0 cellctl version
tour_start
tour_signal
tour_change
if cellmgr backup help >/dev/null 2>&1; then
	tour_backup
fi
tour_mistake
tour_stop
printf '\n%s of %s claims held.\n' "$((checks - wrong))" "$checks"
[ "$wrong" -eq 0 ]
