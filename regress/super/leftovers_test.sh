# leftovers_test.sh -- what a service or a dead supervisor leaves in the cell,
# and what becomes of a supervisor whose cell goes.

# The name of a test's cell; make_cell sets it.
cell=

# test_case NAME DESCRIPTION
test_case()
{
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; }"
	eval "$1_cleanup() { cells_teardown; }"
}

test_case leftovers 'ends what a service leaves behind, before the next and last'
leftovers_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
	make_cell web
	[ "$(cellctl version -H -o enforces)" = 1 ] ||
	    atf_skip "a rig that does not enforce does not limit processes"
	atf_check cellctl set "$cell" maxproc=60
	echo 'while :; do sh ./bomb & sh ./bomb & wait; done' >bomb
	cat >service <<-'EOF'
	[ ! -f done ] || exec sleep 1000
	: >done
	sh ./bomb &
	i=0
	while [ $i -lt 500 ]; do i=$((i + 1)); done
	exit 1
	EOF
	detach -b 20ms "$cell" /bin/sh -c "cd $PWD && . ./service" 2>/dev/null
	cells_await 120 is restarts 1
	cells_await 120 is state ready
	atf_check -o inline:'60\t1\n' cellctl list -H -o maxproc,procs "$cell"
	stop
	atf_check -o inline:'0\tlive\n' cellctl list -H -o procs,state "$cell"
}

test_case quiet_sweep 'ending leftovers leaves no traces among the denials'
quiet_sweep_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
	make_cell web
	detach "$cell" sleep 1000
	atf_check cellctl kill "$cell"
	cells_await 20 unsupervised
	logged 'gives up: the cell is gone' || atf_fail "does not say why"
	atf_check -s exit:1 -e match:'the cell is' \
	    cellctl supervise -D -o "$PWD/log" "$cell" sleep 1000
	atf_check cellctl destroy "$cell"
}

atf_init_test_cases()
{
	for _case in leftovers full_cell fork_bomb quiet_sweep takeover \
	    lent_limit cell_killed; do
		atf_add_test_case "$_case"
	done
}
