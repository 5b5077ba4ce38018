# The lines for /etc/daily.local and the other files beside the examples.

# daily -- prints the name of what does as daily(5), which sources the file.
daily()
{
	cat >daily <<-END
	#!/bin/sh
	set -u
	. "$CELLS_SHARE/etc/daily.local"
	END
	chmod 755 daily
	echo "$CELLS_WORK/daily"
}

# manifest NAME -- a cell that does nothing.
manifest()
{
	printf '%s\n' 'command /bin/sleep 300' 'base none' >"$CELLS_ETC/$1.cell"
}

atf_test_case report cleanup
report_head()
{
	atf_set descr "denials, backups and drift are reported, and else nothing is"
}
report_body()
{
	cells_setup
	web=$(cells_name web) daily=$(daily)
	manifest "$web"
	atf_check -o match:"^What cellmgr apply would do .*3" \
	    -o match:"^\\+ $web: create" -o match:"^$web: no backup" "$daily"
	atf_check -o ignore cellmgr apply
	atf_check -o match:"^$web: no backup" -o not-match:'apply would do' "$daily"
	atf_check -o empty env "cells_daily_nobackup=x $web y" "$daily"
	atf_check -o ignore cellmgr backup create -c live "$web"
	atf_check -o match:"^$web: the newest backup was never verified" "$daily"
	atf_check -o ignore -e ignore cellmgr backup verify "$web"
	atf_check -o empty "$daily"
	# One second old is too old for an admin who asks for none.
	sleep 2
	atf_check -o match:"^$web: the newest backup is 0 days old" \
	    env cells_daily_age=0 "$daily"
	echo 'ports 18080' >>"$CELLS_ETC/$web.cell"
	atf_check -o match:"^What cellmgr apply would do .*3" \
	    -o match:"^~ $web: ports" "$daily"
	echo 'prots 18080' >>"$CELLS_ETC/$web.cell"
	atf_check -o match:"What cellmgr apply would do .*1" \
	    -o match:"$web.cell:4: unknown directive" "$daily"
}
report_cleanup()
{
	cells_teardown
}

atf_test_case unwell cleanup
unwell_head()
{
	atf_set descr "a service that has failed for good is reported"
}
unwell_body()
{
	cells_setup
	web=$(cells_name web) daily=$(daily)
	printf '%s\n' "command /bin/sh -c 'exit 3'" 'base none' 'restart never' \
	    >"$CELLS_ETC/$web.cell"
	atf_check -o ignore cellmgr apply
	cells_await 10 is_failed "$web"
	atf_check -o match:'^Cells that are not well' -o match:"^$web	failed" \
	    env "cells_daily_nobackup=$web" "$daily"
}
unwell_cleanup()
{
	cells_teardown
}

is_failed()
{
	[ "$(cellmgr status -H -o state "$1")" = failed ]
}

atf_test_case damage cleanup
damage_head()
{
	atf_set descr "a backup that was found damaged is reported until it is gone"
}
damage_body()
{
	cells_setup
	web=$(cells_name web) daily=$(daily)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	atf_check -o ignore cellmgr backup create -c live "$web"
	archive=$(find "$CELLS_BACKUP" -name '*.t*gz' | head -n 1)
	[ -f "$archive" ] || atf_fail "no archive: $(ls -R "$CELLS_BACKUP")"
	half=$(($(wc -c <"$archive") / 2))
	{
		head -c "$half" "$archive"
		printf 'damaged!'
		tail -c "+$((half + 9))" "$archive"
	} >damaged
	cat damaged >"$archive"
	atf_check -s exit:1 -o ignore -e ignore cellmgr backup verify "$web"
	atf_check -o match:"^$web@.*: bad" -o match:"^$web: no backup" "$daily"
}
damage_cleanup()
{
	cells_teardown
}

atf_test_case denied cleanup
denied_head()
{
	atf_set descr "what a cell was denied is reported by rule and program"
}
denied_body()
{
	cells_setup
	web=$(cells_name web) daily=$(daily)
	manifest "$web"
	atf_check -o ignore cellmgr apply
	[ "$(cellctl version -H -o enforces)" = 1 ] ||
	    atf_skip "nothing here binds processes to the decisions"
	sleep 300 &
	outside=$!
	echo "$outside" >outside
	atf_check -s not-exit:0 -e ignore cellctl exec "$web" kill -TERM "$outside"
	atf_check -o match:'^Denied to cells since yesterday' \
	    -o match:"^$web	denied	process.other.signal	.*	1\$" \
	    env "cells_daily_nobackup=$web" "$daily"
	kill "$outside"
}
denied_cleanup()
{
	[ ! -s outside ] || kill "$(cat outside)" 2>/dev/null || :
	cells_teardown
}

atf_test_case lines
lines_head()
{
	atf_set descr "the lines for newsyslog and syslogd have the fields that those read"
}
lines_body()
{
	cells_environment
	# newsyslog.conf(5): file, owner:group, mode, count, size, when, flags.
	atf_check -o inline:"/var/log/cells.log 7 ZC\n" awk '
	    /^[^#]/ { print $1, NF, $7 }' "$CELLS_SHARE/etc/newsyslog.conf"
	# syslog.conf(5): a selector, TABs, an action.
	atf_check -o inline:"local3.* /var/log/cells.log\n" awk -F '\t+' '
	    /^[^#]/ { print $1, $2; if (NF != 2) exit 1 }' \
	    "$CELLS_SHARE/etc/syslog.conf"
}

atf_init_test_cases()
{
	atf_add_test_case report
	atf_add_test_case unwell
	atf_add_test_case damage
	atf_add_test_case denied
	atf_add_test_case lines
}
