# cellctl list, and the output contract of every listing verb.

atf_test_case fields cleanup
fields_head()
{
	atf_set descr "the default fields and the order of -o"
}
fields_body()
{
	cells_setup
	web=$(cells_name web)
	db=$(cells_name db)
	wid=$(cellctl create -n "$web" /)
	did=$(cellctl create -n "$db" -p low /)
	atf_check -o inline:"id	name	state	profile	mode	procs	uptime	root	super\n$wid	$web	live	high	enforce	0	0	/	-\n" \
	    -x "cellctl list $web | sed 's/	[0-9]*	\/	/	0	\/	/'"
	# In the order asked for, cells as well as fields.
	atf_check -o inline:"name	id\n$db	$did\n$web	$wid\n" \
	    cellctl list -o name,id "$db" "$web"
	atf_check -o inline:"$db	$did\n" cellctl list -H -o name -o id "$db"
	# All of them, in the order of ids.
	atf_check -o inline:"$web\n$db\n" -x \
	    "cellctl list -H -o name | grep -e '^$web\$' -e '^$db\$'"
	now=$(date +%s)
	atf_check -x "[ \$((\$(cellctl list -H -o created $web) - $now)) -le 2 ]"
	atf_check -x "[ \$(($now - \$(cellctl list -H -o created $web))) -le 10 ]"
	atf_check -s exit:1 -o empty -e inline:"cellctl: nosuch: no such cell\n" \
	    cellctl list "$web" nosuch
	atf_check -s exit:2 -e inline:'cellctl: unknown field "nmae" (did you mean "name"?)\n' \
	    cellctl list -o id,nmae
}
fields_cleanup()
{
	cells_teardown
}

atf_test_case contract cleanup
contract_head()
{
	atf_set descr "one record a line, TABs between fields, for every verb"
}
contract_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -a ipc -t 'a b' /
	for verb in list stats denials "explain $web" policy version; do
		# shellcheck disable=SC2086
		cellctl $verb >out || atf_fail "$verb"
		awk -F '\t' -v verb="$verb" '
		    NR == 1 { n = NF; for (i = 1; i <= NF; i++) if ($i !~ /^[a-z-]+$/) exit 1 }
		    NF != n { print verb ": " $0; exit 1 }
		    { for (i = 1; i <= NF; i++) if ($i == "") exit 1 }' out ||
			atf_fail "$verb: not a table"
		# Without the header, the same lines.  Things move on, so
		# only their number is compared.
		# shellcheck disable=SC2086
		atf_check_equal "$(($(wc -l <out) - 1))" \
		    "$(cellctl $verb -H | wc -l | tr -d ' ')"
		# Chosen fields come as chosen.
		last=$(head -n 1 out | awk -F '\t' '{ print $NF "," $1 }')
		# shellcheck disable=SC2086
		atf_check -o match:"^$(echo "$last" | tr , '\t')\$" \
		    cellctl $verb -o "$last"
		# shellcheck disable=SC2086
		atf_check -s exit:2 -o empty -e match:'unknown field "xyzzy"' \
		    cellctl $verb -o xyzzy
	done
	atf_check -o inline:"a b\n" cellctl list -H --output=tag "$web"
}
contract_cleanup()
{
	cells_teardown
}

atf_test_case terminal cleanup
terminal_head()
{
	atf_set descr "to a terminal, an aligned table with a header"
}
terminal_body()
{
	cells_setup
	on_terminal true >/dev/null || atf_skip "no script(1) that runs a command"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	on_terminal "cellctl list -o name,state,maxproc $web" | tr -d '\r' >out
	atf_check -o match:'^NAME +STATE +MAXPROC$' sed -n 1p out
	atf_check -o match:"^$web +live +0\$" sed -n 2p out
	atf_check -s exit:1 grep '	' out
	# Numbers end where the header ends.
	atf_check_equal "$(awk 'NR == 1 { print length }' out)" \
	    "$(awk 'NR == 2 { print length }' out)"
	on_terminal "cellctl list -H -o name $web" | tr -d '\r' >out
	atf_check -o inline:"$web\n" cat out
}
# on_terminal COMMAND -- with a terminal as its standard output.
on_terminal()
{
	if [ "$(uname -s)" = NetBSD ]; then
		script -q -c "$1" /dev/null </dev/null
	else
		script -q -e -c "$1" /dev/null </dev/null
	fi
}
terminal_cleanup()
{
	cells_teardown
}

atf_test_case pipe cleanup
pipe_head()
{
	atf_set descr "a closed pipe ends it quietly, a full disk does not"
}
pipe_body()
{
	cells_setup
	atf_check -o inline:"id\n" -e empty -x \
	    "{ cellctl policy -o id; cellctl policy -o id; } | head -n 1"
	# Also where nobody told about the signal.
	atf_check -e empty -x "(trap '' PIPE; cellctl policy -o id) | :"
	if [ -c /dev/full ]; then
		atf_check -s exit:1 -e match:'no space left' -x \
		    "cellctl list >/dev/full"
	fi
}
pipe_cleanup()
{
	cells_teardown
}

atf_test_case inside cleanup
inside_head()
{
	atf_set descr "inside a cell nothing is told and nothing is done"
}
inside_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	self=$(command -v cellctl)
	for call in list "list $web" stats "denials $web" "explain $web" policy \
	    "set $web mode=learn" "allow $web ipc" "kill $web" \
	    "exec $web true" 'create -n x /'; do
		# shellcheck disable=SC2086
		atf_check -s exit:1 -o empty -e match:'operation not permitted' \
		    cellctl exec -e "CELLS_RIG=${CELLS_RIG:-}" "$web" "$self" $call
	done
	atf_check -o inline:"enforce	-	live\n" \
	    cellctl list -H -o mode,allow,state "$web"
}
inside_cleanup()
{
	cells_teardown
}

atf_test_case nobody cleanup
nobody_head()
{
	atf_set descr "without a kernel or a rig: what was tried, status 1"
}
nobody_body()
{
	cells_environment
	CELLS_RIG=$(pwd -P)/none.sock
	export CELLS_RIG
	for verb in list stats denials policy 'kill x' 'exec x true' 'create -n x /'; do
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:"cellctl: no secmodel_cell: .*none.sock" \
		    cellctl $verb
	done
	: >file
	CELLS_RIG=$(pwd -P)/file
	atf_check -s exit:1 -e match:'cellctl: .*/file' cellctl list
}
nobody_cleanup()
{
	:
}

atf_init_test_cases()
{
	atf_add_test_case fields
	atf_add_test_case contract
	atf_add_test_case terminal
	atf_add_test_case pipe
	atf_add_test_case inside
	atf_add_test_case nobody
}
