# rc.d/cellmgr under a stand-in for rc.subr(8), on the rig or the real kernel.
#
# What rc.subr does with such a script: it reads rc.conf, takes the prefixes
# `one' and `force' off, refuses what rc.conf does not enable, calls the
# script's function, and makes 1 of every status that is not 0.

# script -- the rc.d script of this test, as `make install' would put it.
script()
{
	cat >rc.subr <<-'END'
	load_rc_config()
	{
		. "$RC_CONF"
	}
	run_rc_command()
	{
		rc_arg=$1 rc_force=
		case $rc_arg in
		force*)	rc_arg=${rc_arg#force} rc_force=yes; eval "$rcvar=YES" ;;
		one*)	rc_arg=${rc_arg#one}; eval "$rcvar=YES" ;;
		esac
		case " start stop restart rcvar $extra_commands " in
		*" $rc_arg "*) ;;
		*) echo "$0: unknown directive '$rc_arg'." >&2; exit 1 ;;
		esac
		eval "_value=\$$rcvar"
		case $_value in
		[Yy][Ee][Ss]) ;;
		*) echo "\$$rcvar is not enabled - see rc.conf(5)." >&2; exit 1 ;;
		esac
		if [ "$rc_arg" = restart ]; then
			(sh "$0" stop)
			sh "$0" start
			return
		fi
		eval "_cmd=\$${rc_arg}_cmd"
		if ! eval "$_cmd" && [ -z "$rc_force" ]; then
			return 1
		fi
		return 0
	}
	_rc_subr_loaded=:
	END
	RC_CONF=$CELLS_WORK/rc.conf
	export RC_CONF
	echo 'cellmgr=YES cellmgr_flags=' >rc.conf
	sed -e "s|/etc/rc.subr|$CELLS_WORK/rc.subr|" \
	    -e "s|/usr/pkg/sbin/cellmgr|$(command -v cellmgr)|" \
	    "$CELLS_SHARE/rc.d/cellmgr" >rc
	grep -q "$CELLS_WORK/rc.subr" rc || atf_fail "rc.subr is not sourced"
}

# manifest NAME LINE... -- a cell that does nothing, with these directives.
manifest()
{
	_file=$CELLS_ETC/$1.cell
	shift
	printf '%s\n' 'command /bin/sleep 300' 'base none' "$@" >"$_file"
}

atf_test_case day cleanup
day_head()
{
	atf_set descr "start, status, plan, reload, restart and stop do what they say"
}
day_body()
{
	cells_setup
	script
	web=$(cells_name web)
	manifest "$web" 'ports 18080'
	atf_check -s exit:3 -o match:"$web: create" sh rc plan
	atf_check -o match:"$web.*down" sh rc status
	atf_check -o match:'^Starting cells\.$' -o match:"$web: start" sh rc start
	atf_check -o inline:"nothing to do\n" sh rc plan
	atf_check -o match:"$web.*ready" sh rc status
	before=$(cellctl list -H -o id,super "$web")
	manifest "$web" 'ports 18081'
	atf_check -s exit:3 -o match:'18080 -> 18081' sh rc plan
	atf_check -o match:'18080 -> 18081' sh rc reload
	atf_check -o inline:"18081\n" cellctl list -H -o ports "$web"
	atf_check -o inline:"$before\n" cellctl list -H -o id,super "$web"
	atf_check -o match:"$web: end the cell" -o match:"$web: start" sh rc restart
	[ "$before" != "$(cellctl list -H -o id,super "$web")" ] ||
	    atf_fail "not restarted"
	atf_check -o match:'^Stopping cells\.$' -o match:"$web: end the cell" sh rc stop
	atf_check -o empty cellctl list -H
}
day_cleanup()
{
	cells_teardown
}

atf_test_case refused cleanup
refused_head()
{
	atf_set descr "mistakes are told, change nothing, and do not keep cells from stopping"
}
refused_body()
{
	cells_setup
	script
	web=$(cells_name web)
	manifest "$web"
	echo 'cellmgr=NO' >rc.conf
	atf_check -s exit:1 -e match:'not enabled' sh rc start
	atf_check -o empty cellctl list -H
	atf_check -o match:"$web: start" sh rc onestart
	echo 'cellmgr=YES' >rc.conf
	echo nonsense >>"$CELLS_ETC/$web.cell"
	atf_check -s exit:1 -e match:"$web.cell:3: unknown directive" sh rc reload
	atf_check -s exit:1 -e match:"$web.cell:3: unknown directive" sh rc plan
	atf_check -s exit:1 -o ignore -e match:"unknown directive" sh rc start
	atf_check -o inline:"$web\n" cellctl list -H -o name
	atf_check -o match:"$web: end the cell" -e match:'1 mistake' sh rc stop
	atf_check -o empty cellctl list -H
	atf_check -s exit:1 -e match:'unknown directive' sh rc nonsense
}
refused_cleanup()
{
	cells_teardown
}

atf_test_case budget cleanup
budget_head()
{
	atf_set descr "a service that will not end is killed when cellmgr_budget is used up"
}
budget_body()
{
	cells_setup
	script
	deaf=$(cells_name deaf)
	manifest "$deaf" 'stop TERM 10m'
	cat >"$CELLS_ETC/$deaf.cell" <<-'END'
	command /bin/sh -c 'trap "" TERM; while :; do sleep 1; done'
	base none
	stop TERM 10m
	END
	echo 'cellmgr=YES cellmgr_budget=1' >rc.conf
	atf_check -o ignore sh rc start
	atf_check -s ignore -o ignore -e ignore timeout 60 sh rc stop
	atf_check -o empty cellctl list -H
}
budget_cleanup()
{
	cells_teardown
}

atf_test_case order
order_head()
{
	atf_set descr "rcorder(8) puts the script after what it requires"
}
order_body()
{
	cells_environment
	for word in 'PROVIDE: cellmgr' 'KEYWORD: shutdown' 'REQUIRE: .*syslogd'; do
		atf_check -o ignore grep "^# $word" "$CELLS_SHARE/rc.d/cellmgr"
	done
	command -v rcorder >/dev/null || atf_skip "no rcorder(8)"
	atf_check -s ignore -e ignore -o match:cellmgr \
	    rcorder "$CELLS_SHARE/rc.d/cellmgr"
}

atf_init_test_cases()
{
	atf_add_test_case day
	atf_add_test_case refused
	atf_add_test_case budget
	atf_add_test_case order
}
