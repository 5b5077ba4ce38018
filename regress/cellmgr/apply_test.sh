# cellmgr plan and apply: what changes, in which order, and what does not.

atf_test_case twice cleanup
twice_head()
{
	atf_set descr "cells come up in order; the second apply changes nothing"
}
twice_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) db=$(cells_name db)
	manifest "$web" "depend $db" 'ports 18080' 'maxproc 20'
	manifest "$db" 'profile medium' 'allow ipc' \
	    "command /bin/sh -c 'sleep 1; : >$CELLS_WORK/up; exec sleep 1000'" \
	    "health interval=1s /bin/test -e $CELLS_WORK/up"
	cat >plan <<-END
	+ $db: create the cell (profile medium, allow ipc)
	+ $db: start /bin/sh -c sleep 1; : >$CELLS_WORK/up; exec sleep 1000
	+ $web: create the cell (profile high, ports 18080, maxproc 20)
	+ $web: start /bin/sleep 1000
	END
	atf_check -s exit:3 -o file:plan cellmgr plan
	atf_check -s exit:3 -o file:plan cellmgr apply -n
	atf_check -o empty cellctl list -H
	atf_check -o file:plan cellmgr apply
	idle
	atf_check -o inline:"ready\nready\n" cellmgr status -H -o state
	atf_check -o inline:"medium\tipc\n" cellctl list -H -o profile,allow "$db"
	# The dependency was up, and healthy, before its dependant was made.
	[ "$(kernel "$db" id)" -lt "$(kernel "$web" id)" ] ||
	    atf_fail "$web was there before $db"
	clean
}
twice_cleanup()
{
	cells_teardown
}

atf_test_case live cleanup
live_head()
{
	atf_set descr "the kernel's fields change live, others wait for -r"
}
live_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web" 'ports 18080'
	atf_check -o ignore cellmgr apply
	id=$(kernel "$web" id)
	manifest "$web" 'ports 18081 18082' 'profile low' 'mode learn' \
	    'allow ipc' 'addr 192.0.2.1' 'maxproc 9' 'autostart no'
	cat >plan <<-END
	~ $web: profile high -> low (live)
	~ $web: mode enforce -> learn (live)
	~ $web: allow - -> ipc (live)
	~ $web: ports 18080 -> 18081,18082 (live)
	~ $web: addr - -> 192.0.2.1 (live)
	~ $web: maxproc 0 -> 9 (live)
	~ $web: autostart yes -> no
	END
	atf_check -s exit:3 -o file:plan cellmgr plan
	atf_check -o file:plan cellmgr apply
	idle
	atf_check -o inline:"$id\tlow\tlearn\tipc\t18081,18082\t192.0.2.1\t9\n" \
	    cellctl list -H -o id,profile,mode,allow,ports,addrs,maxproc "$web"

	manifest "$web" 'ports 18081 18082' 'profile high' 'env A=1'
	atf_check -s exit:3 -o match:"profile low -> high \(live\)" \
	    -o match:"env \(restart\)" \
	    -e inline:"cellmgr: not done (restart): $web; \`cellmgr apply -r' starts anew what needs it\n" \
	    cellmgr apply
	atf_check -o inline:"$id\thigh\n" cellctl list -H -o id,profile "$web"
	atf_check -s exit:3 -o inline:"~ $web: env (restart)\n    + A=1\n" \
	    cellmgr plan
	# Who reads both streams reads what it is about first.
	atf_check -s exit:3 -o match:"^1:~ $web: env \(restart\)" -o match:'^3:cellmgr: not done' \
	    sh -c '{ cellmgr apply 2>&1; echo $? >status; } | grep -n .; exit "$(cat status)"'
	atf_check -o match:'start /bin/sleep' cellmgr apply -r
	atf_check -o inline:"nothing to do\n" cellmgr apply -r
	[ "$(kernel "$web" id)" != "$id" ] || atf_fail "$web was not restarted"
}
live_cleanup()
{
	cells_teardown
}

atf_test_case runtime cleanup
runtime_head()
{
	atf_set descr "what somebody changed in the kernel is drift, too"
}
runtime_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	atf_check -o ignore -e ignore cellctl allow "$web" ipc
	atf_check -s exit:3 \
	    -o inline:"~ $web: allow ipc -> -, changed at run time (live)\n" \
	    cellmgr plan
	atf_check -o inline:"1\n" cellmgr status -H -o drift "$web"
	atf_check -o ignore cellmgr apply
	atf_check -o inline:"-\n" cellctl list -H -o allow "$web"
	# An exception with an end is an admin's, and ends by itself.
	atf_check -o ignore -e ignore cellctl allow -t 60s "$web" ipc
	idle
	atf_check -o inline:"ipc\n" cellctl list -H -o allow "$web"
}
runtime_cleanup()
{
	cells_teardown
}

atf_test_case orphan cleanup
orphan_head()
{
	atf_set descr "a cell without a manifest is shown, and ended where asked"
}
orphan_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) mine=$(cells_name mine)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	atf_check -o ignore cellctl create -n "$mine" /
	rm "$CELLS_ETC/$web.cell"
	atf_check -s exit:3 \
	    -o inline:"- $web: has no manifest and is running (prune)\n" \
	    cellmgr plan
	atf_check -s exit:3 -o ignore -e match:"apply -p' ends" cellmgr apply
	atf_check -o inline:"live\n" cellctl list -H -o state "$web"
	atf_check -o match:"$web: stop the service" cellmgr apply -p
	atf_check -s exit:1 -e ignore cellctl list -H "$web"
	atf_check -o inline:"nothing to do\n" cellmgr apply -p
	# One that cellmgr did not make is none of its business...
	atf_check -o inline:"live\n" cellctl list -H -o state "$mine"
	# ... unless it is in the way.
	manifest "$mine"
	atf_check -s exit:1 -e match:"cellctl destroy -k $mine" cellmgr apply
	atf_check -o inline:"foreign\n" cellmgr status -H -o state "$mine"
	# That is no reason to be silent about what else waits.
	manifest "$web"
	atf_check -s exit:1 -o match:"$web: start" -e ignore cellmgr apply
	echo 'env A=1' >>"$CELLS_ETC/$web.cell"
	atf_check -s exit:1 -o match:"$web: env \(restart\)" -e match:"not done \(restart\): $web;" \
	    -e match:"cellctl destroy -k $mine" cellmgr apply
}
orphan_cleanup()
{
	cells_teardown
}

atf_test_case failure cleanup
failure_head()
{
	atf_set descr "one that fails is undone, and stops only its dependants"
}
failure_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	bad=$(cells_name bad) web=$(cells_name web) other=$(cells_name other)
	manifest "$bad" 'command /no/such/program'
	manifest "$web" "depend $bad"
	manifest "$other"
	atf_check -s exit:1 -o match:"$other: start" \
	    -e match:"^cellmgr: $bad: .*/no/such/program" \
	    -e match:"^cellmgr: $web: not started: $bad, on which it depends, failed" \
	    -e match:"^cellmgr: 2 of 3 cells failed: $bad $web" \
	    cellmgr apply
	atf_check -o inline:"$other\n" cellctl list -H -o name
	atf_check -o inline:"down\n" cellmgr status -H -o state "$bad"
	atf_check -o match:"failed $bad $web" cellmgr history -H -o result
	manifest "$bad"
	atf_check -o ignore cellmgr apply
	idle
	# A port that another cell holds is named with its holder.
	mine=$(cells_name mine)
	atf_check -o ignore cellctl create -n "$mine" -P 18099 /
	new=$(cells_name new)
	manifest "$new" 'ports 18099'
	atf_check -s exit:1 -o ignore \
	    -e match:"$new: port 18099 belongs to cell $mine" cellmgr apply
}
failure_cleanup()
{
	cells_teardown
}

atf_test_case lock cleanup
lock_head()
{
	atf_set descr "two at a time exclude each other; the holder is named"
}
lock_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web" "command /bin/sh -c 'exec sleep 1000'" \
	    "health interval=1s /bin/test -e $CELLS_WORK/go"
	cellmgr apply >first.out 2>&1 &
	first=$!
	cells_await 10 test -e "$CELLS_RUN/$web.status"
	atf_check -s exit:1 -e match:"process $first works on the cells: cellmgr apply since" \
	    cellmgr apply
	atf_check -s exit:3 -o ignore cellmgr plan
	: >go
	wait "$first" || atf_fail "the first one failed: $(cat first.out)"
	idle
}
lock_cleanup()
{
	cells_teardown
}

atf_test_case interrupt cleanup
interrupt_head()
{
	atf_set descr "an apply that is interrupted takes back what it began"
}
interrupt_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) later=$(cells_name later)
	manifest "$web" "health interval=1s /bin/test -e $CELLS_WORK/go"
	manifest "$later" "depend $web"
	cellmgr apply >out 2>&1 &
	cells_await 10 test -e "$CELLS_RUN/$web.status"
	kill -TERM $!
	wait $! && atf_fail "it did not fail"
	atf_check -o empty cellctl list -H
	: >go
	atf_check -o ignore cellmgr apply
	idle
	atf_check -o ignore cellmgr stop -a
}
interrupt_cleanup()
{
	cells_teardown
}

atf_test_case supervisor cleanup
supervisor_head()
{
	atf_set descr "a supervisor that died is noticed, and its cell mended"
}
supervisor_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	kill -KILL "$(awk '$1 == "supervisor" { print $2 }' "$CELLS_RUN/$web.status")"
	cells_await 5 is_state "$web" broken
	atf_check -s exit:1 -o match:"bad.*$web is there in part only.*cellmgr apply $web" \
	    cellmgr doctor -H
	atf_check -s exit:3 -o match:"- $web: end the cell" cellmgr plan
	atf_check -o ignore cellmgr apply
	idle
	atf_check -o inline:"ready\n" cellmgr status -H -o state "$web"
}
supervisor_cleanup()
{
	cells_teardown
}

atf_test_case trade cleanup
trade_head()
{
	atf_set descr "two cells trade their ports in one apply"
}
trade_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	a=$(cells_name a) b=$(cells_name b)
	manifest "$a" 'ports 18001'
	manifest "$b" 'ports 18002'
	atf_check -o ignore cellmgr apply
	manifest "$a" 'ports 18002'
	manifest "$b" 'ports 18001'
	atf_check -o match:'give up' cellmgr apply
	idle
	atf_check -o inline:"18002\n" cellctl list -H -o ports "$a"
	atf_check -o inline:"18001\n" cellctl list -H -o ports "$b"
}
trade_cleanup()
{
	cells_teardown
}

atf_test_case done_ cleanup
done__head()
{
	atf_set descr "a service that is not to be restarted may end"
}
done__body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	job=$(cells_name job)
	manifest "$job" "command /bin/sh -c ': >>$CELLS_WORK/ran; sleep 1'" 'restart never'
	atf_check -o ignore cellmgr apply
	cells_await 10 test ! -e "$CELLS_RUN/$job.lock"
	idle
	atf_check -o inline:"done\n" cellmgr status -H -o state "$job"
	atf_check -o ignore cellmgr start "$job"
	atf_check -o match:"$job: end the cell" cellmgr stop "$job"
	# A bad end is told, and is none that others may build on.
	manifest "$job" "command /bin/sh -c 'sleep 1; exit 3'" 'restart never'
	atf_check -o ignore cellmgr apply
	cells_await 10 test ! -e "$CELLS_RUN/$job.lock"
	atf_check -o inline:"failed\tstatus 3\t1\t0\n" \
	    cellmgr status -H -o state,lastexit,failures,drift "$job"
	idle
	after=$(cells_name after)
	manifest "$after" "depend $job"
	atf_check -s exit:1 -o ignore -e match:"$job, on which it depends: it failed: process .* status 3" \
	    cellmgr apply
	atf_check -o inline:"down\n" cellmgr status -H -o state "$after"
	atf_check -o match:"$job: end the cell" cellmgr stop "$job"
	atf_check -o inline:"down\t-\n" cellmgr status -H -o state,why "$job"
	atf_check test ! -e "$CELLS_RUN/$job.status"
}
done__cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case twice
	atf_add_test_case live
	atf_add_test_case runtime
	atf_add_test_case orphan
	atf_add_test_case failure
	atf_add_test_case lock
	atf_add_test_case interrupt
	atf_add_test_case supervisor
	atf_add_test_case trade
	atf_add_test_case done_
}
