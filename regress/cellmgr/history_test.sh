# History and rollback.

atf_test_case generations cleanup
generations_head()
{
	atf_set descr "each change is a generation: what, by whom, when, with what result"
}
generations_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web)
	atf_check -o empty cellmgr history -H
	manifest "$web" 'ports 18080'
	atf_check -o ignore cellmgr apply
	idle
	manifest "$web" 'ports 18081'
	atf_check -o ignore cellmgr apply
	me=$(id -un)
	atf_check -o inline:"1\t$me\tapply\tok\t$web\n2\t$me\tapply\tok\t$web\n" \
	    cellmgr history -H -o generation,user,verb,result,cells
	atf_check -o match:"^~ $web: ports 18080 -> 18081 \(live\)$" \
	    -o match:"^~ $web.cell$" -o match:'^    - ports 18080$' \
	    -o match:'^    \+ ports 18081$' cellmgr history 2
	atf_check -s exit:1 -e inline:"cellmgr: there is no generation 9\n" \
	    cellmgr history 9
	atf_check -s exit:2 -e match:'the number of a generation expected' \
	    cellmgr history x
	# Those beyond what is to be kept go.
	echo 'keep 3' >"$CELLS_ETC/cells.conf"
	for port in 1 2 3 4; do
		manifest "$web" "ports 1809$port"
		atf_check -o ignore cellmgr apply
	done
	atf_check -o inline:"4\n5\n6\n" cellmgr history -H -o generation
	atf_check -o match:'ports 18092' cellmgr history 4
	clean
}
generations_cleanup()
{
	cells_teardown
}

atf_test_case rollback cleanup
rollback_head()
{
	atf_set descr "rollback puts files back, applies them, and loses nothing"
}
rollback_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	web=$(cells_name web) new=$(cells_name new)
	atf_check -s exit:1 -e match:'no earlier generation' cellmgr rollback
	manifest "$web" 'ports 18080'
	mkdir "$CELLS_ETC/$web.d"
	echo one >"$CELLS_ETC/$web.d/f"
	cp "$CELLS_ETC/$web.cell" first
	atf_check -o ignore cellmgr apply
	manifest "$web" 'ports 18081'
	echo two >"$CELLS_ETC/$web.d/f"
	manifest "$new"
	atf_check -o ignore cellmgr apply
	# By hand, and not yet applied.
	manifest "$web" 'ports 18082'
	atf_check -o match:"^~ $web.cell" -o match:'\+ ports 18081' cellmgr rollback -n
	atf_check -o match:'^ports 18082' cat "$CELLS_ETC/$web.cell"

	atf_check -s exit:3 -o match:'manifests are those of generation 1' \
	    -o match:"$web: ports 18081 -> 18080 \(live\)" \
	    -o match:"- $new: has no manifest and is running" -e ignore \
	    cellmgr rollback 1
	atf_check -o file:first cat "$CELLS_ETC/$web.cell"
	atf_check -o inline:"one\n" cat "$CELLS_ETC/$web.d/f"
	atf_check -s exit:1 test -e "$CELLS_ETC/$new.cell"
	atf_check -o inline:"18080\n" cellctl list -H -o ports "$web"
	atf_check -o match:"$new: end the cell" cellmgr apply -p

	# What was there by hand was saved before.
	atf_check -o inline:"apply\napply\nsave\nrollback\napply\n" \
	    cellmgr history -H -o verb
	atf_check -o ignore cellmgr rollback 3
	atf_check -o match:'^ports 18082' cat "$CELLS_ETC/$web.cell"
	atf_check -o inline:"ready\n" cellmgr status -H -o state "$new"

	# The way back from manifests that are full of mistakes.
	echo nonsense >"$CELLS_ETC/$web.cell"
	atf_check -s exit:1 -e ignore cellmgr apply
	atf_check -o ignore cellmgr rollback
	idle
	# A generation that would be full of mistakes today is not put back.
	printf 'command /bin/true\nports 18082\n' >"$CELLS_ETC/$new.cell"
	sed 's|^ports.*||' first >"$CELLS_ETC/$web.cell"
	cp "$CELLS_ETC/$web.cell" now
	printf 'hostpath relative\n' >"$CELLS_ETC/cells.conf"
	atf_check -s exit:1 -e match:'cells.conf:1' cellmgr rollback 1
	rm "$CELLS_ETC/cells.conf"
	atf_check -o file:now cat "$CELLS_ETC/$web.cell"
	clean
}
rollback_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case generations
	atf_add_test_case rollback
}
