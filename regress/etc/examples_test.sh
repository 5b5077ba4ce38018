# The example manifests, which people copy.

atf_test_case check
check_head()
{
	atf_set descr "cellmgr check finds no mistake in any example"
}
check_body()
{
	cells_environment
	cp -R "$CELLS_SHARE/etc/cells" etc
	atf_check -o match:' 8 cells, 2 volumes, no mistakes' cellmgr check
	echo 'comand /bin/sh' >>etc/www.cell
	atf_check -s exit:1 -o ignore -e match:'www.cell:[0-9]+: unknown' \
	    cellmgr check
}

atf_test_case documented
documented_head()
{
	atf_set descr "every example says in its first line what it is"
}
documented_body()
{
	cells_environment
	for file in "$CELLS_SHARE"/etc/* "$CELLS_SHARE"/etc/cells/* "$CELLS_SHARE"/etc/cells/*/*; do
		[ -f "$file" ] || continue
		atf_check -o match:"^# ${file##*/} -- [a-zA-Z]" head -n 1 "$file"
	done
}

atf_init_test_cases()
{
	atf_add_test_case check
	atf_add_test_case documented
}
