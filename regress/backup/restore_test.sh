# cellmgr backup restore and import: what comes back, and what never does.
#
# Directories are another host's in subshells on purpose.
# shellcheck disable=SC2016,SC2030,SC2031

atf_test_case killed cleanup
killed_head()
{
	atf_set descr "killed at any point: the old or the new, and what ran runs"
	atf_set timeout 300
}
killed_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	need_root
	small "$CELLS_DB" # in memory: much is flushed to the disk on the way
	make_cell web
	atf_check -o ignore cellmgr apply web
	echo good >"$(data web)/mark"
	atf_check -o ignore cellmgr backup create web
	n=1
	while echo bad >"$(data web)/mark" &&
	    ! CELLS_FAULT_BACKUP=$n cellmgr backup restore -s web >out 2>&1; do
		next_apply web
		cells_await 10 ready web
		case $(cat "$(data web)/mark") in
		good|bad) ;;
		*)	atf_fail "point $n: neither the old nor the new" ;;
		esac
		[ -z "$(ls -A "$CELLS_DB/restore" 2>/dev/null)" ] ||
		    atf_fail "point $n: not completed"
		n=$((n + 1))
	done
	[ $n -gt 8 ] || atf_fail "killed at $n points only"
	atf_check -o inline:"good\n" cat "$(data web)/mark"
	m=1 n=create
	while ! CELLS_FAULT_BACKUP=$m cellmgr backup create web >out 2>&1; do
		next_apply web
		cells_await 10 ready web
		# What brings the cell back may have the lock for a moment yet.
		cells_await 30 cellmgr backup verify
		m=$((m + 1))
	done
	[ $m -gt 6 ] || atf_fail "killed at $m points only"
	cells_await 30 cellmgr backup prune -k 100
	atf_check find "$CELLS_BACKUP" -name '.cells-new*'
}
killed_cleanup()
{
	cells_teardown
}

atf_test_case everything cleanup
everything_head()
{
	atf_set descr "killed while data, volumes and manifest come back: old or new, nothing beside"
	atf_set timeout 300
}
everything_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	need_root
	small "$CELLS_DB"
	: >"$CELLS_ETC/v.volume"
	make_cell web 'volume v /srv' 'env STATE=good'
	mkdir "$CELLS_ETC/web.d"
	echo good >"$CELLS_ETC/web.d/f"
	atf_check -o ignore cellmgr apply
	echo good >"$(data web)/mark"
	echo good >"$CELLS_DB/volumes/v/mark"
	atf_check -o ignore cellmgr stop web
	atf_check -o ignore cellmgr backup create -V web
	n=1
	while
		echo bad >"$(data web)/mark"
		echo bad >"$CELLS_DB/volumes/v/mark"
		echo bad >"$CELLS_ETC/web.d/f"
		sed -i.old 's/^env.*/env STATE=bad/' "$CELLS_ETC/web.cell"
		rm "$CELLS_ETC/web.cell.old"
		! CELLS_FAULT_BACKUP=$n cellmgr backup restore -mV web >out 2>&1
	do
		# Whatever is next: it changes nothing itself, but holds the lock.
		atf_check -o ignore cellmgr stop -a
		marks=$(cat "$(data web)/mark" "$CELLS_DB/volumes/v/mark" "$CELLS_ETC/web.d/f" \
		    "$CELLS_ETC/web.cell" | grep -Eo 'good$|bad$' | sort -u)
		case $marks in
		good|bad) ;;
		*)	atf_fail "point $n: $marks" ;;
		esac
		left=$(find "$CELLS_DB" "$CELLS_ETC" "$CELLS_DB/restore" \
		    -name '.cells-new*' -o -path '*/restore/*' 2>/dev/null)
		[ -z "$left" ] || atf_fail "point $n: $left"
		n=$((n + 1))
	done
	[ $n -gt 30 ] || atf_fail "killed at $n points only"
	echo "$n points"
	atf_check -o inline:"good\n" cat "$CELLS_DB/volumes/v/mark"
}
everything_cleanup()
{
	cells_teardown
}

atf_test_case damaged cleanup
damaged_head()
{
	atf_set descr "a damaged archive is refused, marked, and changes nothing"
}
damaged_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web
	atf_check -o ignore cellmgr backup create web
	file=$(cellmgr backup show web | sed -n 's/^file //p')
	cp "$file" good
	size=$(wc -c <good)
	before=$(facts "$CELLS_ETC")
	for n in 0 1 100 $((size / 2)) $((size - 1)); do
		head -c "$n" good >"$file"
		atf_check -s exit:1 -e match:'bad archive' -x \
		    "cellmgr backup restore -m '$(name "$file")' 2>err;
		    status=\$?; cat err >&2; [ \$(wc -l <err) -eq 1 ] || exit 9
		    exit \$status"
		atf_check -s exit:1 -e match:'bad archive' -x \
		    "cellmgr backup import <'$file'"
	done
	[ "$(facts "$CELLS_ETC")" = "$before" ] || atf_fail "changed"
	atf_check -s exit:1 -e match:'cut off' cellmgr backup verify
	atf_check -o inline:"bad\n" cellmgr backup list -H -o state
	cp good "$file"
	atf_check -o match:good cellmgr backup verify
	atf_check -o inline:"verified\n" cellmgr backup list -H -o state
	printf x >>"$file"
	atf_check -s exit:1 -e match:'bad archive' cellmgr backup verify
}
# name FILE -- the name of the backup that it is.
name()
{
	name_=${1##*/}
	echo "web@${name_%.tar.gz}"
}
damaged_cleanup()
{
	cells_teardown
}

atf_test_case moved cleanup
moved_head()
{
	atf_set descr "cat and import take a cell to another host"
}
moved_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web
	mkdir "$CELLS_ETC/web.d"
	echo text >"$CELLS_ETC/web.d/file"
	[ "$(id -u)" != 0 ] || {
		atf_check -o ignore cellmgr apply web
		atf_check -o ignore cellmgr stop web
		echo mine >"$(data web)/mine"
	}
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:archive cellmgr backup cat web
	mkdir there there/etc there/db there/backup
	(
		CELLS_ETC=$CELLS_WORK/there/etc
		CELLS_DB=$CELLS_WORK/there/db
		CELLS_BACKUP=$CELLS_WORK/there/backup
		atf_check -o match:"^web@" -x 'cellmgr backup import <archive'
		atf_check -s exit:1 -e match:'here already' -x \
		    'cellmgr backup import <archive'
		atf_check -o inline:"strange\tverified\n" \
		    cellmgr backup list -H -o origin,state
		atf_check -s exit:1 -e match:'no manifest for web' \
		    cellmgr backup restore web
		# Who has made it may have written its manifest, too.
		atf_check -s exit:1 -e match:'its manifest, which was imported, writes to a file of the host .log .*trusts it' \
		    cellmgr backup restore -m web
		[ ! -e "$CELLS_ETC/web.cell" ] || atf_fail "it is there"
		atf_check cellmgr backup delete "$(cellmgr backup list -H -o backup)"
		atf_check -o match:"^web@" -x 'cellmgr backup import -t <archive'
		atf_check -o inline:"trusted\n" cellmgr backup list -H -o origin
		atf_check -o match:restored cellmgr backup restore -m web
		[ "$(id -u)" != 0 ] ||
		    atf_check -o inline:"mine\n" cat "$(data web)/mine"
		atf_check cmp etc/web.cell there/etc/web.cell
		atf_check -o inline:"text\n" cat there/etc/web.d/file
		[ "$(id -u)" != 0 ] || atf_check -o match:'backup restore' \
		    cellmgr history
	) || atf_fail "there"
}
moved_cleanup()
{
	cells_teardown
}

atf_test_case manifests cleanup
manifests_head()
{
	atf_set descr "restore -m: a generation, and no mistakes in what is there then"
}
manifests_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	make_cell web 'ports 18080'
	cp "$CELLS_ETC/web.cell" first
	mkdir "$CELLS_ETC/web.d"
	echo one >"$CELLS_ETC/web.d/file"
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr backup create -c live web
	atf_check -o ignore cellmgr stop web
	# Another cell has got its port meanwhile.
	make_cell web 'ports 18081'
	echo two >"$CELLS_ETC/web.d/file"
	make_cell other 'ports 18080'
	before=$(facts "$CELLS_ETC")
	atf_check -s exit:1 \
	    -e match:'with its manifest there would be mistakes: .*web.cell:[0-9]*: ports: 18080 belongs to cell other' \
	    cellmgr backup restore -m web
	[ "$(facts "$CELLS_ETC")" = "$before" ] || atf_fail "changed"
	rm "$CELLS_ETC/other.cell"
	atf_check -o match:restored cellmgr backup restore -m web
	atf_check cmp first "$CELLS_ETC/web.cell"
	atf_check -o inline:"one\n" cat "$CELLS_ETC/web.d/file"
	atf_check -o inline:"backup restore\tok\n" -x \
	    'cellmgr history -H -o verb,result | tail -n 1'
	atf_check -o match:'\+ ports 18080' -x \
	    'cellmgr history $(cellmgr history -H -o generation | tail -n 1)'
	# What was there before can be had back.
	atf_check -o match:'ports 18080' -o match:'18081' cellmgr rollback -n
	atf_check -o ignore cellmgr check
}
manifests_cleanup()
{
	cells_teardown
}

atf_test_case volumes cleanup
volumes_head()
{
	atf_set descr "a cell's volumes: on request, in the place that is declared"
	atf_set require.user root
}
volumes_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	: >"$CELLS_ETC/in.volume"
	echo 'backup no' >"$CELLS_ETC/out.volume"
	make_cell web 'volume in /srv/in' 'volume out /srv/out'
	atf_check -o ignore cellmgr apply web
	echo in >"$CELLS_DB/volumes/in/f"
	echo out >"$CELLS_DB/volumes/out/f"
	atf_check -o ignore cellmgr backup create web
	atf_check -o match:'^left in out$' cellmgr backup show web
	atf_check -o ignore cellmgr backup create -V web
	atf_check -o match:'^volumes in$' -o match:'^left out$' cellmgr backup show web
	echo new >"$CELLS_DB/volumes/in/f"
	atf_check -s exit:1 -e match:'web not down; -s stops' cellmgr backup restore -V web
	atf_check -o match:restored -e match:'does not hold volume out' \
	    cellmgr backup restore -s web
	atf_check -o inline:"new\n" cat "$CELLS_DB/volumes/in/f"
	atf_check -o match:restored -e ignore cellmgr backup restore -sV web
	atf_check -o inline:"in\n" cellctl exec web /bin/cat /srv/in/f
	# Declared elsewhere by now, its content goes where its file says.
	atf_check -o ignore cellmgr stop web
	mkdir moved
	echo "hostpath $CELLS_WORK/moved" >"$CELLS_ETC/cells.conf"
	mkdir moved/in
	echo "path $CELLS_WORK/moved/in" >"$CELLS_ETC/in.volume"
	atf_check -s exit:1 -e match:"volume in: its file says $CELLS_DB/volumes/in, and its content would go to $CELLS_WORK/moved/in" \
	    cellmgr backup restore -mV web
	atf_check -o match:restored -e ignore cellmgr backup restore -V web
	atf_check -o inline:"in\n" cat moved/in/f
}
volumes_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case killed
	atf_add_test_case everything
	atf_add_test_case damaged
	atf_add_test_case moved
	atf_add_test_case manifests
	atf_add_test_case volumes
}
