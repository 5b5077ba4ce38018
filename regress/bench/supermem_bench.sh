#!/bin/sh
# supermem_bench.sh -- what a supervisor costs in memory, beside its peers.
#
# COUNT services (sleep) each under cellctl supervise, under s6-supervise with
# an s6-log of its own, and under conmon; peers that are not installed are
# left out.  Once they have been idle for a while, the averages per service,
# in KiB, of all processes that supervise it:
#
#	rss	resident
#	pss	resident, what is shared counted in proportion
#	private	resident and mapped by no other process
#	anon	resident and not a file's: what each more of them takes
#
# from /proc/PID/smaps_rollup, and the ratio of private to the first line's.
# Exits 1 where cellctl supervise has more private memory than the GOAL.
set -eu

: "${BUILD:=build}" "${COUNT:=10}" "${GOAL:=4096}" "${SETTLE:=3}"
PATH=$(pwd -P)/$BUILD/bin:$PATH
export PATH

[ -r /proc/self/smaps_rollup ] || {
	echo "supermem: no /proc/PID/smaps_rollup on this system"
	exit 0
}

work=$(mktemp -d)
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# cleanup -- ends what was started, by process id, youngest first.
cleanup()
{
	[ ! -f "$work/pids" ] || sort -rn "$work/pids" | while read -r pid; do
		kill "$pid" 2>/dev/null || :
	done
	if [ -d "$work/scan" ]; then
		s6-svscanctl -qb "$work/scan" 2>/dev/null ||
		    s6-svscanctl -t "$work/scan" 2>/dev/null || :
	fi
	sleep 1
	[ ! -f "$work/rig.pid" ] || kill "$(cat "$work/rig.pid")" 2>/dev/null || :
	rm -rf "$work"
}

# each FUNCTION -- calls it with the numbers of the services.
each()
{
	n=1
	while [ "$n" -le "$COUNT" ]; do
		"$1" "$n"
		n=$((n + 1))
	done
}

start_cellctl()
{
	cellctl create -n "bench$1" / >/dev/null
	cellctl supervise -D -o "$work/cell.$1" "bench$1" sleep 10000
	pid=$(cat "$CELLS_RUN/bench$1.lock")
	echo "$pid" >>"$work/pids"
	echo "$pid" >>"$work/cellctl"
}

run_cellctl()
{
	CELLS_RIG=$work/rig.sock CELLS_RUN=$work/run
	export CELLS_RIG CELLS_RUN
	cellrig -P "$work/rig.pid" -s "$CELLS_RIG"
	each start_cellctl
}

start_s6()
{
	mkdir -p "$work/scan/$1/log" "$work/s6log/$1"
	printf '#!/bin/sh\nexec sleep 10000\n' >"$work/scan/$1/run"
	printf '#!/bin/sh\nexec s6-log t %s\n' "$work/s6log/$1" >"$work/scan/$1/log/run"
	chmod +x "$work/scan/$1/run" "$work/scan/$1/log/run"
}

run_s6()
{
	mkdir -p "$work/scan"
	each start_s6
	s6-svscan "$work/scan" </dev/null >/dev/null 2>&1 &
	svscan=$!
	echo "$svscan" >>"$work/pids"
	sleep 1
	for supervise in $(children "$svscan"); do
		echo "$supervise" >>"$work/s6"
		for pid in $(children "$supervise"); do
			case $(cat "/proc/$pid/comm") in
			s6-log)	echo "$pid" >>"$work/s6" ;;
			esac
		done
	done
}

# children PID
children()
{
	cat "/proc/$1/task/$1/children"
}

# conmon runs a container's runtime; this one starts the same service.
start_conmon()
{
	mkdir -p "$work/conmon/$1" "$work/sock"
	conmon --cid "b$1" --cuuid "b$1" --name "b$1" --runtime "$work/runtime" \
	    --bundle "$work/conmon/$1" --container-pidfile "$work/conmon/$1/pid" \
	    --conmon-pidfile "$work/conmon/$1/self" --socket-dir-path "$work/sock" \
	    --log-path "k8s-file:$work/conmon/$1/log" 2>/dev/null
	sleep 0.2
	cat "$work/conmon/$1/self" >>"$work/conmon.pids"
	echo >>"$work/conmon.pids"
	cat "$work/conmon/$1/pid" >>"$work/pids"
}

run_conmon()
{
	cat >"$work/runtime" <<-'EOF'
	#!/bin/sh
	while [ $# -gt 1 ]; do
		[ "$1" != --pid-file ] || file=$2
		shift
	done
	sleep 10000 </dev/null &
	echo $! >"$file"
	EOF
	chmod +x "$work/runtime"
	each start_conmon
}

# report NAME FILE -- one line about the processes in FILE.
report()
{
	while read -r pid; do
		[ -z "$pid" ] || cat "/proc/$pid/smaps_rollup"
	done <"$2" | awk -v name="$1" -v services="$COUNT" -v first="$first" -v OFS='\t' '
	/^Rss:/ { rss += $2; processes++ }
	/^Pss:/ { pss += $2 }
	/^Private_(Clean|Dirty):/ { private += $2 }
	/^Anonymous:/ { anon += $2 }
	END {
		private /= services
		print name, processes / services, int(rss / services),
		    int(pss / services), int(private), int(anon / services),
		    first ? sprintf("%.2f", private / first) : "1.00"
	}' | tee "$work/line"
	[ "$first" ] || first=$(cut -f 5 "$work/line")
}

run_cellctl
if command -v s6-svscan >/dev/null; then
	run_s6
fi
if command -v conmon >/dev/null; then
	run_conmon
fi
sync
sleep "$SETTLE"

first=
printf 'supervisor\tprocesses\trss\tpss\tprivate\tanon\tratio\n'
report 'cellctl supervise' "$work/cellctl"
ours=$first
[ ! -s "$work/s6" ] || report 's6-supervise + s6-log' "$work/s6"
[ ! -s "$work/conmon.pids" ] || report conmon "$work/conmon.pids"
if [ "$ours" -gt "$GOAL" ]; then
	echo "supermem: $ours KiB private, the goal is $GOAL" >&2
	exit 1
fi
echo "goal of $GOAL KiB private: kept"
