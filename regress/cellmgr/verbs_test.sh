# The verbs that look at cells, and those that write manifests.

atf_test_case list cleanup
list_head()
{
	atf_set descr "list and show, in every view"
}
list_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web" 'ports 18080' 'profile medium'
	atf_check -o inline:"$web\tmedium\tenforce\tnone\t18080\t1\t-\t/bin/sleep 1000\n" \
	    cellmgr list -H
	atf_check -o match:'^name	profile	mode	base' cellmgr list
	atf_check -o empty cellmgr list -H -v runtime
	atf_check -o inline:"# does not run\n" cellmgr show -v runtime "$web"
	cat >expected <<-END
	command /bin/sleep 1000
	user root
	dir /
	base none
	profile medium
	mode enforce
	ports 18080
	maxproc 0
	autostart yes
	restart always
	log $CELLS_WORK/$web.log
	stop TERM 10s
	END
	atf_check -o file:expected cellmgr show "$web"
	atf_check -o ignore cellmgr apply
	manifest "$web" 'ports 18081' 'profile medium' 'env A=1'
	atf_check -o inline:"18081\n" cellmgr list -H -o ports
	atf_check -o inline:"18080\trunning\n" cellmgr list -H -o ports,state -v runtime
	atf_check -o inline:"18080\trunning\n" cellmgr list -H -o ports,state -v merged "$web"
	atf_check -o match:'^# id [0-9]+, live' -o match:'^ports 18080$' \
	    cellmgr show -v runtime "$web"
	atf_check -o match:'^ports 18081$' -o match:'^# in force: ports 18080$' \
	    -o match:'^env A=1$' -o match:'^# in force: env -$' \
	    cellmgr show -v merged "$web"
	atf_check -s exit:2 -e match:'unknown view "runing"' cellmgr list -v runing
	atf_check -s exit:2 -e match:'unknown field "port" .did you mean "ports"' \
	    cellmgr list -o port
	atf_check -s exit:2 -e match:"no manifest for cell \"${web}x\" .did you mean \"$web\"" \
	    cellmgr show "${web}x"
}
list_cleanup()
{
	cells_teardown
}

atf_test_case status cleanup
status_head()
{
	atf_set descr "one line a cell: state, since, restarts, health, drift"
}
status_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) ill=$(cells_name ill)
	manifest "$web"
	manifest "$ill" "health interval=1s retries=1 action=report /bin/test ! -e $CELLS_WORK/ill"
	atf_check -o inline:"down\t-\t-\t-\ndown\t-\t-\t-\n" \
	    cellmgr status -H -o state,since,restarts,health
	atf_check -o ignore cellmgr apply
	atf_check -o match:"^$web	ready	[0-9]+	0	-	0$" cellmgr status -H "$web"
	# What has just made it ready was the health check.
	atf_check -o inline:"ready\tok\n" cellmgr status -H -o state,health "$ill"
	: >ill
	cells_await 10 is_state "$ill" unhealthy
	atf_check -o inline:"unhealthy\tfailing\t0\n" \
	    cellmgr status -H -o state,health,drift "$ill"
	rm ill
	cells_await 10 is_state "$ill" ready
	kill -KILL "$(awk '$1 == "service" { print $2 }' "$CELLS_RUN/$web.status")"
	cells_await 10 grep -q '^restarts 1$' "$CELLS_RUN/$web.status"
	atf_check -o inline:"1\t1\t1\tsignal SIGKILL\t0\n" \
	    cellmgr status -H -o restarts,exits,failures,lastexit,lines "$web"
	[ "$(cellmgr status -H -o checksok "$ill")" -gt 0 ] || atf_fail "no check counted"
	[ "$(cellmgr status -H -o checksbad "$ill")" -gt 0 ] || atf_fail "no failed check counted"
	# A status that cannot be read is not taken for none, and can be mended.
	pid=$(cellctl list -H -o super "$web")
	echo rubbish >"$CELLS_RUN/$web.status"
	atf_check -s exit:1 -e match:"$web.status: damaged: .*; .kill -HUP $pid' mends it" \
	    cellmgr status
	kill -HUP "$pid"
	cells_await 10 cellmgr status
	manifest "$web" 'ports 18080' 'env A=1'
	atf_check -o inline:"2\tports,env\n" cellmgr status -H -o drift,what "$web"
	# Mistakes do not hide what runs.
	echo nonsense >>"$CELLS_ETC/$web.cell"
	atf_check -o inline:"$web\tready\n" -e match:'1 mistake in the manifests' \
	    cellmgr status -H -o name,state "$web"
}
status_cleanup()
{
	cells_teardown
}

atf_test_case edit cleanup
edit_head()
{
	atf_set descr "create, set and remove write manifests without mistakes only"
}
edit_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) db=$(cells_name db)
	file=$CELLS_ETC/$web.cell
	atf_check -o inline:"$file written; \`cellmgr apply $web' makes it so\n" \
	    cellmgr create "$web" 'command=/bin/sleep 1000' base=none 'ports=18080'
	atf_check -o inline:"command /bin/sleep 1000\nbase none\nports 18080\n" cat "$file"
	atf_check -s exit:1 -e match:"$web: there is a manifest already" \
	    cellmgr create "$web" command=/bin/true
	printf '# mine\ncommand /bin/sleep 1000 # why\nbase none\nports 18080\n' >"$file"
	chmod 600 "$file"
	atf_check -o ignore cellmgr set "$web" ports+=18081 env+=A=1 'env+=B="x y"'
	cat >expected <<-'END'
	# mine
	command /bin/sleep 1000 # why
	base none
	ports 18080 18081
	env A=1
	env B="x y"
	END
	atf_check -o file:expected cat "$file"
	atf_check -o match:'^-rw-------' ls -l "$file"
	atf_check -s exit:1 -e match:"$file:4: ports: bad port \"0\"" \
	    cellmgr set "$web" ports+=0
	atf_check -s exit:1 -e match:"depend: no cell \"$db\"" \
	    cellmgr set "$web" "depend=$db"
	atf_check -s exit:2 -e match:'unknown directive "port" .did you mean "ports"' \
	    cellmgr set "$web" port=1
	atf_check -s exit:1 -e match:'does not have 18099' \
	    cellmgr set "$web" ports-=18099
	atf_check -o file:expected cat "$file"
	atf_check -o ignore cellmgr set "$web" ports-=18081 env=
	atf_check -o inline:"# mine\ncommand /bin/sleep 1000 # why\nbase none\nports 18080\n" \
	    cat "$file"
	atf_check -o ignore cellmgr create "$db" 'command=/bin/sleep 1000' base=none
	atf_check -o ignore cellmgr set "$web" "depend=$db"
	atf_check -o ignore cellmgr apply
	atf_check -s exit:1 -e match:"$file:.*depend: no cell \"$db\"" \
	    cellmgr remove "$db"
	mkdir -p "$CELLS_ETC/$web.d/sub"
	echo x >"$CELLS_ETC/$web.d/sub/f"
	atf_check -o match:"$web: end the cell" cellmgr remove "$web" "$db"
	atf_check -o empty ls "$CELLS_ETC"
	atf_check -o empty cellctl list -H
	# What was removed can be had back.
	atf_check -o ignore cellmgr rollback
	atf_check -o inline:"x\n" cat "$CELLS_ETC/$web.d/sub/f"
	atf_check -o inline:"ready\nready\n" cellmgr status -H -o state
	clean
}
edit_cleanup()
{
	cells_teardown
}

atf_test_case startstop cleanup
startstop_head()
{
	atf_set descr "start, stop and restart, in the order of dependencies"
}
startstop_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) db=$(cells_name db) off=$(cells_name off)
	manifest "$web" "depend $db" 'autostart no'
	manifest "$db" 'autostart no'
	manifest "$off" 'autostart no'
	idle
	atf_check -s exit:2 -e match:'either cells or -a' cellmgr start
	atf_check -s exit:2 -e match:'either cells or -a' cellmgr stop -a "$web"
	atf_check -o match:"$db: start" -o match:"$web: start" cellmgr start "$web"
	atf_check -o inline:"nothing to do\n" cellmgr start "$web"
	atf_check -o inline:"down\n" cellmgr status -H -o state "$off"
	one=$(kernel "$db" id) two=$(kernel "$web" id)
	atf_check -o ignore cellmgr restart "$web"
	[ "$(kernel "$web" id)" -gt "$two" ] || atf_fail "not restarted"
	[ "$(kernel "$db" id)" = "$one" ] || atf_fail "$db was restarted"
	atf_check -o ignore cellmgr restart -a
	[ "$(kernel "$db" id)" -gt "$one" ] || atf_fail "not restarted"
	# What is not wanted up stays down.
	atf_check -o inline:"down\n" cellmgr status -H -o state "$off"
	cellmgr stop -a >out || atf_fail "stop failed"
	first=$(grep -n "$web: end the cell" out | cut -d: -f1)
	last=$(grep -n "$db: stop the service" out | cut -d: -f1)
	[ "$first" -lt "$last" ] || atf_fail "$db stopped before $web ended: $(cat out)"
	atf_check -o inline:"nothing to do\n" cellmgr stop -a
	atf_check -o empty cellctl list -H
	# Cells end though their manifests depend on each other by now.
	atf_check -o ignore cellmgr start "$web" "$off"
	manifest "$db" "depend $web"
	manifest "$off" "depend $off"
	atf_check -o match:"$web: end the cell" -o match:"$off: end the cell" \
	    -e match:'2 mistakes' cellmgr stop -a
	atf_check -o empty cellctl list -H
}
startstop_cleanup()
{
	cells_teardown
}

atf_test_case budget cleanup
budget_head()
{
	atf_set descr "stop -w kills what does not end in time"
}
budget_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web" 'stop TERM 60s' \
	    "command /bin/sh -c 'trap : TERM; while :; do sleep 1; done'"
	atf_check -o ignore cellmgr apply
	begun=$(date +%s)
	atf_check -o ignore -e match:"$web: its service does not end in time" \
	    cellmgr stop -w 1s -a
	[ $(($(date +%s) - begun)) -lt 20 ] || atf_fail "it took too long"
	atf_check -o empty cellctl list -H
}
budget_cleanup()
{
	cells_teardown
}

atf_test_case shell cleanup
shell_head()
{
	atf_set descr "shell runs in the cell; its status is the command's"
}
shell_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	atf_check -o inline:"hello\n" cellmgr shell "$web" /bin/echo hello
	echo 'echo from the shell; exit 7' >script
	atf_check -s exit:7 -o inline:"from the shell\n" cellmgr shell "$web" <script
	atf_check -s exit:1 -e match:'no such cell' cellmgr shell "${web}x" /bin/true
	atf_check -o ignore cellmgr stop "$web"
	atf_check -s exit:1 -e inline:"cellmgr: $web: it is down; \`cellmgr start $web' starts it\n" \
	    cellmgr shell "$web" /bin/true
}
shell_cleanup()
{
	cells_teardown
}

atf_test_case logs cleanup
logs_head()
{
	atf_set descr "logs: the last lines of one cell, and new ones as they come"
}
logs_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) other=$(cells_name web)
	manifest "$web" "command /bin/sh -c 'i=0; while [ \$i -lt 5 ]; do i=\$((i+1)); echo line \$i; done; while [ ! -e $CELLS_WORK/go ]; do sleep 0.1; done; echo more; exec sleep 1000'"
	manifest "$other" "command /bin/sh -c 'echo foreign; exec sleep 1000'"
	sed -i.bak "s|^log.*|log $CELLS_WORK/$web.log|" "$CELLS_ETC/$other.cell"
	rm "$CELLS_ETC/$other.cell.bak"
	atf_check -o ignore cellmgr apply
	cells_await 20 grep -q 'line 5' "$web.log"
	cells_await 20 grep -q foreign "$web.log"
	atf_check -o match:'line 1$' -o match:'line 5$' -o not-match:foreign \
	    cellmgr logs "$web"
	atf_check -o not-match:'line 1$' -o match:'line 5$' cellmgr logs -n 2 "$web"
	cellmgr logs -f -n 5 "$web" >followed &
	tail=$!
	# What comes now must not come before it looks.
	cells_await 20 grep -q 'line 5' followed
	: >go
	cells_await 20 grep -q more followed
	# The file is rotated, the supervisor opens a new one.
	mv "$web.log" "$web.log.0"
	kill -HUP "$(awk '$1 == "supervisor" { print $2 }' "$CELLS_RUN/$web.status")"
	cells_await 20 test -e "$web.log"
	echo "2026-01-01T00:00:00 ${web}[1]: after rotation" >>"$web.log"
	cells_await 20 grep -q 'after rotation' followed
	kill -TERM "$tail"
	wait "$tail" || atf_fail "logs -f did not end well"
	atf_check -o ignore cellmgr stop -a
}
logs_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case list
	atf_add_test_case status
	atf_add_test_case edit
	atf_add_test_case startstop
	atf_add_test_case budget
	atf_add_test_case shell
	atf_add_test_case logs
}
