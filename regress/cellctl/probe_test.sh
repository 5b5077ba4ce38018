# cellctl probe: from inside, by real system calls.

# probe CELL -- operation, result and expectation of each.
probe()
{
	cellctl probe -H -o operation,result,expected "$1"
}

bound()
{
	[ "$(cellctl version -H -o enforces)" = 1 ] ||
	    atf_skip "the rig does not enforce here"
}

root_only()
{
	[ "$(id -u)" = 0 ] || atf_skip "the probe is root in its cell"
}

atf_test_case high cleanup
high_head()
{
	atf_set descr "in high everything that can be tried is closed, by its rule"
}
high_body()
{
	cells_setup
	bound
	root_only
	web=$(cells_name web)
	db=$(cells_name db)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o ignore cellctl create -n "$db" -P 30080 /
	cellctl probe -H -o operation,result,expected,leak,rule,meant,boundary \
	    "$web" >out 2>err || atf_fail "$(cat out err)"
	cat out
	# What a rig cannot close is told apart, and once more at the end.
	atf_check -x "awk -F '\t' '
	    \$7 == 1 && (\$2 != \"open\" || \$4 != 0) { print; exit 1 }' out"
	if [ -n "${CELLS_RIG:-}" ]; then
		atf_check -o match:'^see-host	open	closed	0	-	process.other.see	1$' cat out
		atf_check -o match:"^cellctl: $web: open on a rig, .*: see-host" cat err
	else
		atf_check -o empty cat err
	fi
	atf_check -x "awk -F '\t' '
	    \$7 == 1 || \$1 ~ /^(procfs-write|sysctl-file)\$/ { next }
	    \$3 != \"closed\" || \$4 != 0 { print; exit 1 }
	    \$2 == \"closed\" && \$5 == \"-\" { print; exit 1 }
	    \$2 == \"closed\" { n++ }
	    END { exit n < 18 }' out"
	for operation in signal-host nice-host ptrace-host rlimit-raise chroot \
	    raw-socket bind-undeclared bind-other mount module mknod; do
		atf_check -o match:"^$operation	closed" cat out
	done
	# Everything is told to the kernel's own record, too.
	atf_check -o match:'process.other.signal' cellctl explain "$web"
	# Nobody of the probe is left.
	atf_check -o inline:"0\n" cellctl list -H -o procs "$web"
}
high_cleanup()
{
	cells_teardown
}

atf_test_case hidden cleanup
hidden_head()
{
	atf_set descr "of the host's files a cell under a rig sees what is harmless"
}
hidden_body()
{
	cells_setup
	bound
	root_only
	[ -n "${CELLS_RIG:-}" ] || atf_skip "a kernel is asked"
	unshare -m true 2>/dev/null || atf_skip "no mounts of one's own here"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -p low /
	set -- cellctl exec "$web" /bin/sh -c
	atf_check -s not-exit:0 -e match:'Read-only' \
	    "$@" ': >/proc/sys/kernel/printk'
	for file in /dev/mem /dev/sda /dev/vda /dev/kmsg /proc/kcore; do
		atf_check -o empty "$@" "cat $file 2>/dev/null | head -c 1; :"
	done
	atf_check -o inline:'\0\0' "$@" 'head -c 2 /dev/zero; echo x >/dev/null'
	atf_check -o inline:'in\n' "$@" 'echo in | cat /dev/fd/0 2>/dev/stderr'
	# An ordinary user finds the processes of that user, and no others.
	atf_check -o inline:'nobody\n' cellctl exec -u nobody "$web" /bin/sh -c \
	    'ps axo user= | sort -u'
	# The host's own view is what it was.
	[ -w /proc/self/comm ] || atf_fail "the host's /proc is changed"
	atf_check -o empty -x "mount | grep hidepid=invisible || :"
}
hidden_cleanup()
{
	cells_teardown
}

atf_test_case open cleanup
open_head()
{
	atf_set descr "what the policy lets pass is open, and no failure"
}
open_body()
{
	cells_setup
	bound
	root_only
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -p low /
	probe "$web" >low || atf_fail "low"
	atf_check -o match:'^signal-host	closed	closed$' \
	    -o match:'^module	closed	closed$' \
	    -o match:'^chroot	open	open$' \
	    -o match:'^raw-socket	open	open$' \
	    -o match:'^bind-undeclared	open	open$' cat low
	atf_check cellctl set "$web" profile=high allow=chroot
	probe "$web" >excepted || atf_fail "high with an exception"
	atf_check -o match:'^chroot	open	open$' \
	    -o match:'^raw-socket	closed	closed$' cat excepted
	atf_check cellctl deny "$web" chroot
	atf_check cellctl allow -t 10m "$web" rawsock
	probe "$web" >timed || atf_fail "high with an exception for a while"
	atf_check -o match:'^raw-socket	open	open$' cat timed
	atf_check cellctl set "$web" mode=learn
	probe "$web" >learn || atf_fail "learning"
	atf_check -o match:'^signal-host	closed	closed$' \
	    -o match:'^chroot	open	open$' \
	    -o match:'^rlimit-raise	open	open$' cat learn
}
open_cleanup()
{
	cells_teardown
}

atf_test_case refused cleanup
refused_head()
{
	atf_set descr "where there is nothing to probe it says why"
}
refused_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -m 1 /
	atf_check -s exit:1 -e inline:'cellctl: nosuch: no such cell\n' \
	    cellctl probe nosuch
	if [ "$(cellctl version -H -o enforces)" = 0 ]; then
		atf_check -s exit:1 -o empty \
		    -e inline:"cellctl: $web: this rig does not enforce: there is nothing to probe\n" \
		    cellctl probe "$web"
		return
	fi
	root_only
	# Nobody gets in.
	cellctl exec "$web" sleep 300 &
	cells_await 10 full "$web"
	atf_check -s exit:1 -e match:"$web: .*process limit is reached" \
	    cellctl probe "$web"
	cellctl kill "$web"
	atf_check -s exit:1 -e match:"$web: .*the cell is dying" \
	    cellctl probe "$web"
}
full()
{
	[ "$(cellctl list -H -o procs "$1")" = 1 ]
}
refused_cleanup()
{
	cells_teardown
}

atf_test_case rehearsal cleanup
rehearsal_head()
{
	atf_set descr "a rig that does not enforce is not probed"
}
rehearsal_body()
{
	cells_setup
	[ -n "${CELLS_RIG:-}" ] || atf_skip "the kernel enforces"
	cells_rig_stop
	echo "$CELLS_RIG" >rig.socket
	cellrig -n -f "$CELLS_RIG" >rig.log 2>&1 &
	echo $! >rig.pid
	cells_await 10 test -S "$CELLS_RIG"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -s exit:1 -o empty \
	    -e inline:"cellctl: $web: this rig does not enforce: there is nothing to probe\n" \
	    cellctl probe "$web"
}
rehearsal_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case high
	atf_add_test_case hidden
	atf_add_test_case open
	atf_add_test_case refused
	atf_add_test_case rehearsal
}
