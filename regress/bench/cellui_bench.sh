#!/bin/sh
# cellui_bench.sh -- what it costs to leave cellui open, beside top(1).
#
# CELLS services (sleep) run, each in a cell of its own under its supervisor.
# cellui shows them on a terminal of tmux(1), and top in batch mode lists the
# processes of the same host, both once a second, for SPAN seconds at the
# same time.  Prints the processor time of each, scaled to a minute, with the
# share that cellui has of top's; the rig is another process and not counted.
set -eu

: "${BUILD:=build}" "${CELLS:=200}" "${SPAN:=30}"
PATH=$(pwd -P)/$BUILD/bin:$PATH
export PATH

for program in tmux top; do
	command -v "$program" >/dev/null || {
		echo "cellui: no $program here"
		exit 0
	}
done
[ -r /proc/self/stat ] || {
	echo "cellui: no /proc/PID/stat on this system"
	exit 0
}

work=$(mktemp -d)
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

cleanup()
{
	[ -z "${top:-}" ] || kill "$top" 2>/dev/null || :
	tmux -S "$work/tmux" kill-server 2>/dev/null || :
	cellmgr stop -a -w 1s >/dev/null 2>&1 || :
	[ ! -f "$work/rig.pid" ] || kill "$(cat "$work/rig.pid")" 2>/dev/null || :
	rm -rf "$work"
}

# ticks PID -- clock ticks that a process has used, user and system.
ticks()
{
	sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'
}

# report NAME TICKS PEER -- a line with the time in milliseconds a minute, and
# how much of the peer's that is.
report()
{
	awk -v name="$1" -v ticks="$2" -v hz="$(getconf CLK_TCK)" -v span="$SPAN" -v peer="$3" 'BEGIN {
		ms = ticks * 1000 / hz * 60 / span
		printf "%s\t%.0f\t%.2f\n", name, ms, (peer > 0) ? ticks / peer : 1
	}'
}

CELLS_ETC=$work/etc CELLS_RUN=$work/run CELLS_DB=$work/db CELLS_BACKUP=$work/backup
CELLS_RIG=$work/rig.sock
export CELLS_ETC CELLS_RUN CELLS_DB CELLS_BACKUP CELLS_RIG
mkdir -p "$CELLS_ETC"
n=1
while [ "$n" -le "$CELLS" ]; do
	printf 'command /bin/sleep 100000\nbase none\nlog %s/log\n' "$work" >"$CELLS_ETC/bench$n.cell"
	n=$((n + 1))
done
cellrig -P "$work/rig.pid" -s "$CELLS_RIG"
cellmgr apply >/dev/null
SHELL=/bin/sh tmux -S "$work/tmux" -f /dev/null new-session -d -x 132 -y 43 "exec cellui"
until tmux -S "$work/tmux" capture-pane -p | grep -q 'ready.*none'; do
	sleep 0.2
done
cellui=$(tmux -S "$work/tmux" display-message -p '#{pane_pid}')
top -b -d 1 >/dev/null &
top=$!
sleep 3
ui=$(ticks "$cellui") peer=$(ticks "$top")
sleep "$SPAN"
ui=$(($(ticks "$cellui") - ui)) peer=$(($(ticks "$top") - peer))
rss=$(awk '/^VmRSS:/ { print $2 }' "/proc/$cellui/status")

printf 'program\tms a minute\tratio\n'
report "top -b -d 1" "$peer" 0
report "cellui, $CELLS cells" "$ui" "$peer"
echo "cellui: $rss KiB resident"
