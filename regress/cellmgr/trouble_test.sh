# Full disks, read-only file systems, what may not be written, what vanishes:
# one clear line each, and other cells go on.

# small -- makes CELLS_DB a file system of six MiB.
small()
{
	rm -rf "$CELLS_DB"
	mkdir "$CELLS_DB"
	case $(uname -s) in
	Linux)	mount -t tmpfs -o size=6m small "$CELLS_DB" ||
		    atf_skip "may not mount here" ;;
	*)	mount_tmpfs -s 6M small "$CELLS_DB" ;;
	esac
}

atf_test_case full cleanup
full_head()
{
	atf_set descr "a full disk fails one cell, and leaves nothing half made"
	atf_set require.user root
}
full_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	small
	ok=$(cells_name ok) big=$(cells_name big)
	manifest "$ok"
	mkdir "$CELLS_ETC/$big.d"
	dd if=/dev/zero of="$CELLS_ETC/$big.d/f" bs=1024 count=4000 2>/dev/null
	manifest "$big" 'base host' 'data /srv' 'install f /srv/one' 'install f /srv/two'
	atf_check -s exit:1 -o match:"$ok: start" \
	    -e match:"^cellmgr: $big: .*[Nn]o space left on device" cellmgr apply
	atf_check -o inline:"$ok\n" cellctl list -H -o name
	atf_check -o inline:"down\n" cellmgr status -H -o state "$big"
	[ "$(mounted | grep -c root)" = 0 ] || atf_fail "left: $(mounted)"
	: >"$CELLS_ETC/$big.d/f"
	atf_check -o ignore -e ignore cellmgr apply
	idle
	clean
}
full_cleanup()
{
	cells_teardown
}

atf_test_case readonly cleanup
readonly_head()
{
	atf_set descr "a read-only state directory is told in one line"
	atf_set require.user root
}
readonly_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	small
	run=$(cells_name run) new=$(cells_name new)
	manifest "$run"
	atf_check -o ignore cellmgr apply
	manifest "$new"
	case $(uname -s) in
	Linux)	mount -o remount,ro "$CELLS_DB" ;;
	*)	mount -u -o ro "$CELLS_DB" ;;
	esac
	atf_check -s exit:1 -o ignore -e match:"^cellmgr: $new: .*[Rr]ead-only" \
	    -e match:'is not recorded' cellmgr apply
	atf_check -o inline:"ready\n" cellmgr status -H -o state "$run"
	atf_check -s exit:1 -e match:'[Rr]ead-only' cellmgr create x command=/bin/true
	# What runs can be stopped all the same.
	atf_check -o match:"$run: end the cell" -e ignore cellmgr stop "$run"
}
readonly_cleanup()
{
	cells_teardown
}

atf_test_case user cleanup
user_head()
{
	atf_set descr "an ordinary user looks, and is told what only root may"
	atf_set require.user unprivileged
}
user_body()
{
	cells_on_netbsd && atf_skip "the kernel obeys root alone"
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	none=$(cells_name none) host=$(cells_name host)
	manifest "$none" 'ports 18080'
	atf_check -o ignore cellmgr check
	atf_check -s exit:3 -o match:"$none: create" cellmgr plan
	atf_check -o ignore cellmgr apply
	idle
	atf_check -o inline:"$none\tready\n" cellmgr status -H -o name,state
	manifest "$host" 'base host'
	atf_check -o match:'^base host' cellmgr show "$host"
	atf_check -s exit:1 \
	    -e inline:"cellmgr: $host: \`base host' needs mounts, which only root can make; without root there is only \`base none'\n" \
	    cellmgr apply
	atf_check -o inline:"$none\n" cellctl list -H -o name
	rm "$CELLS_ETC/$host.cell"
	# State that only root can read: what can be seen is planned.
	manifest "$none" 'ports 18081' 'env A=1'
	chmod 0 "$CELLS_DB/cells"
	atf_check -s exit:3 -o match:"ports 18080 -> 18081" \
	    -o match:'which only root can read' -e match:'only root can read' \
	    cellmgr plan
	chmod 700 "$CELLS_DB/cells"
	atf_check -o ignore cellmgr apply -r
	idle
	# What is for root's eyes, or hands, only says so.
	chmod 0 "$CELLS_DB/generations" "$CELLS_BACKUP" "$CELLS_RUN/cellmgr.lock"
	for verb in history 'history 1'; do
		# Words are words.
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:'^cellmgr: only root may look at the history: .*denied$' \
		    cellmgr $verb
	done
	for verb in list 'show x' 'cat x'; do
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:'^cellmgr backup: only root may look at backups: .*denied$' \
		    cellmgr backup $verb
	done
	for verb in apply "stop $none" 'backup create -a' 'backup prune -k 1' 'volume create x' 'rollback'; do
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:'only root may' cellmgr $verb
	done
	atf_check -s exit:1 -e match:'only root may volume create: ' cellmgr volume create x
	mkdir -m 0 "$CELLS_DB/bases"
	atf_check -s exit:1 -e match:'only root may look at bases: ' cellmgr base list
	# A manifest that cannot be read is not one that is not there.
	chmod 0 "$CELLS_ETC/$none.cell"
	for verb in "logs $none" "show $none" "list" "plan"; do
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:"$none.cell: permission denied" cellmgr $verb
	done
	atf_check -o inline:"$none\tready\n" -e match:'1 mistake in the manifests' \
	    cellmgr status -H -o name,state
	atf_check -s exit:1 -o not-match:'has no manifest' cellmgr doctor -H
	chmod 644 "$CELLS_ETC/$none.cell"
}
user_cleanup()
{
	cells_teardown
}

atf_test_case vanish cleanup
vanish_head()
{
	atf_set descr "a manifest and a file that vanish while they are applied"
	atf_set require.user root
}
vanish_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	can_mount
	slow=$(cells_name slow) web=$(cells_name web) ok=$(cells_name ok)
	manifest "$slow" "health interval=1s /bin/test -e $CELLS_WORK/go"
	mkdir "$CELLS_ETC/$web.d"
	echo x >"$CELLS_ETC/$web.d/f"
	manifest "$web" 'base host' 'data /srv' "depend $slow" 'install f /srv/f'
	manifest "$ok" "depend $slow"
	cellmgr apply >out 2>err &
	cells_await 10 test -e "$CELLS_RUN/$slow.status"
	rm "$CELLS_ETC/$web.d/f" "$CELLS_ETC/$ok.cell"
	: >go
	wait $! && atf_fail "it did not fail"
	atf_check -o match:"^cellmgr: $web: .*install: .*no such file" cat err
	# What was planned when it was there was done; now it has no manifest.
	echo y >"$CELLS_ETC/$web.d/f"
	atf_check -o match:"$ok: end the cell" cellmgr apply -p
	idle
	atf_check -o inline:"y\n" cat "$CELLS_DB/cells/$web/data/srv/f"
}
vanish_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case full
	atf_add_test_case readonly
	atf_add_test_case user
	atf_add_test_case vanish
}
