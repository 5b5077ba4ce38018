# cellmgr check: every mistake of every file in one run.

atf_test_case right cleanup
right_head()
{
	atf_set descr "manifests without mistakes are counted"
}
right_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	manifest a
	manifest b 'depend a'
	: >"$CELLS_ETC/www.volume"
	atf_check -o inline:"$CELLS_ETC: 2 cells, 1 volume, no mistakes\n" \
	    cellmgr check
	atf_check -o ignore cellmgr check a b
	atf_check -s exit:2 \
	    -e inline:"cellmgr: no manifest for cell \"bb\" (did you mean \"b\"?)\n" \
	    cellmgr check bb
}
right_cleanup()
{
	cells_teardown
}

atf_test_case mistakes cleanup
mistakes_head()
{
	atf_set descr "each mistake has its file and line; nothing is changed"
}
mistakes_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	manifest good 'ports 1080'
	cat >"$CELLS_ETC/a.cell" <<-'END'
	comand /bin/true
	depend b
	profile hihg
	ports 0
	END
	cat >"$CELLS_ETC/b.cell" <<-'END'
	command /bin/true
	depend c
	ports 1080
	END
	printf 'command /bin/true\ndepend b' >"$CELLS_ETC/c.cell"
	cat >expected <<-END
	cellmgr: $CELLS_ETC/a.cell:1: unknown directive "comand" (did you mean "command"?)
	cellmgr: $CELLS_ETC/a.cell:3: profile: unknown profile "hihg" (did you mean "high"?)
	cellmgr: $CELLS_ETC/a.cell:4: ports: bad port "0": a number from 1 to 65535 expected
	cellmgr: $CELLS_ETC/b.cell:2: depend: a cycle: b -> c -> b
	cellmgr: $CELLS_ETC/good.cell:4: ports: 1080 belongs to cell b ($CELLS_ETC/b.cell:3)
	END
	for verb in check plan apply 'apply -n' 'start good'; do
		# Words are words.
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e file:expected cellmgr $verb
	done
	atf_check -o empty cellctl list -H
	atf_check -o empty find "$CELLS_DB" -type f
}
mistakes_cleanup()
{
	cells_teardown
}

atf_test_case unreadable cleanup
unreadable_head()
{
	atf_set descr "what cannot be read is a mistake, not an absence"
	atf_set require.user unprivileged
}
unreadable_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	manifest a
	chmod 0 "$CELLS_ETC/a.cell"
	atf_check -s exit:1 \
	    -e inline:"cellmgr: $CELLS_ETC/a.cell: permission denied\n" \
	    cellmgr check
	rm -f "$CELLS_ETC/a.cell"
	mkdir "$CELLS_ETC/a.cell"
	atf_check -s exit:1 \
	    -e inline:"cellmgr: $CELLS_ETC/a.cell: not a regular file\n" \
	    cellmgr check
	CELLS_ETC=$CELLS_WORK/none atf_check -s exit:1 \
	    -e inline:"cellmgr: $CELLS_WORK/none: no such directory\n" \
	    cellmgr check
}
unreadable_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case right
	atf_add_test_case mistakes
	atf_add_test_case unreadable
}
