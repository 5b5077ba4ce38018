# Directives of the service: what each does to what runs.  Those of the root
# are in mounts_test, of the kernel in apply_test, of provisioning in
# provision_test.
#
# Commands for the shell in the cell are in single quotes on purpose.
# shellcheck disable=SC2016

# said CELL LINE -- has its service printed this line?
said()
{
	grep -q "]: $2\$" "$CELLS_WORK/$1.log"
}

# said_often CELL LINE -- how often it has (times is a word of sh(1)'s own).
said_often()
{
	grep -c "]: $2\$" "$CELLS_WORK/$1.log" || :
}

atf_test_case surroundings cleanup
surroundings_head()
{
	atf_set descr "user, env, dir and rlimit"
}
surroundings_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	if [ "$(id -u)" = 0 ]; then
		user=daemon
	else
		user=$(id -un)
	fi
	mkdir -p place
	chmod 755 .
	manifest "$web" "user $user" 'env A=1 "B=x y"' 'env C=' "dir $CELLS_WORK/place" \
	    'rlimit nofile 77:99' 'rlimit core 0' 'rlimit fsize 1M' \
	    "command /bin/sh -c 'echo user \$(id -un); echo env \"\$A,\$B,\${C-none},\${CELLS_RUN-none}\"; echo dir \$(pwd); echo nofile \$(ulimit -Sn) \$(ulimit -Hn); echo core \$(ulimit -c); echo end; exec sleep 1000'"
	atf_check -o ignore cellmgr apply
	cells_await 20 said "$web" end
	for line in "user $user" 'env 1,x y,,none' "dir $CELLS_WORK/place" 'nofile 77 99' 'core 0'; do
		said "$web" "$line" || atf_fail "no line \"$line\": $(cat "$web.log")"
	done
	# Each is a reason to start anew, and shown as it is then.
	manifest "$web" "user $user" 'env A=2' 'rlimit nofile 78' "command /bin/sh -c 'echo now \$A \$(ulimit -n); exec sleep 1000'"
	atf_check -s exit:3 -o match:'command .* \(restart\)' -o match:'env \(restart\)' \
	    -o match:'dir .* -> / \(restart\)' -o match:'rlimit \(restart\)' cellmgr plan
	atf_check -o ignore cellmgr apply -r
	cells_await 20 said "$web" 'now 2 78'
}
surroundings_cleanup()
{
	cells_teardown
}

atf_test_case restart cleanup
restart_head()
{
	atf_set descr "restart: after which ends a service is started again"
}
restart_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	for how in always on-failure never; do
		for status in 0 1; do
			manifest "$how$status" "restart $how" \
			    "command /bin/sh -c 'echo run; sleep 0.2; exit $status'"
		done
	done
	atf_check -o ignore cellmgr apply
	for again in always0 always1 on-failure1; do
		cells_await 30 ran_often "$again" 2
	done
	for once in on-failure0:done never0:done never1:failed; do
		cells_await 30 is_state "${once%:*}" "${once#*:}"
		once=${once%:*}
		[ "$(said_often "$once" run)" = 1 ] || atf_fail "$once: $(cat "$once.log")"
	done
	atf_check -o ignore cellmgr stop -a
}
ran_often()
{
	[ "$(said_often "$1" run)" -ge "$2" ]
}
restart_cleanup()
{
	cells_teardown
}

atf_test_case stop cleanup
stop_head()
{
	atf_set descr "stop: with which signal, and what becomes of who ignores it"
}
stop_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) deaf=$(cells_name deaf)
	manifest "$web" 'stop USR1 60s' \
	    "command /bin/sh -c 'trap \"echo told; exit 0\" USR1; echo up; while :; do sleep 0.1; done'"
	manifest "$deaf" 'stop TERM 1s' \
	    "command /bin/sh -c 'trap \"echo deaf\" TERM; echo up; while :; do sleep 0.1; done'"
	atf_check -o ignore cellmgr apply
	cells_await 20 said "$web" up
	cells_await 20 said "$deaf" up
	atf_check -o ignore cellmgr stop -a
	said "$web" told || atf_fail "$(cat "$web.log")"
	said "$deaf" deaf || atf_fail "$(cat "$deaf.log")"
	atf_check -o match:'SIGKILL|killed' cat "$deaf.log"
	atf_check -o empty cellctl list -H
}
stop_cleanup()
{
	cells_teardown
}

atf_test_case health cleanup
health_head()
{
	atf_set descr "health: action=restart starts anew what fails, start is a limit"
}
health_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	: >well
	manifest "$web" "health interval=1s timeout=5s retries=2 /bin/test -e $CELLS_WORK/well" \
	    "command /bin/sh -c 'echo run; exec sleep 1000'"
	atf_check -o ignore cellmgr apply
	atf_check -o inline:"ready\n" cellmgr status -H -o state "$web"
	rm well
	cells_await 60 ran_often "$web" 2
	: >well
	cells_await 60 is_state "$web" ready
	atf_check -o not-inline:"0\n" cellmgr status -H -o restarts "$web"
	# What does not become healthy in its time is taken down again.
	ill=$(cells_name ill)
	manifest "$ill" "health start=2s /bin/test -e $CELLS_WORK/never"
	atf_check -s exit:1 -o ignore -e match:"^cellmgr: $ill: not ready within 2s" \
	    cellmgr apply "$ill"
	atf_check -s exit:1 -e ignore cellctl list "$ill"
	atf_check -o match:'^health .* start=2s ' cellmgr show "$ill"
}
health_cleanup()
{
	cells_teardown
}

# Every directive that cell(5) has is in some test of this directory.
atf_test_case all cleanup
all_head()
{
	atf_set descr "no directive is without a test"
}
all_body()
{
	cells_environment
	[ -f "$CELLS_SHARE/man/cell.5" ] || atf_skip "no manual here"
	sed -n '/^\.Ss The service/,/^\.Ss cells.conf/s/^\.It Cm \([a-z]*\).*/\1/p' \
	    "$CELLS_SHARE/man/cell.5" | sort -u >directives
	[ "$(wc -l <directives)" -gt 25 ] || atf_fail "found $(cat directives)"
	while read -r directive; do
		grep -Eq "^[^#]*(['\"]|echo )$directive " "$(atf_get_srcdir)"/*_test "$(atf_get_srcdir)/manifests.sh" \
		    "$(atf_get_srcdir)"/../backup/*_test || atf_fail "$directive"
	done <directives
}
all_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case surroundings
	atf_add_test_case restart
	atf_add_test_case stop
	atf_add_test_case health
	atf_add_test_case all
}
