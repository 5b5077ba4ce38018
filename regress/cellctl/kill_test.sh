# cellctl kill and destroy.

procs()
{
	cellctl list -H -o procs "$1"
}

has_procs()
{
	[ "$(procs "$1")" -ge "$2" ]
}

atf_test_case kill cleanup
kill_head()
{
	atf_set descr "ends a cell's processes, and nobody gets in any more"
}
kill_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	cellctl exec "$web" sleep 300 &
	one=$!
	cellctl exec "$web" sh -c 'sleep 300 & sleep 300 & wait' &
	two=$!
	cells_await 10 has_procs "$web" 4
	atf_check cellctl kill "$web"
	atf_check_equal "dying	0" "$(cellctl list -H -o state,procs "$web")"
	wait $one && atf_fail "the first one is still there"
	wait $two && atf_fail "the second one is still there"
	atf_check -s exit:1 -e inline:"cellctl: $web: the cell is dying\n" \
	    cellctl exec "$web" true
	# Again, and there is nothing to do.
	atf_check cellctl kill "$web"
	atf_check cellctl destroy "$web"
}
kill_cleanup()
{
	cells_teardown
}

is_stopped()
{
	ps -o stat= -p "$1" | grep -q '^T'
}

atf_test_case stopped cleanup
stopped_head()
{
	atf_set descr "ends a process that is stopped, too"
}
stopped_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	cellctl exec "$web" sh -c 'kill -STOP $$; sleep 300' &
	one=$!
	cells_await 10 is_stopped $one
	atf_check cellctl kill "$web"
	atf_check_equal 0 "$(procs "$web")"
	wait $one && atf_fail "it is still there"
	atf_check cellctl destroy "$web"
}
stopped_cleanup()
{
	cells_teardown
}

atf_test_case bomb cleanup
bomb_head()
{
	atf_set descr "a cell that forks as fast as it can is ended"
}
# Eight chains: each process starts the next one and is gone, so that no
# process is there for long, and the machine survives where nothing binds.
bomb_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -m 40 /
	cellctl exec "$web" sh -c 'f() { f & }
	    f; f; f; f; f; f; f; f; sleep 300' >/dev/null 2>&1 &
	cells_await 20 has_procs "$web" 2
	sleep 1
	atf_check cellctl destroy -k "$web"
	atf_check -s exit:1 -e match:'no such cell' cellctl list "$web"
}
bomb_cleanup()
{
	cells_teardown
}

atf_test_case destroy cleanup
destroy_head()
{
	atf_set descr "refuses while processes live"
}
destroy_body()
{
	cells_setup
	web=$(cells_name web)
	id=$(cellctl create -n "$web" /)
	cellctl exec "$web" sleep 300 &
	cells_await 10 has_procs "$web" 1
	atf_check -s exit:1 \
	    -e inline:"cellctl: $web: one process lives in it: end it first, or use destroy -k\n" \
	    cellctl destroy "$web"
	cellctl exec "$web" sleep 300 &
	cells_await 10 has_procs "$web" 2
	atf_check -s exit:1 -e match:"$web: 2 processes live in it" \
	    cellctl destroy "$web"
	# It is as it was.
	atf_check_equal "live	2" "$(cellctl list -H -o state,procs "$web")"
	atf_check cellctl destroy --kill "$id"
	atf_check -s exit:1 -e inline:"cellctl: $web: no such cell\n" \
	    cellctl destroy "$web"
	# By a cell that was never entered.
	id=$(cellctl create -n "$web" /)
	atf_check cellctl destroy "$id"
}
destroy_cleanup()
{
	cells_teardown
}

atf_test_case usage cleanup
usage_head()
{
	atf_set descr "operands and options"
}
usage_body()
{
	cells_setup
	atf_check -s exit:2 -e match:'operand missing' cellctl kill
	atf_check -s exit:2 -e match:'operand missing' cellctl destroy -k
	atf_check -s exit:2 -e match:'unexpected operand "b"' cellctl kill a b
	atf_check -s exit:2 -e match:'unknown option "-x"' cellctl destroy -x a
	atf_check -s exit:1 -e inline:'cellctl: a: no such cell\n' cellctl kill a
	atf_check -s exit:1 -e inline:'cellctl: 4294967295: no such cell\n' \
	    cellctl destroy 4294967295
}
usage_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case kill
	atf_add_test_case stopped
	atf_add_test_case bomb
	atf_add_test_case destroy
	atf_add_test_case usage
}
