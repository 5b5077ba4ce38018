# cellmgr doctor: what it finds, and that what it says mends it.

# finding CHECK GRADE WHAT -- doctor has it, prints nothing else in $mend.
finding()
{
	cellmgr doctor -H >found 2>&1 || :
	line=$(grep "^$1	$2	$3" found) || atf_fail "no such finding: $* in $(cat found)"
	mend=${line##*	}
}

# mended CHECK GRADE WHAT -- the command that doctor gives makes it go.
mended()
{
	finding "$@"
	sh -c "$mend" >mend.out 2>&1 || atf_fail "$mend: $(cat mend.out)"
	cellmgr doctor -H >found 2>&1 || :
	! grep "^$1	$2	$3" found || atf_fail "not mended by: $mend"
}

atf_test_case found cleanup
found_head()
{
	atf_set descr "doctor finds what is wrong and how it is mended"
}
found_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	manifest "$web"
	atf_check -s ignore -o match:'^manifests	ok' -o match:'^programs	ok' -o match:'^clock	ok' \
	    cellmgr doctor -H
	manifest "$web" 'base nosuch'
	atf_check -s exit:1 -o match:"^bases	bad	.*no base nosuch	cellmgr base add nosuch" \
	    cellmgr doctor -H
	echo rubbish >>"$CELLS_ETC/$web.cell"
	atf_check -s exit:1 -o match:'^manifests	bad	.*	cellmgr check' cellmgr doctor -H
	manifest "$web"
	mkdir -p "$CELLS_DB/cells/gone/data"
	chmod 755 "$CELLS_DB/cells"
	atf_check -s exit:1 -o match:"^state	bad	.*	chmod 700 $CELLS_DB/cells" \
	    -o match:'^state	odd	data of gone is kept.*	cellmgr remove -d gone$' \
	    cellmgr doctor -H
	atf_check -s exit:2 -e match:'no manifest for cell "gone"' \
	    cellmgr remove gone
	atf_check cellmgr remove -d gone
	atf_check -s exit:1 test -e "$CELLS_DB/cells/gone"
	if ! cells_on_netbsd; then
		CELLS_RIG=$CELLS_WORK/none atf_check -s exit:1 \
		    -o match:'^kernel	bad	.*	cellrig' cellmgr doctor -H
	fi
}
found_cleanup()
{
	cells_teardown
}

atf_test_case mended cleanup
mended_head()
{
	atf_set descr "each finding goes by the command that it comes with"
}
mended_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) other=$(cells_name other)
	manifest "$web"
	manifest "$other"
	atf_check -o ignore cellmgr apply
	atf_check -o ignore -s ignore cellmgr doctor
	# A cell that is there in part only.
	kill -KILL "$(awk '$1 == "supervisor" { print $2 }' "$CELLS_RUN/$web.status")"
	cells_await 10 is_state "$web" broken
	mended cells bad "$web is there in part only"
	atf_check -o inline:"ready\n" cellmgr status -H -o state "$web"
	# A job that has failed.
	manifest "$web" "command /bin/sh -c 'sleep 1; test -e $CELLS_WORK/well || exit 3; exec sleep 1000'" \
	    'restart never'
	atf_check -o ignore cellmgr apply -r
	cells_await 10 is_state "$web" failed
	: >well
	mended cells odd "$web has failed"
	# What a drill has left.
	mkdir -p "$CELLS_DB/cells/drill.$web/drill/data" "$CELLS_DB/cells/drill.$web/data"
	mended state odd "drill.$web was left by a drill"
	atf_check test ! -e "$CELLS_DB/cells/drill.$web"
	# One without a manifest, and then its data.
	rm "$CELLS_ETC/$web.cell"
	mended cells odd "$web has no manifest and is running"
	atf_check -s exit:1 -e ignore cellctl list -H "$web"
	mkdir -p "$CELLS_DB/cells/$web/data/var"
	mended state odd "data of $web is kept"
	# One that somebody else has made.
	atf_check -o ignore cellmgr stop "$other"
	atf_check -o ignore cellctl create -n "$other" /
	mended cells bad "$other: a cell of that name runs that cellmgr did not make"
	# State that is open to others.
	chmod 755 "$CELLS_DB/cells"
	mended state bad "$CELLS_DB/cells is open to others"
	# A rollback, and a restore, that came to a sudden end.
	manifest "$other" 'ports 18091'
	atf_check -o ignore cellmgr apply
	manifest "$other" 'ports 18092'
	n=1
	while [ ! -e "$CELLS_DB/generations/restore" ]; do
		CELLS_FAULT=$n cellmgr rollback 1 >out 2>&1 && atf_fail "no such point"
		n=$((n + 1))
	done
	mended state odd 'a rollback to generation 1 was interrupted'
	atf_check -o ignore cellmgr backup create "$other"
	atf_check -o ignore cellmgr stop "$other"
	n=1
	while ! ls "$CELLS_DB/restore"/cell-* >/dev/null 2>&1; do
		CELLS_FAULT_BACKUP=$n cellmgr backup restore -m "$other" >out 2>&1 && atf_fail "no such point"
		n=$((n + 1))
	done
	mended state odd "a restore of cell-$other was interrupted"
	# A directory of the host that is not there.
	if [ "$(id -u)" = 0 ]; then
		can_mount
		echo "hostpath $CELLS_WORK/srv" >"$CELLS_ETC/cells.conf"
		manifest "$web" 'base host' "volume $CELLS_WORK/srv/x /x"
		mended volumes bad "$web: there is no $CELLS_WORK/srv/x"
		rm "$CELLS_ETC/cells.conf" "$CELLS_ETC/$web.cell"
	fi
	# What needs more than a command is told all the same.
	touch -t 203701010000 "$CELLS_ETC"
	finding clock bad "$CELLS_ETC was changed in the future"
	[ "$mend" != - ] || atf_fail "how is it mended?"
	touch "$CELLS_ETC"
	mkdir alone
	cp "$(command -v cellmgr)" alone/
	PATH=/bin:/usr/bin alone/cellmgr doctor -H >found 2>&1 && atf_fail "no cellctl is well"
	grep -q '^programs	bad	.*	make install$' found || atf_fail "$(cat found)"
}
mended_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case found
	atf_add_test_case mended
}
