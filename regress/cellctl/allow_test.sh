# cellctl allow and deny: exceptions for good, for a while, and taken back.

atf_test_case forever cleanup
forever_head()
{
	atf_set descr "granted without an end, and taken back"
}
allowed()
{
	cellctl list -H -o allow,until "$1"
}
forever_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -a ipc /
	atf_check cellctl allow "$web" rawsock mount,nfs
	atf_check_equal "mount,rawsock,nfs,ipc	-" "$(allowed "$web")"
	atf_check cellctl allow "$web" ipc
	atf_check_equal "mount,rawsock,nfs,ipc	-" "$(allowed "$web")"
	atf_check cellctl deny "$web" ipc rawsock
	atf_check_equal "mount,nfs	-" "$(allowed "$web")"
	# What is not granted can be taken back all the same.
	atf_check cellctl deny "$web" debug
	atf_check_equal "mount,nfs	-" "$(allowed "$web")"
}
forever_cleanup()
{
	cells_teardown
}

atf_test_case while cleanup
while_head()
{
	atf_set descr "granted for a time: the kernel ends it, deny ends it sooner"
}
while_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -a ipc /
	atf_check cellctl allow -t 10m "$web" rawsock
	atf_check -o match:'^rawsock,ipc	rawsock=(600|5[0-9][0-9])$' \
	    cellctl list -H -o allow,until "$web"
	# `set' leaves what has an end.
	atf_check cellctl set "$web" allow=nfs
	atf_check -o match:'^rawsock,nfs	rawsock=(600|5[0-9][0-9])$' \
	    cellctl list -H -o allow,until "$web"
	atf_check cellctl deny "$web" rawsock
	atf_check_equal "nfs	-" "$(allowed "$web")"
	atf_check cellctl allow --for=1s "$web" mount
	cells_await 60 gone "$web"
}
gone()
{
	[ "$(allowed "$1")" = "nfs	-" ]
}
while_cleanup()
{
	cells_teardown
}

atf_test_case refused cleanup
refused_head()
{
	atf_set descr "what is refused leaves the cell as it was"
}
refused_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	while IFS='|' read -r args status pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:"$status" -e match:"$pattern" cellctl $args
		atf_check_equal "-	-" "$(allowed "$web")"
	done <<-END
	allow $web|2|operand missing
	allow $web rawsok|2|unknown exception "rawsok" \(did you mean "rawsock"\?\)
	allow -t x $web ipc|2|number expected
	allow -t 0 $web ipc|2|at least a second
	allow -t -5s $web ipc|2|number expected
	allow nosuch ipc|1|nosuch: no such cell
	deny $web|2|operand missing
	deny $web ip|2|unknown exception "ip" \(did you mean "ipc"\?\)
	deny nosuch ipc|1|nosuch: no such cell
	deny -t 1 $web ipc|2|unknown option "-t"
	END
}
refused_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case forever
	atf_add_test_case while
	atf_add_test_case refused
}
