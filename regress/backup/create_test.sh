# cellmgr backup create: what is made, and what others make of it.
#
# Commands for the shell in the cell are in single quotes on purpose.
# shellcheck disable=SC2016

atf_test_case roundtrip cleanup
roundtrip_head()
{
	atf_set descr "2,000 files and one with holes come back as they were"
	# CELLS_LONG=1: 100,000 files, and 2 GiB with holes.
	if [ -n "${CELLS_LONG:-}" ]; then
		atf_set timeout 3600
	else
		atf_set timeout 300
	fi
}
roundtrip_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	need_root
	make_cell web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr stop web
	fill "$(data web)" "${CELLS_LONG:+100000}"
	before=$(facts "$(data web)")
	# A file system in memory may count holes, too.
	had=$(du -k "$(data web)/a-sparse" | cut -f 1)
	atf_check -o match:"^web@" cellmgr backup create web
	atf_check -o match:good cellmgr backup verify web
	rm -rf "$(data web)"/[ab]*
	echo new >"$(data web)/new"
	atf_check -o match:restored cellmgr backup restore -u web
	same_facts "$(data web)" "$before" || atf_fail "not what it was"
	used=$(du -k "$(data web)/a-sparse" | cut -f 1)
	[ "$used" -lt $((had + 4096)) ] || atf_fail "the holes are gone: $used KiB"
}
roundtrip_cleanup()
{
	cells_teardown
}

atf_test_case others cleanup
others_head()
{
	atf_set descr "tar and bsdtar unpack it, and the digests inside hold"
	atf_set timeout 300 # 2,000 files, on an emulated machine too
}
others_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	need_root
	make_cell web
	atf_check -o ignore cellmgr apply web
	atf_check -o ignore cellmgr stop web
	fill "$(data web)"
	before=$(facts "$(data web)")
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:web.tar.gz cellmgr backup cat web
	done=
	for tar in tar bsdtar; do
		command -v $tar >/dev/null || continue
		# An older one ignores what POSIX.1-2001 added, and must still
		# get at all the rest.
		promised="cat"
		reads_pax $tar || promised=ustar_facts
		mkdir $tar.d
		atf_check -e ignore $tar -C $tar.d -xpzf web.tar.gz
		same_facts $tar.d/data/var "$before" $promised ||
		    atf_fail "$tar reads something else"
		if [ $promised = cat ] && command -v sha256sum >/dev/null; then
			(cd $tar.d && sha256sum --quiet -c DIGESTS) ||
			    atf_fail "digests"
		fi
		done="$done $tar"
		echo "$tar: compared by $promised"
	done
	[ -n "$done" ] || atf_skip "neither tar nor bsdtar here"
	file=$(cellmgr backup show web | sed -n 's/^file //p')
	if command -v sha256sum >/dev/null; then
		atf_check -o ignore -x \
		    "cd '${file%/*}' && sha256sum -c '${file##*/}.sha256'"
	fi
}
others_cleanup()
{
	cells_teardown
}

atf_test_case running cleanup
running_head()
{
	atf_set descr "what ran before runs afterwards; hooks; every way"
}
running_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	if [ "$(id -u)" = 0 ]; then
		log=/var/hooks
		real=$(data web)/hooks
	else
		log=$CELLS_WORK/hooks
		real=$log
	fi
	make_cell web "backup before /bin/sh -c 'echo before >>$log'" \
	    "backup after /bin/sh -c 'echo after >>$log'"
	atf_check -o ignore cellmgr apply web
	for how in stop pause live; do
		rm -f "$real"
		atf_check -o match:"^web@" cellmgr backup create -c $how web
		atf_check -o inline:"before\nafter\n" cat "$real"
		cells_await 10 ready web
		atf_check -o match:"^how $how\$" cellmgr backup show web
	done
	atf_check -o match:"^..web: stop" cellmgr stop web
	rm -f "$real"
	atf_check -o ignore cellmgr backup create web
	atf_check -o inline:"down\n" cellmgr status -H -o state web
	atf_check -o match:'^how down$' cellmgr backup show web
	atf_check test ! -e "$real"
	# A hook that fails keeps the backup from being made.
	sed -i.old 's,before /bin/sh.*,before /bin/false,' "$CELLS_ETC/web.cell"
	atf_check -o ignore cellmgr start web
	n=$(cellmgr backup list -H | wc -l)
	atf_check -s exit:1 -e match:'hook /bin/false' cellmgr backup create web
	[ "$(cellmgr backup list -H | wc -l)" -eq "$n" ] || atf_fail "made"
	atf_check -o inline:"after\n" cat "$real"
	cells_await 10 ready web
	# One that fails afterwards is told of; the backup is there and good.
	sed -i.old -e 's,before /bin/false,before /bin/sh -c :,' \
	    -e "s,after /bin/sh.*,after /bin/sh -c 'exit 3'," "$CELLS_ETC/web.cell"
	atf_check -s exit:1 -o ignore -e match:'hook /bin/sh.* 3' \
	    cellmgr backup create web
	[ "$(cellmgr backup list -H | wc -l)" -eq $((n + 1)) ] ||
	    atf_fail "not made"
	atf_check -o match:good cellmgr backup verify -n web
	cells_await 10 ready web
}
running_cleanup()
{
	cells_teardown
}

atf_test_case full cleanup
full_head()
{
	atf_set descr "a full disk is told before and during, and changes nothing"
	atf_set require.user root
}
full_body()
{
	cells_setup
	. "$(atf_get_srcdir)/backups.subr"
	small "$CELLS_BACKUP"
	small "$CELLS_DB"
	make_cell web
	atf_check -o ignore cellmgr apply web
	# Before: what a first backup may take is what there is.
	dd if=/dev/urandom of="$CELLS_BACKUP/other" bs=1024 count=3500 2>/dev/null
	dd if=/dev/urandom of="$(data web)/big" bs=1024 count=3200 2>/dev/null
	atf_check -s exit:1 \
	    -e match:"^cellmgr backup: web: $CELLS_BACKUP/cell/web: about .* are needed, and .* are free$" \
	    cellmgr backup create web
	# During: -f goes on until there is no room left.
	atf_check -s exit:1 \
	    -e inline:"cellmgr backup: web: $CELLS_BACKUP: the disk became full; nothing was kept\n" \
	    cellmgr backup create -f web
	atf_check -o empty cellmgr backup list -H
	atf_check -o inline:"$CELLS_BACKUP/other\n" find "$CELLS_BACKUP" -type f
	cells_await 20 ready web
	rm "$CELLS_BACKUP/other"
	atf_check -o ignore cellmgr backup create web
	atf_check -o save:archive cellmgr backup cat web
	# An import, too.
	dd if=/dev/urandom of="$CELLS_BACKUP/other" bs=1024 count=2000 2>/dev/null
	atf_check -s exit:1 -e match:'import: .*the disk became full' -x \
	    'cellmgr backup import <archive'
	rm "$CELLS_BACKUP/other"
	# A restore before: the file is there already.
	atf_check -s exit:1 -e match:'about .* are needed' \
	    cellmgr backup restore -s web
	cells_await 20 ready web
	# A restore during: files of one byte take more room than in the archive.
	rm "$(data web)/big"
	mkdir "$(data web)/many"
	most=$(($(free_kib "$CELLS_DB") * 2 / 5)) # none are left for as many
	i=0
	while [ "$(free_kib "$CELLS_DB")" -gt $most ]; do
		[ $i -lt 2000 ] || atf_fail "$i files take no room"
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			echo >"$(data web)/many/$i"
			i=$((i + 1))
		done
	done
	atf_check -o ignore cellmgr backup create web
	echo new >"$(data web)/many/0"
	atf_check -s exit:1 -e match:': the disk became full; nothing was kept$' \
	    cellmgr backup restore -s web
	atf_check -o inline:"new\n" cat "$(data web)/many/0"
	atf_check -o empty find "$CELLS_DB" "$CELLS_BACKUP" -name '.cells-new*'
	cells_await 20 ready web
	rm -rf "$(data web)/many"
	atf_check -o match:restored cellmgr backup restore -s web
	atf_check -o inline:"\n" cat "$(data web)/many/0"
}
full_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case roundtrip
	atf_add_test_case others
	atf_add_test_case running
	atf_add_test_case full
}
