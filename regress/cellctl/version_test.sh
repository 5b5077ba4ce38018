# cellctl version, help, completion, and how mistakes in calling are told.
#
# What other shells are told is in single quotes on purpose.
# shellcheck disable=SC2016

atf_test_case version cleanup
version_head()
{
	atf_set descr "what decides is said"
}
version_body()
{
	cells_setup
	atf_check -o inline:"program	abi	by	enforces	rules	cells	banner\n" \
	    -x 'cellctl version | head -n 1'
	by=kernel
	[ -z "${CELLS_RIG:-}" ] || by=rig
	atf_check -o match:"^[0-9.]+	1	$by	[01]	[1-9][0-9]*	[0-9]+	.*(rig|secmodel_cell)" \
	    cellctl version -H
	before=$(cellctl version -H -o cells)
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check_equal $((before + 1)) "$(cellctl version -H -o cells)"
}
version_cleanup()
{
	cells_teardown
}

atf_test_case nobody cleanup
nobody_head()
{
	atf_set descr "without a kernel it tells its own version, and fails"
}
nobody_body()
{
	cells_environment
	CELLS_RIG=$(pwd -P)/none.sock
	export CELLS_RIG
	atf_check -s exit:1 -o match:'^[0-9.]+	1	-	-	-	-	-$' \
	    -e match:'no rig answers at .*/none.sock' cellctl version
}
nobody_cleanup()
{
	:
}

atf_test_case usage cleanup
usage_head()
{
	atf_set descr "verbs and options that do not exist; help"
}
usage_body()
{
	cells_environment
	while IFS='|' read -r args status pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:"$status" -o empty -e match:"$pattern" \
		    cellctl $args
	done <<-END
	|2|usage: cellctl VERB
	lsit|2|unknown verb "lsit" \(did you mean "list"\?\)
	deni|2|unknown verb "deni" \(did you mean "denials"\?\)
	xyzzy|2|unknown verb "xyzzy"$
	-n x create|2|options come after the verb
	help lsit|2|unknown verb "lsit" \(did you mean "list"\?\)
	list -x|2|list: unknown option "-x"
	list --outptu id|2|unknown option "--outptu" \(did you mean "--output"\?\)
	list -o|2|option -o needs a value
	probe|2|operand missing
	suggest a b|2|unexpected operand "b"
	explain|2|operand missing
	completion|2|operand missing
	END
	for call in help -h --help; do
		atf_check -o match:'^usage: cellctl VERB' \
		    -o match:'^  create +creates a cell' cellctl $call
	done
	# Each verb of the manual has help.
	for verb in create set allow deny exec supervise kill destroy list \
	    stats denials explain suggest policy probe version completion; do
		atf_check -o match:"^usage: cellctl $verb" cellctl help $verb
		atf_check -o match:"^usage: cellctl $verb" cellctl $verb --help
		atf_check -o match:"^  $verb " cellctl help
	done
	atf_check -o not-match:probe-child cellctl help
}
usage_cleanup()
{
	:
}

atf_test_case completion cleanup
completion_head()
{
	atf_set descr "each shell reads what is made for it"
}
completion_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	for shell in bash ksh zsh; do
		cellctl completion $shell >$shell.sh || atf_fail "$shell"
		command -v $shell >/dev/null || continue
		atf_check $shell -n $shell.sh
	done
	if command -v bash >/dev/null; then
		atf_check -o inline:"kill\n" bash -c '. ./bash.sh
		    COMP_WORDS=(cellctl ki); COMP_CWORD=1; _cellctl
		    echo "${COMPREPLY[@]}"'
		atf_check -o inline:"$web\n" bash -c '. ./bash.sh
		    COMP_WORDS=(cellctl kill '"$web"'); COMP_CWORD=2; _cellctl
		    echo "${COMPREPLY[@]}"'
		atf_check -o inline:"rawsock\n" bash -c '. ./bash.sh
		    COMP_WORDS=(cellctl allow x raw); COMP_CWORD=3; _cellctl
		    echo "${COMPREPLY[@]}"'
	fi
	atf_check -o match:"^set -A complete_cellctl_1 -- help create" cat ksh.sh
	atf_check -s exit:2 -e match:'unknown shell "zhs" \(did you mean "zsh"\?\)' \
	    cellctl completion zhs
}
completion_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case version
	atf_add_test_case nobody
	atf_add_test_case usage
	atf_add_test_case completion
}
