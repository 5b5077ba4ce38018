# The commands in the manual are typed as they stand there, and say what it
# says.  Only directories are this test's own, and hosts are this one.

# here -- standard input, with this test's directories in the place of the host's.
here()
{
	sed -e "s|/etc/cells|$CELLS_ETC|g" -e "s|/var/log|$CELLS_WORK/log|g" \
	    -e "s|/var/tmp|$CELLS_WORK/tmp|g" -e "s|/cells/web|/|g" \
	    -e 's|/usr/pkg/sbin/nginx -g "daemon off;"|/bin/sleep 300|'
}

# page NAME [SECTION] -- begins: lays out this test's host and the page's steps.
page()
{
	cells_setup
	page=$1
	mkdir -p log tmp bin
	printf '%s\n' '#!/bin/sh' 'shift' 'exec sh -c "$*"' >bin/ssh
	chmod 755 bin/ssh
	PATH=$CELLS_WORK/bin:$PATH
	awk -v section="${2:-}" -f "$(atf_get_srcdir)/steps.awk" \
	    "$CELLS_SHARE/man/$1" | here >steps
	enforces=$(cellctl version -H -o enforces)
	typed=0 said=0 passed=0 status=0 command='' file=''
}

# finish -- types the command that was collected, and looks at what it says.
finish()
{
	[ -n "$command" ] || return 0
	: >have
	(exit "$status")
	eval "$command" >have 2>&1 </dev/null 3<&-
	status=$?
	if ! awk -f "$(atf_get_srcdir)/match.awk" want have; then
		echo "typed: $command"
		echo "== the page says:"
		cat want
		echo "== the program says, with status $status:"
		cat have
		atf_fail "$page: not as it says"
	fi
	typed=$((typed + 1)) said=$((said + $(wc -l <want)))
	[ "$status" = 0 ] || failed=$command
	command=
}

# succeeded NEXT -- a status other than 0 has to be on the page.
succeeded()
{
	case ${failed:-}:$1 in
	:*|*:'echo $?') ;;
	*)	cat have
		atf_fail "$page: status $status, which it does not tell: $failed" ;;
	esac
	failed=
}

# type_steps -- all steps of the page.
type_steps()
{
	block=B
	while IFS= read -r step <&3 || [ -n "$step" ]; do
		text=${step#? }
		case $step in
		[BEFS]*)
			finish
			succeeded ''
			block=${step%% *}
			[ "$block" != F ] || { file=$CELLS_ETC/$text; : >"$file"; }
			if [ "$block" = S ] ||
			    { [ "$block" = E ] && [ "$enforces" != 1 ]; }; then
				passed=$((passed + 1)) block=S
			fi ;;
		T*)	printf '%s\n' "$text" >>"$file" ;;
		C*)	finish
			succeeded "$text"
			[ "$block" = S ] || command=$text
			: >want ;;
		+*)	[ -z "$command" ] || command="$command
$text" ;;
		O*)	[ -z "$command" ] || printf '%s\n' "$text" >>want ;;
		esac
	done 3<steps
	finish
	succeeded ''
	echo "$page: $typed commands, $said lines, $passed displays passed over"
}

atf_test_case tutorial cleanup
tutorial_head()
{
	atf_set descr "cells(7), from the first line to the last"
	atf_set require.user root
	atf_set timeout 300
}
tutorial_body()
{
	page cells.7
	cells_record hello other drill.hello
	type_steps
	[ "$typed" -ge 45 ] || atf_fail "only $typed commands"
	atf_check -o empty cellctl list -H
}
tutorial_cleanup()
{
	cells_teardown
}

atf_test_case cellmgr cleanup
cellmgr_head()
{
	atf_set descr "EXAMPLES of cellmgr(8)"
	atf_set require.user root
}
cellmgr_body()
{
	page cellmgr.8 EXAMPLES
	cells_record web
	type_steps
	[ "$typed" -ge 6 ] || atf_fail "only $typed commands"
}
cellmgr_cleanup()
{
	cells_teardown
}

atf_test_case cellctl cleanup
cellctl_head()
{
	atf_set descr "EXAMPLES of cellctl(8)"
	atf_set require.user root
}
cellctl_body()
{
	page cellctl.8 EXAMPLES
	cells_record web
	type_steps
	[ "$typed" -ge 8 ] || atf_fail "only $typed commands"
}
cellctl_cleanup()
{
	cells_teardown
}

atf_test_case files cleanup
files_head()
{
	atf_set descr "EXAMPLES of cell(5) and volume(5) are without mistakes"
}
files_body()
{
	page volume.5 EXAMPLES
	type_steps
	page cell.5 EXAMPLES
	type_steps
	mkdir -p "$CELLS_ETC/web.d"
	: >"$CELLS_ETC/web.d/nginx.conf"
	echo 'command /bin/sleep 300' >"$CELLS_ETC/db.cell"
	for file in www.volume web.cell; do
		[ -s "$CELLS_ETC/$file" ] || atf_fail "no $file"
	done
	atf_check -o match:' 2 cells, 1 volume, no mistakes' cellmgr check
}
files_cleanup()
{
	cells_teardown
}

atf_test_case references
references_head()
{
	atf_set descr "every page refers to cells(7), which refers to every page"
}
references_body()
{
	cells_environment
	cd "$CELLS_SHARE/man" || atf_fail "no manual"
	for page in *.[1-9]; do
		name=${page%.*} section=${page##*.}
		[ "$page" = cells.7 ] || atf_check -o ignore \
		    grep "^\.Xr cells 7" "$page"
		[ "$page" = cells.7 ] || atf_check -o ignore \
		    grep "^\.Xr $name $section" cells.7
	done
	# And nobody refers to a page of ours that is not there.
	sed -n 's/^\.*.*Xr \(cell[a-z]*\|volume\|secmodel_cell\) \([1-9]\).*/\1.\2/p' \
	    ./*.[1-9] | sort -u | while read -r page; do
		[ -f "$page" ] || echo "$page"
	done >"$CELLS_WORK/missing"
	atf_check cat "$CELLS_WORK/missing"
}

atf_test_case matcher
matcher_head()
{
	atf_set descr "this test finds what differs"
}
matcher_body()
{
	match=$(atf_get_srcdir)/match.awk
	printf 'a 1\n...\nz\n' >want
	printf 'a\t27\nb\nc\nz\n' >have
	atf_check awk -f "$match" want have
	printf 'a 1\nz\n' >have
	atf_check awk -f "$match" want have
	printf 'a 1\nb\n' >have
	atf_check -s exit:1 awk -f "$match" want have
	printf 'a 1\nb\nz\nz 1\n' >have
	atf_check -s exit:1 awk -f "$match" want have
	: >want
	atf_check -s exit:1 awk -f "$match" want have
	: >have
	atf_check awk -f "$match" want have
	printf '...\n' >want
	atf_check awk -f "$match" want have
}

atf_init_test_cases()
{
	atf_add_test_case tutorial
	atf_add_test_case cellmgr
	atf_add_test_case cellctl
	atf_add_test_case files
	atf_add_test_case references
	atf_add_test_case matcher
}
