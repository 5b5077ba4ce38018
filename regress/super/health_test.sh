# health_test.sh -- readiness and health checks of cellctl supervise.

# The name of a test's cell; make_cell sets it.
cell=

# test_case NAME DESCRIPTION
test_case()
{
	atf_test_case "$1" cleanup
	eval "$1_head() { atf_set descr '$2'; }"
	eval "$1_cleanup() { cells_teardown; }"
}

test_case readiness 'waits until the service is ready'
readiness_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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

test_case ready_well 'is well at once where readiness and health are one check'
ready_well_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
	make_cell web
	detach -b 20ms -r "true" -H "true" -i 1h "$cell" sleep 1000
	is health ok || atf_fail "health is $(status health)"
	atf_check_equal 0 "$(status checks-ok)"
	first=$(status service)
	kill -KILL "$first"
	cells_await 20 is restarts 1
	cells_await 20 is state ready
	is health ok || atf_fail "after a restart health is $(status health)"
	stop
	detach -r "true" -H "test -d /" -i 1h "$cell" sleep 1000
	is health unknown || atf_fail "of another check health is $(status health)"
	stop
}

test_case health_restart 'restarts what is ill'
health_restart_body()
{
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
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
	. "$(atf_get_srcdir)/supervise.subr"
	make_cell web
	detach -a report -i 50ms -w 500ms -n 1 \
	    -H "sh -c 'echo \$\$ >>$PWD/checks; sleep 1000'" "$cell" sleep 1000
	cells_await 20 is state unhealthy
	logged 'check took longer than 500ms' || atf_fail "does not say why"
	cells_await 10 cells_gone "$(sed -n 1p checks)"
	stop
}

atf_init_test_cases()
{
	for _case in readiness ready_well health_restart health_report health_hangs; do
		atf_add_test_case "$_case"
	done
}
