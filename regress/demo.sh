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
. regress/lib/tour.sh

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
	trap '' HUP INT TERM
	# What was interrupted may still be at work, and hold a lock.
	soon nothing_left || :
	sed -n 's/^supervisor //p' "$work"/run/*.status 2>/dev/null |
	    while read -r pid; do
		kill -KILL "$pid" 2>/dev/null || :
	done
	# The members of a rig that enforces end with it.
	[ -z "${rig:-}" ] || kill "$rig" 2>/dev/null || :
	wait
	cd /
	rm -rf "$work"
	exit "$status"
}

# nothing_left -- ends what the tour has made.
nothing_left()
{
	cellmgr stop --all
	for made in bomb web; do
		cellctl destroy -k "$made" || :
	done
	! cellctl list -H -o name | grep -Eqx 'hourly|watch|bomb|web'
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

prepare()
{
	chmod 755 "$work"	# a service of the tour is nobody
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
	web_server
}

# web_server -- a small one: of NetBSD's base, or a few lines of the perl that
# every Debian has.
web_server()
{
	echo hello >"$work/index.html"
	if [ -x /usr/libexec/httpd ]; then
		cat >"$work/httpd" <<-EOF
		#!/bin/sh
		exec /usr/libexec/httpd -b -f -s -i 127.0.0.1 -I "\$1" -S demo $work
		EOF
		cat >"$work/get" <<-'EOF'
		#!/bin/sh
		exec ftp -V -o - "http://127.0.0.1:$1/index.html"
		EOF
	else
		cat >"$work/httpd" <<-'EOF'
		#!/usr/bin/perl
		use IO::Socket::INET;
		$s = IO::Socket::INET->new(Listen => 5, ReuseAddr => 1,
		    LocalAddr => "127.0.0.1", LocalPort => $ARGV[0]);
		if (!$s) {
			print STDERR "httpd: bind to port $ARGV[0]: $!\n";
			exit 1;
		}
		while ($c = $s->accept) {
			<$c>;
			print $c "HTTP/1.0 200 OK\r\n\r\nhello\n";
			close $c;
		}
		EOF
		cat >"$work/get" <<-'EOF'
		#!/usr/bin/perl
		use IO::Socket::INET;
		$s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$!\n";
		print $s "GET / HTTP/1.0\r\n\r\n";
		$_ = join "", <$s>;
		s/.*\r\n\r\n//s;
		print;
		EOF
	fi
	chmod 755 "$work/httpd" "$work/get"
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
	show 0 cellctl stats -o name,procs,peak,forks,cpu,rss,denied
	check "hourly started before watch" \
	    [ "$(field id hourly)" -lt "$(field id watch)" ]
}

# tour_signal -- only where decisions bind processes is a signal refused.
tour_signal()
{
	title "One cell cannot touch another"
	cellctl exec hourly sleep 300 2>/dev/null &
	victim=$!
	soon more_than 1 hourly || :
	show 1 cellctl exec watch kill -TERM "$victim"
	check "the process in the other cell lives" alive "$victim"
	show 0 cellctl explain -o rule,denied,what watch
	said '^process.other.signal	1	'
	show 0 cellctl exec hourly kill -TERM "$victim"
	check "within its own cell it was ended" soon not_alive "$victim"
}

not_alive()
{
	! alive "$1"
}

# more_than NUMBER CELL -- has the cell more processes?
more_than()
{
	[ "$(field procs "$2")" -gt "$1" ]
}

tour_bomb()
{
	title "A fork bomb is held by maxproc, and ended by kill"
	show 0 cellctl create -n bomb -m 30 /
	if command -v perl >/dev/null; then
		set -- perl -e 'fork while 1'
	else
		set -- awk 'BEGIN { for (;;) system("sleep 300 &") }'
	fi
	note "\$ cellctl exec bomb $1 ${3:+$2 }\"${3:-$2}\" &"
	cellctl exec bomb "$@" >/dev/null 2>&1 &
	check "the bomb gets to its limit" soon more_than 28 bomb
	show 0 cellctl stats -o name,procs,peak,forks,cpu,rss bomb
	said '^bomb	(29|30)	30	'
	show 0 cellctl explain -o rule,denied,what,command bomb
	said '^process.fork.maxproc	[1-9]'
	show 0 cellctl kill bomb
	show 0 cellctl list -o name,state,procs bomb
	said '^bomb	dying	0$'
	show 0 cellctl destroy bomb
}

# free_port PORT... -- the first that nobody here uses.
free_port()
{
	for port in "$@"; do
		"$work/get" "$port" >/dev/null 2>&1 || return 0
	done
}

# serves PORT -- does somebody answer there, as our server does?
serves()
{
	[ "$("$work/get" "$1")" = hello ]
}

# tour_learn -- a service of another user than root, on a privileged port where
# who decides may give it that.
tour_learn()
{
	if [ "$(id -u)" = 0 ]; then
		free_port 80 88 591 593
		set -- -u nobody
	else
		free_port 8088 8888 18080 28080
		set --
	fi
	title "A service is watched while it learns, and then held to that"
	show 0 cellctl create -n web -p high -L /
	serve
	check "it serves while it learns" soon serves "$port"
	show 0 cellctl suggest web
	said "ports.*$port"
	show 0 cellctl exec web kill "$server"
	wait "$server" || :
	show 0 cellctl set web mode=enforce "ports=$port"
	serve "$@"
	check "it serves when it is held to that" soon serves "$port"
	show 0 "$work/get" "$port"
	said '^hello$'
	show 0 cellctl list -o name,mode,ports,procs web
	said "^web	enforce	$port	1$"
	check "it runs as who it should" runs_as "${2:-$(id -un)}" "$server"
	title "A port that it did not learn, and one of another cell, are refused"
	for other in $((port + 1)) 8080; do
		show 1 cellctl exec "$@" web "$work/httpd" "$other"
		said "Permission denied"
	done
	show 0 cellctl explain -o rule,denied,what web
	said '^network.bind.undeclared	1	'
	said '^network.bind.other	1	'
	title "Every way out that can be tried without harm"
	note '$ cellctl probe -o operation,result,rule,what web'
	check "nothing is open that could be closed" probe web
	{ sed 7q "$work/said"; echo ...; } | aligned | sed 's/^/    /'
	said '^chroot	closed	system.chroot'
	awk -F '\t' 'NR > 1 { n[$2]++ } END {
	    printf "    %d ways are closed, %d open, %d not there to be tried\n",
	    n["closed"], n["open"], n["absent"] }' "$work/said"
	sed 's/^/    /' "$work/boundaries"
	show 0 cellctl destroy -k web
}

# probe CELL -- what it says goes to $work/said and $work/boundaries.
probe()
{
	cellctl probe -o operation,result,rule,what "$1" >"$work/said" \
	    2>"$work/boundaries"
}

# runs_as USER PROCESS
runs_as()
{
	[ "$(ps -o user= -p "$2" | tr -d ' ')" = "$1" ]
}

# serve OPTION... -- the web server in its cell, in the background; it is no
# shell's child, since exec replaces itself: its number is in $server.
serve()
{
	note "\$ cellctl exec${1:+ $*} web httpd $port &"
	cellctl exec "$@" web "$work/httpd" "$port" >/dev/null 2>&1 &
	server=$!
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
tour_change
if [ "$(cellctl version -H -o enforces)" = 1 ]; then
	tour_signal
	tour_bomb
	tour_learn
else
	echo "    (nothing here can bind processes to the decisions)"
fi
tour_backup
tour_mistake
tour_stop
printf '\n%s of %s claims held.\n' "$((checks - wrong))" "$checks"
[ "$wrong" -eq 0 ]
