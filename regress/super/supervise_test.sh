# supervise_test.sh -- cellctl supervise by its outside alone: what it prints,
# exits with, logs, and leaves behind.

# make_cell NAME -- makes a cell on the host's root; its name is then in $cell.
make_cell()
{
	cells_setup
	cell=$(cells_name "$1")
	atf_check -o ignore cellctl create -n "$cell" /
}

# detach OPTION... COMMAND -- a supervisor in the background that logs to
# the file `log'; `CELL' stands for the cell.
detach()
{
	atf_check cellctl supervise -D -o "$PWD/log" "$@"
}

# status KEY -- prints one value of the supervisor's status file.
status()
{
	sed -n "s/^$1 //p" "$CELLS_RUN/$cell.status"
}

# is KEY VALUE -- has the status file that value?
is()
{
	[ "$(status "$1")" = "$2" ]
}

# supervisor -- prints the supervisor's process id as the listing has it.
supervisor()
{
	cellctl list -H -o super "$cell"
}

unsupervised()
{
	[ "$(supervisor)" = - ]
}

# stop -- asks the supervisor to stop and waits until it has.
stop()
{
	kill "$(supervisor)"
	cells_await 20 unsupervised
}

# printed [FILE] -- what the service printed, without the supervisor's lines.
printed()
{
	sed -e '/\]: supervise: /d' -e 's/^[^ ]* [^ ]*\]: //' "${1:-log}"
}

# expect_printed TEXT [FILE] -- the service has printed just that.
expect_printed()
{
	printf '%b' "$1" >expected
	printed "${2:-log}" >found
	atf_check -o file:expected cat found
}

# lines COUNT -- has the service printed that many?
lines()
{
	[ "$(printed | wc -l)" -ge "$1" ]
}

# has_lines COUNT FILE
has_lines()
{
	[ "$(wc -l <"$2")" -ge "$1" ]
}

# logged TEXT -- is it in the log?
logged()
{
	grep -q -- "$1" log
}

# test_case NAME DESCRIPTION
test_case()
{
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; }"
	eval "$1_cleanup() { cells_teardown; }"
}

test_case detach 'goes to the background once the service is ready'
detach_body()
{
	make_cell web
	detach "$cell" /bin/sh -c 'echo up; exec sleep 1000'
	atf_check_equal ready "$(status state)"
	atf_check_equal "$(supervisor)" "$(status supervisor)"
	atf_check -o inline:'1\n' cellctl list -H -o procs "$cell"
	cells_await 10 lines 1
	service=$(status service)
	stop
	cells_gone "$service" || atf_fail "the service lives"
	atf_check -o inline:'0\tlive\n' cellctl list -H -o procs,state "$cell"
	atf_check ls "$CELLS_RUN"
}

test_case detach_fails 'tells why the service did not get ready, and leaves nothing'
detach_fails_body()
{
	make_cell web
	set -- cellctl supervise -D -o "$PWD/log"
	atf_check -s exit:1 -e match:"^cellctl: $cell: .*/no/such: not found in the cell$" \
	    "$@" "$cell" /no/such
	atf_check -s exit:1 -e match:'exited with status 4' \
	    "$@" -r 'sh -c "sleep 1; false"' "$cell" /bin/sh -c 'exit 4'
	atf_check -s exit:1 -e inline:"cellctl: $cell: not ready within 300ms\n" \
	    "$@" -r false -W 300ms "$cell" sleep 1000
	atf_check -s exit:1 -e match:'directory /no/such' \
	    "$@" -d /no/such "$cell" sleep 1000
	atf_check -s exit:1 -e match:'log file: .*not a regular file' \
	    cellctl supervise -D -o /dev/null "$cell" sleep 1000
	atf_check -s exit:1 -e match:'no such cell' "$@" no-such-cell sleep 1000
	logged 'not ready within 300ms' || atf_fail "does not say what was awaited"
	atf_check -o inline:'0\t-\n' cellctl list -H -o procs,super "$cell"
	atf_check ls "$CELLS_RUN"
}

test_case foreground 'stays, and exits with what came of it'
foreground_body()
{
	make_cell web
	atf_check -o save:out cellctl supervise -R never -o - "$cell" /bin/sh -c 'echo hello'
	expect_printed 'hello\n' out
	atf_check -o match:'exited with status 0' cat out
	atf_check -s exit:1 -o match:'exited with status 3' \
	    -e match:"^cellctl: $cell: process [0-9]* exited with status 3" \
	    cellctl supervise -R never -o - "$cell" /bin/sh -c 'exit 3'
	atf_check -o match:' tag\[[0-9]*\]: err$' \
	    cellctl supervise -R never -T tag -o - "$cell" /bin/sh -c 'echo err >&2'
}

test_case usage 'says what is wrong with its options'
usage_body()
{
	make_cell web
	while IFS='|' read -r message options; do
		eval "set -- $options"
		atf_check -s exit:2 -e match:"$message" cellctl supervise "$@" "$cell" true
	done <<-'EOF'
	restart policy "alwas" .did you mean "always"|-R alwas
	unknown signal "TERN" .did you mean "TERM"|-S TERN
	FACILITY.LEVEL|-l daemon
	unknown facility "demon" .did you mean "daemon"|-l demon.info
	unknown level|-l daemon.inform
	unknown reaction|-a ignore
	unterminated single quote|-H "sh -c 'x"
	no command|-r ' '
	retries must be 1|-n 0
	duration|-g fast
	standard output|-D -o -
	tag "a b"|-T 'a b'
	unknown resource limit|-L files=3
	NAME=VALUE|-e X
	delay before a restart|-b 1ms
	absolute path|-d etc
	octal|-m 999
	EOF
	atf_check -s exit:2 -e match:'operand missing' cellctl supervise "$cell"
	atf_check -o inline:'0\t-\n' cellctl list -H -o procs,super "$cell"
}

test_case options 'passes user, directory, environment, limits and umask on'
options_body()
{
	make_cell web
	# shellcheck disable=SC2016 # it is for the shell in the cell
	atf_check -o save:out cellctl supervise -R never -o - -d /etc -e A='b c' -L nofile=77:88 \
	    -m 027 "$cell" /bin/sh -c 'pwd; echo "$A"; ulimit -Sn; ulimit -Hn; umask'
	expect_printed '/etc\nb c\n77\n88\n0027\n' out
	if [ "$(id -u)" = 0 ]; then
		atf_check -o save:out cellctl supervise -R never -o - -u 77:88 "$cell" \
		    /bin/sh -c 'id -u; id -g; id -G'
		expect_printed '77\n88\n88\n' out
	fi
}

test_case one_supervisor 'a cell has one at a time'
one_supervisor_body()
{
	make_cell web
	detach "$cell" sleep 1000
	first=$(supervisor)
	for option in -D -Rnever; do
		atf_check -s exit:1 \
		    -e inline:"cellctl: cell $cell has a supervisor already, process $first\n" \
		    cellctl supervise "$option" -o "$PWD/log2" "$cell" sleep 1000
	done
	atf_check_equal "$first" "$(supervisor)"
	is state ready || atf_fail "the first one is $(status state)"
	stop
}

test_case restart 'starts again what failed, and loses no line over it'
restart_body()
{
	make_cell web
	cat >service <<-'EOF'
	n=$(($(cat n 2>/dev/null || echo 0) + 1))
	echo $n >n
	echo run $n
	printf 'no newline'
	[ $n -lt 5 ] || exec sleep 1000
	exit 7
	EOF
	detach -b 20ms -B 20ms -R on-failure "$cell" /bin/sh -c "cd $PWD && . ./service"
	cells_await 20 is restarts 4
	cells_await 20 is state ready
	atf_check_equal '4 4 status 7' "$(status exits) $(status failures) $(status last-exit)"
	cells_await 10 lines 9
	stop
	expect_printed "$(for n in 1 2 3 4 5; do printf 'run %s\\nno newline\\n' "$n"; done)"
}

test_case no_restart 'leaves ended what the policy says'
no_restart_body()
{
	make_cell web
	atf_check cellctl supervise -R on-failure -o "$PWD/log" "$cell" true
	atf_check -s exit:1 -e match:'exited with status 1' \
	    cellctl supervise -R never -o "$PWD/log" "$cell" false
	atf_check_equal 2 "$(grep -c 'in service' log)"
}

test_case asked_to_restart 'SIGUSR1 restarts, without delay and by the stop signal'
asked_to_restart_body()
{
	make_cell web
	detach -R never -S INT -b 1h "$cell" \
	    /bin/sh -c 'trap "echo bye; exit 0" INT; echo up; while :; do sleep 0.1; done'
	cells_await 10 lines 1
	first=$(status service)
	kill -USR1 "$(supervisor)"
	cells_await 20 is restarts 1
	cells_await 20 is state ready
	[ "$first" != "$(status service)" ] || atf_fail "it is the same process"
	printed | grep -qx bye || atf_fail "it was not asked by its signal"
	stop
}

test_case signals 'passes signals on'
signals_body()
{
	make_cell web
	detach "$cell" /bin/sh -c 'trap "echo usr2" USR2; trap "echo quit" QUIT
	    echo up; while :; do sleep 0.1; done'
	cells_await 10 lines 1
	kill -USR2 "$(supervisor)"
	cells_await 10 lines 2
	kill -QUIT "$(supervisor)"
	cells_await 10 lines 3
	expect_printed 'up\nusr2\nquit\n'
	is restarts 0 || atf_fail "it was restarted"
	stop
}

test_case grace 'kills what does not stop in time'
grace_body()
{
	make_cell web
	detach -g 200ms "$cell" \
	    /bin/sh -c 'trap "" TERM; echo up; while :; do sleep 0.1; done'
	cells_await 10 lines 1
	service=$(status service)
	stop
	cells_gone "$service" || atf_fail "the service lives"
	logged 'did not stop within 200ms' || atf_fail "does not say why"
	logged 'was ended by SIGKILL' || atf_fail "does not say how"
}

test_case leftovers 'ends what a service leaves behind, before the next and last'
leftovers_body()
{
	make_cell web
	cat >service <<-'EOF'
	(trap '' TERM HUP; sleep 1000 & echo $! >>pids; wait) &
	while [ "$(cat pids 2>/dev/null | wc -l)" -lt "$RUNS" ]; do sleep 0.05; done
	EOF
	cat >main <<-'EOF'
	RUNS=$(($(cat runs 2>/dev/null || echo 0) + 1))
	echo $RUNS >runs
	. ./service
	[ $RUNS -lt 2 ] || exec sleep 1000
	exit 1
	EOF
	detach -b 20ms "$cell" /bin/sh -c "cd $PWD && . ./main"
	cells_await 20 is restarts 1
	cells_await 20 has_lines 2 pids
	cells_gone "$(sed -n 1p pids)" || atf_fail "what the first run left is there"
	second=$(sed -n 2p pids)
	cells_gone "$second" && atf_fail "what belongs to the running service is gone"
	stop
	cells_gone "$second" || atf_fail "process $second lives on"
	atf_check -o inline:'0\tlive\n' cellctl list -H -o procs,state "$cell"
}

test_case full_cell 'ends leftovers that leave no room for another process'
full_cell_body()
{
	make_cell web
	cat >service <<-'EOF'
	[ ! -f go ] || exec sleep 1000
	sleep 1000 & sleep 1000 & sleep 1000 &
	echo $! >pid
	while [ ! -f go ]; do sleep 0.1; done
	exit 1
	EOF
	detach -b 20ms "$cell" /bin/sh -c "cd $PWD && . ./service"
	cells_await 20 test -s pid
	atf_check cellctl set "$cell" maxproc=3
	touch go
	cells_await 20 is restarts 1
	cells_await 20 is state ready
	cells_gone "$(cat pid)" || atf_fail "what the first run left is there"
	atf_check -o inline:'3\t1\n' cellctl list -H -o maxproc,procs "$cell"
	stop
}

test_case fork_bomb 'ends leftovers that fork as fast as they can'
fork_bomb_body()
{
	make_cell web
	cells_on_netbsd || atf_skip "a rig does not limit processes"
	atf_check cellctl set "$cell" maxproc=60
	echo 'while :; do sh ./bomb & sh ./bomb & wait; done' >bomb
	cat >service <<-'EOF'
	[ ! -f done ] || exec sleep 1000
	: >done
	sh ./bomb &
	i=0
	while [ $i -lt 2000 ]; do i=$((i + 1)); done
	exit 1
	EOF
	detach -b 20ms "$cell" /bin/sh -c "cd $PWD && . ./service" 2>/dev/null
	cells_await 60 is restarts 1
	cells_await 60 is state ready
	atf_check -o inline:'60\t1\n' cellctl list -H -o maxproc,procs "$cell"
	stop
	atf_check -o inline:'0\tlive\n' cellctl list -H -o procs,state "$cell"
}

test_case quiet_sweep 'ending leftovers leaves no traces among the denials'
quiet_sweep_body()
{
	make_cell web
	detach "$cell" /bin/sh -c "sleep 1000 & echo \$! >$PWD/pid; exec sleep 1000"
	cells_await 20 test -s pid
	stop
	cells_gone "$(cat pid)" || atf_fail "process $(cat pid) lives on"
	atf_check cellctl denials -H "$cell"
}

test_case takeover 'a supervisor that is killed is seen, and taken over from'
takeover_body()
{
	make_cell web
	detach "$cell" /bin/sh -c "sleep 1000 & echo \$! >$PWD/pid; wait"
	cells_await 10 test -s pid
	old=$(cat pid)
	kill -KILL "$(supervisor)"
	cells_await 10 unsupervised
	atf_check -o match:'^-	[1-9]' cellctl list -H -o super,procs "$cell"
	detach "$cell" /bin/sh -c 'exec sleep 1000'
	cells_gone "$old" || atf_fail "process $old of the first service lives"
	atf_check -o inline:'1\n' cellctl list -H -o procs "$cell"
	logged 'in the cell already' || atf_fail "does not say what it found"
	stop
}

test_case lent_limit 'sets back a process limit that a dead supervisor had lent'
lent_limit_body()
{
	make_cell web
	detach "$cell" sleep 1000
	kill -KILL "$(supervisor)"
	cells_await 10 unsupervised
	atf_check cellctl set "$cell" maxproc=1
	sed 's/^maxproc -/maxproc 7/' "$CELLS_RUN/$cell.status" >status.new
	mv status.new "$CELLS_RUN/$cell.status"
	detach "$cell" sleep 1000
	atf_check -o inline:'7\n' cellctl list -H -o maxproc "$cell"
	atf_check_equal - "$(status maxproc)"
	stop
}

test_case cell_killed 'ends when its cell does'
cell_killed_body()
{
	make_cell web
	detach "$cell" sleep 1000
	atf_check cellctl kill "$cell"
	cells_await 20 unsupervised
	logged 'gives up: the cell is gone' || atf_fail "does not say why"
	atf_check -s exit:1 -e match:'the cell is' \
	    cellctl supervise -D -o "$PWD/log" "$cell" sleep 1000
	atf_check cellctl destroy "$cell"
}

test_case health_restart 'restarts what is ill'
health_restart_body()
{
	make_cell web
	detach -b 20ms -H "test ! -f $PWD/ill" -i 50ms -n 2 "$cell" sleep 1000
	cells_await 20 is health ok
	first=$(status service)
	touch ill
	cells_await 20 logged 'unhealthy: 2 checks in a row have failed'
	rm ill
	cells_await 20 is health ok
	[ "$first" != "$(status service)" ] || atf_fail "was not restarted"
	[ "$(status checks-failed)" -ge 2 ] || atf_fail "failures were not counted"
	[ "$(status checks-ok)" -ge 2 ] || atf_fail "successes were not counted"
	stop
}

test_case health_report 'or only says so'
health_report_body()
{
	make_cell web
	detach -a report -i 50ms -n 1 \
	    -H "sh -c 'test ! -f $PWD/ill || { echo feeling bad; exit 9; }'" "$cell" sleep 1000
	cells_await 20 is health ok
	first=$(status service)
	touch ill
	cells_await 20 is state unhealthy
	is health failing || atf_fail "health is $(status health)"
	logged 'check exited with status 9: feeling bad' || atf_fail "does not say why"
	rm ill
	cells_await 20 is state ready
	atf_check_equal "$first" "$(status service)"
	stop
}

test_case health_hangs 'a check that hangs has failed, and is ended'
health_hangs_body()
{
	make_cell web
	detach -a report -i 50ms -w 500ms -n 1 \
	    -H "sh -c 'echo \$\$ >>$PWD/checks; sleep 1000'" "$cell" sleep 1000
	cells_await 20 is state unhealthy
	logged 'check took longer than 500ms' || atf_fail "does not say why"
	cells_await 10 cells_gone "$(sed -n 1p checks)"
	stop
}

test_case readiness 'waits until the service is ready'
readiness_body()
{
	make_cell web
	cellctl supervise -D -o "$PWD/log" -r "test -f $PWD/up" "$cell" sleep 1000 &
	waiting=$!
	cells_await 20 logged 'check exited with status 1'
	is state running || atf_fail "it is $(status state)"
	cells_gone "$waiting" && atf_fail "it did not wait"
	touch up
	wait "$waiting" || atf_fail "it failed"
	is state ready || atf_fail "it is $(status state)"
	stop
}

test_case log_rotation 'SIGHUP opens the log file anew, as newsyslog wants'
log_rotation_body()
{
	make_cell web
	detach "$cell" /bin/sh -c "n=0; while :; do n=\$((n + 1)); echo line \$n
	    [ -f $PWD/end ] && break; done; exec sleep 1000"
	cells_await 10 lines 100
	mv log log.0
	kill -HUP "$(supervisor)"
	cells_await 10 test -f log
	cells_await 10 lines 100
	touch end
	sleep 1
	stop
	{ printed log.0; printed log; } | awk '$2 != NR { print "line " NR " is " $0; exit 1 }' ||
	    atf_fail "a line was lost or doubled"
	case $(ls -l log) in
	-rw-r-----*) ;;
	*) atf_fail "$(ls -l log)" ;;
	esac
}

test_case log_text 'splits long lines and escapes what is not text'
log_text_body()
{
	make_cell web
	atf_check -o save:out cellctl supervise -R never -o - "$cell" /bin/sh -c \
	    'printf "a\033[1m\tb\000\377\n"; awk "BEGIN { for (i = 0; i < 2500; i++) printf \"x\"; print \"\" }"'
	printed out >found
	atf_check -o match:'^a\\033\[1m	b\\000\\377$' cat found
	printed out | sed 1d | awk '{ n += length($0) } length($0) > 1000 { exit 1 }
	    END { exit !(n == 2500 && NR == 3) }' || atf_fail "$(printed out)"
}

atf_init_test_cases()
{
	for _case in detach detach_fails foreground usage options one_supervisor restart \
	    no_restart asked_to_restart signals grace leftovers full_cell fork_bomb quiet_sweep \
	    takeover lent_limit cell_killed \
	    health_restart health_report health_hangs readiness log_rotation log_text; do
		atf_add_test_case "$_case"
	done
}
