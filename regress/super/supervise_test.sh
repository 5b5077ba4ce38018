# supervise_test.sh -- cellctl supervise by its outside: starting, stopping,
# starting again, and what it passes on.

# The name of a test's cell; make_cell sets it.
cell=

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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
	make_cell web
	atf_check cellctl supervise -R on-failure -o "$PWD/log" "$cell" true
	atf_check -s exit:1 -e match:'exited with status 1' \
	    cellctl supervise -R never -o "$PWD/log" "$cell" false
	atf_check_equal 2 "$(grep -c 'in service' log)"
}

test_case asked_to_restart 'SIGUSR1 restarts, without delay and by the stop signal'
asked_to_restart_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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

test_case log_rotation 'SIGHUP opens the log file anew, as newsyslog wants'
log_rotation_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	for _case in detach detach_fails foreground usage options \
	    one_supervisor restart no_restart asked_to_restart signals grace \
	    log_rotation log_text; do
		atf_add_test_case "$_case"
	done
}
