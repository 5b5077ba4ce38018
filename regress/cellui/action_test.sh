# What cellui does, each action by its key; what the programs say afterwards.

# acts NAME DESCRIPTION -- heads of tests that change something.
acts()
{
	atf_set descr "$1"
	atf_set require.user root
}

begin()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
}

end()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}

# anew CELL ID -- does the cell run, as another one than that?
anew()
{
	now=$(enforced "$1" id 2>/dev/null) && [ -n "$now" ] && [ "$now" != "$2" ]
}

atf_test_case lives cleanup
lives_head()
{
	acts "start, stop, restart and kill, on a small terminal"
}
lives_body()
{
	begin
	three_cells
	screen_start 80 24
	keys u
	see '^start batch: done'
	atf_check -o inline:'ready\n' cellmgr status -H -o state batch
	keys d
	see '-- stop batch' '- batch: stop the service' '- batch: end the cell' 'y do it'
	atf_check -o inline:'ready\n' cellmgr status -H -o state batch
	keys n
	unseen '-- stop batch'
	keys d
	see '- batch: end the cell'
	keys y
	see '^stop batch: done' '^batch *down'
	keys d
	see '^stop batch: nothing to do'
	keys G
	id=$(enforced web id)
	keys R
	see '-- restart web' '- web: end the cell' '+ web: start'
	keys y
	see '^restart web: done'
	anew web "$id" || atf_fail "it was not started anew"
	keys K
	see '-- kill web' 'killed at once' 'y kill'
	keys y
	see '^kill web: done' '^web *broken'
	keys 7
	see 'kill web .*done' 'restart web .*done' 'stop batch .*done' 'start batch .*done'
	keys j
	see '+ web: start /bin/sleep 1000'
	keys q q
	see 'status 0'
}
lives_cleanup()
{
	end
}

atf_test_case applies cleanup
applies_head()
{
	acts "apply of one cell and of all, with restarts, and a plan that has changed"
}
applies_body()
{
	begin
	three_cells
	screen_start 132 43
	keys j a
	see 'apply db' '~ db: ports 5432 -> 5432,5433 (live)' '~ db: env (restart)' 'r with restarts'
	keys y
	see '^apply db: left as it is: db'
	enforces db ports '5432,5433'
	id=$(enforced db id)
	keys a
	see '~ db: env (restart)' 'r with restarts'
	keys r
	see '+ db: start'
	keys y
	see '^apply db: done'
	anew db "$id" || atf_fail "it was not started anew"
	manifest web 'ports 80'
	manifest db
	keys 6
	see '~ web: ports 80,443 -> 80 (live)' 'command'
	keys A
	see 'apply all' 'y do it'
	manifest web 'ports 81'
	keys y
	see 'apply all: what there is to do is no longer what was shown'
	enforces web ports '80,443'
	keys A
	see '~ web: ports 80,443 -> 81 (live)' 'y do it'
	keys y
	see 'apply all: left as it is: db'
	enforces web ports '81'
	rm "$CELLS_ETC/web.cell"
	see 'web: has no manifest and is running (prune)'
	keys p
	see 'with pruning' '- web: end the cell'
	keys A
	see 'apply all' '- web: end the cell' 'y do it'
	keys y
	see '^apply all: left as it is: db'
	atf_check -s exit:1 -e ignore cellctl list web
}
applies_cleanup()
{
	end
}

atf_test_case edits cleanup
edits_head()
{
	acts "a manifest in an editor: mistakes, only written, applied, discarded"
}
edits_body()
{
	begin
	manifest web 'ports 80'
	atf_check -o ignore cellmgr apply
	cat >editor <<-'END'
	#!/bin/sh
	# editor FILE -- asks what to put into it, as an editor does.
	printf 'add: '
	read -r line
	[ -z "$line" ] || echo "$line" >>"$1"
	END
	chmod 755 editor
	cp "$CELLS_ETC/web.cell" was
	export SCREEN_ENV="LC_ALL=C EDITOR=$CELLS_WORK/editor"
	screen_start 80 24
	keys e
	see '^add:'
	keys Enter
	see '^web: not changed'
	keys e
	see '^add:'
	type 'prots 81'
	keys Enter
	see '-- edit web: mistakes' 'prots' 'e edit again' 'n discard'
	keys n
	unseen '-- edit web'
	atf_check cmp was "$CELLS_ETC/web.cell"
	keys e
	see '^add:'
	type 'maxproc 9'
	keys Enter
	see '~ web: maxproc 0 -> 9 (live)' 'y write and apply'
	keys e
	see '^add:'
	type 'rlimit nofile 99'
	keys Enter
	see '~ web: maxproc 0 -> 9 (live)' '~ web: rlimit (restart)' 'r with restarts'
	keys w
	see '^edit web: web.cell written'
	atf_check -o inline:'maxproc 9\nrlimit nofile 99\n' tail -n 2 "$CELLS_ETC/web.cell"
	enforces web maxproc '0'
	keys e
	see '^add:'
	type 'allow rawsock'
	keys Enter
	see 'allow - -> rawsock'
	keys y
	see '^edit web: left as it is: web'
	enforces web allow 'rawsock'
	keys e
	see '^add:'
	type 'env A=1'
	keys Enter
	see '~ web: env (restart)'
	echo '# somebody was here' >>"$CELLS_ETC/web.cell"
	keys w
	see 'web.cell was changed by somebody else meanwhile'
	atf_check -s exit:1 grep -q 'env A=1' "$CELLS_ETC/web.cell"
	atf_check -o not-match:cellui ls /tmp
}
edits_cleanup()
{
	end
}

atf_test_case shell cleanup
shell_head()
{
	acts "a shell, which has the terminal and gives it back; ten minutes of leave"
}
shell_body()
{
	begin
	three_cells
	export SCREEN_ENV="LC_ALL=C EDITOR=false"
	screen_start 80 24
	keys j !
	see 'shell in db'
	type 'stty -a | grep -o icanon; sleep 1000'
	keys Enter
	see '^[# ]*icanon'
	keys C-c
	type 'echo still $((40 + 2))'
	keys Enter
	see 'still 42'
	keys C-d
	see '^NAME' '^web *ready'
	keys k !
	see '^batch: it does not run'
	keys j t
	see 'allow db for ten minutes' '^  chroot'
	keys j j Enter
	see '^allow db settime: granted for ten minutes'
	keys Enter
	see 'settime (9m\|settime (10m'
	keys q G !
	see 'shell in web'
	type 'kill -KILL $$'
	keys Enter
	cells_wait 3 has 'Enter leads back' && keys Enter
	see '^shell in web: signal: killed' '^NAME'
	keys e
	see 'exit status 1; Enter leads back'
	keys Enter
	see '^edit web: the editor: exit status 1' '^NAME'
}
shell_cleanup()
{
	end
}

atf_test_case backups cleanup
backups_head()
{
	acts "backup of a cell that runs, verify, drill, restore"
}
backups_body()
{
	begin
	manifest web
	atf_check -o ignore cellmgr apply
	id=$(enforced web id)
	screen_start 80 24
	keys b
	see '-- backup web' 'y  web is stopped' 'p  web is paused' 'l  web runs on'
	keys y
	see '^backup web: web@.* made'
	anew web "$id" || atf_fail "it was not stopped"
	keys 5
	see '^web@.* made '
	keys v
	see '^verify web@.*: good: 1 file,'
	see '^web@.* verified '
	keys D
	see '^drill web@.*: drilled'
	see '^web@.* drilled '
	sed 's/1000/2000/' "$CELLS_ETC/web.cell" >other && cat other >"$CELLS_ETC/web.cell"
	keys r
	see '-- restore web@' '- the data of web is replaced' 'web is stopped meanwhile' 'm with the manifest'
	keys n
	unseen '-- restore'
	keys r
	see '-- restore web@'
	keys m
	see '^restore web@.*: restored: 1 file,'
	atf_check -o match:'sleep 1000' cat "$CELLS_ETC/web.cell"
	archive=$(find "$CELLS_BACKUP" -name '*.tar.gz')
	printf 'x' | dd of="$archive" bs=1 seek=100 conv=notrunc 2>/dev/null
	keys v
	see '^verify web@.*: bad archive'
	see '^web@.* bad '
}
backups_cleanup()
{
	end
}

atf_test_case jobs cleanup
jobs_head()
{
	acts "a job that takes long can be watched, cancelled, and keeps nobody"
}
jobs_body()
{
	begin
	manifest slow "health interval=1s /bin/test -e $CELLS_WORK/well"
	manifest next 'depend slow'
	screen_start 80 24
	keys G u
	see '^start slow: running'
	keys 7
	see 'start slow *running' '+ slow: create the cell'
	keys 1 j
	see '^slow *running'
	keys u
	keys 7
	see 'start slow *waiting\|start slow *running'
	keys G c
	see '-- cancel start slow' 'what it has begun is put back'
	keys y
	see 'start slow *cancelled'
	: >well
	see 'start slow *done\|start slow *failed'
	keys q q
	see 'status 0'
}
jobs_cleanup()
{
	end
}

atf_init_test_cases()
{
	atf_add_test_case lives
	atf_add_test_case applies
	atf_add_test_case edits
	atf_add_test_case shell
	atf_add_test_case backups
	atf_add_test_case jobs
}
