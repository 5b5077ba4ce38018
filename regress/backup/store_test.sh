# cellmgr backup drill, list, prune and delete.

atf_test_case drill cleanup
drill_head()
{
	atf_set descr "a drill starts the backup, reports, and leaves nothing"
}
drill_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web 'ports 8080' 'health timeout=5s /bin/test -e /bin/sh'
	cells_record drill.web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr backup create -c live web
	atf_check -o match:': drilled$' cellmgr backup drill web
	atf_check -o inline:"drilled\tok\n" \
	    cellmgr backup list -H -o state,drill
	atf_check -o inline:"web\n" cellmgr status -H -o name
	atf_check -o match:"^(ready|running)$" cellmgr status -H -o state web
	atf_check test ! -e "$CELLS_DB/cells/drill.web"
	make_cell bad
	cells_record drill.bad
	sed -i.old 's,^command .*,command /bin/sh -c "echo no luck; exit 3",' \
	    "$CELLS_ETC/bad.cell"
	atf_check -o ignore cellmgr backup create bad
	atf_check -s exit:1 -e match:'drill failed: .*status 3: no luck$' \
	    cellmgr backup drill bad
	atf_check -o inline:"failed\n" cellmgr backup list -H -o drill bad
	atf_check test ! -e "$CELLS_DB/cells/drill.bad"
	# An end with status 0 is a good one; a check that fails is not.
	for end in '0 drilled 0' '1 failed 1'; do
		sed -i.old 's,^command .*,command /bin/sh -c "exit '"${end%% *}"'",' \
		    "$CELLS_ETC/bad.cell"
		atf_check -o ignore cellmgr backup create bad
		atf_check -s exit:"${end##* }" -o ignore -e ignore \
		    cellmgr backup drill bad
	done
}
drill_cleanup()
{
	cells_teardown
}

atf_test_case lost cleanup
lost_head()
{
	atf_set descr "what is known of a backup may be lost, but not the backup"
}
lost_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web
	atf_check -o ignore cellmgr backup create web
	rm "$CELLS_BACKUP"/cell/web/*.info
	atf_check -o inline:"lost\n" cellmgr backup list -H -o state
	atf_check -o empty cellmgr backup prune -k 1
	atf_check -s exit:1 -e match:'no backup of web' cellmgr backup restore web
	atf_check -o match:'good: ' cellmgr backup verify
	atf_check -o inline:"verified\tstrange\n" cellmgr backup list -H -o state,origin
	# What it wants of the host is not trusted any more.
	atf_check -s exit:1 -e match:'which was imported' cellmgr backup restore -m web
	atf_check -o match:': restored: ' cellmgr backup restore web
}
lost_cleanup()
{
	cells_teardown
}

atf_test_case drill_killed cleanup
drill_killed_head()
{
	atf_set descr "what a killed drill leaves goes with the next apply"
}
drill_killed_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web
	cells_record drill.web
	home=$CELLS_DB/cells/drill.web
	atf_check -o ignore cellmgr apply
	atf_check -o ignore cellmgr backup create -c live web
	# An ordinary user's drill has fewer steps.
	n=0 left=0 step=5
	[ "$(id -u)" = 0 ] || step=3
	while :; do
		n=$((n + step)) status=0
		CELLS_FAULT=$n cellmgr backup drill web >said 2>&1 || status=$?
		[ "$status" = 137 ] || break
		if [ -e "$home/drill" ]; then
			left=$((left + 1))
			atf_check -s exit:3 -o match:"^- drill.web: remove what a drill has left$" cellmgr plan
		fi
		if [ $((n % 15)) = 0 ]; then # as after a power failure
			cellmgr stop -a >stopped 2>&1 || atf_fail "stop: $(cat stopped)"
		fi
		cellmgr apply >said 2>&1 || atf_fail "after point $n: $(cat said)"
		atf_check -o inline:"web\tready\t0\n" cellmgr status -H -o name,state,drift
		[ ! -e "$home/drill" ] || atf_fail "left after point $n: $(find "$home")"
		[ -z "$(mount | grep -F "$home/" || :)" ] || atf_fail "mounted after point $n"
	done
	atf_check_equal 0 "$status"
	[ "$left" -ge 4 ] || atf_fail "something was left only $left times of $n"
	atf_check test ! -e "$home"
	# The name is a drill's alone.
	cp "$CELLS_ETC/web.cell" "$CELLS_ETC/drill.web.cell"
	atf_check -s exit:1 -e match:'drill.web.cell: names that begin with "drill." are those of drills' \
	    cellmgr check
}
drill_killed_cleanup()
{
	cells_teardown
}

atf_test_case store cleanup
store_head()
{
	atf_set descr "volumes, names, prune and delete; the last good one stays"
}
store_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web
	[ "$(id -u)" != 0 ] || echo 'volume www /srv' >>"$CELLS_ETC/web.cell"
	: >"$CELLS_ETC/www.volume"
	mkdir -p "$CELLS_DB/volumes/www"
	echo page >"$CELLS_DB/volumes/www/index"
	atf_check -o match:'^web@' -o match:'^volume:www@' \
	    cellmgr backup create -a
	chmod 700 "$CELLS_DB/volumes"
	rm "$CELLS_DB/volumes/www/index"
	atf_check -o match:restored cellmgr backup restore volume:www
	atf_check -o inline:"page\n" cat "$CELLS_DB/volumes/www/index"
	atf_check -s exit:1 -e match:'no backup of nosuch' \
	    cellmgr backup restore nosuch
	atf_check -s exit:2 -e match:'the time is missing' \
	    cellmgr backup delete web
	atf_check -s exit:2 -e match:'-k, -d and -w' cellmgr backup prune
	for _ in 1 2 3; do
		atf_check -o ignore cellmgr backup create web
	done
	[ "$(cellmgr backup list -H web | wc -l)" -eq 4 ] || atf_fail "4"
	newest=$(cellmgr backup list -H -o backup web | tail -n 1)
	file=$(cellmgr backup show "$newest" | sed -n 's/^file //p')
	echo >"$file"
	atf_check -s exit:1 -e match:bad cellmgr backup verify -n web
	good=$(cellmgr backup list -H -o backup web | sed -n 3p)
	atf_check -o match:"$newest" cellmgr backup prune -n -k 1 web
	atf_check -o match:"$newest" cellmgr backup prune -k 1 web
	atf_check -o inline:"$good\n" cellmgr backup list -H -o backup web
	atf_check cellmgr backup delete "$good"
	atf_check -s exit:1 -e match:"no backup of web" cellmgr backup list web
}
store_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case drill
	atf_add_test_case drill_killed
	atf_add_test_case lost
	atf_add_test_case store
}
