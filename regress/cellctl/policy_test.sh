# cellctl policy: the table, from the kernel.
#
# Programs for awk are in single quotes on purpose.
# shellcheck disable=SC2016

atf_test_case table cleanup
table_head()
{
	atf_set descr "every rule, each with a name, a tier and words"
}
table_body()
{
	cells_setup
	cellctl policy -H -o id,rule,scope,tier,exception,relation,quiet,what >out ||
	    atf_fail "policy"
	atf_check_equal "$(cellctl version -H -o rules)" \
	    "$(wc -l <out | tr -d ' ')"
	atf_check -x "awk -F '\t' '
	    \$1 != NR - 1 || seen[\$2]++ || \$2 !~ /^[a-z0-9.]+\$/ { exit 1 }
	    \$3 !~ /^(generic|system|process|network|machdep|device|vnode)\$/ { exit 1 }
	    \$4 !~ /^(always|low|medium|high|never)\$/ { exit 1 }
	    \$5 != \"-\" && \$4 !~ /^(medium|high)\$/ { exit 1 }
	    \$6 !~ /^(any|same|other)\$/ || \$7 !~ /^[01]\$/ { exit 1 }
	    \$8 == \"-\" || \$8 ~ / names\$/ { exit 1 }' out"
	# Each exception lifts something.
	for exception in chroot mount settime sysctl ifconfig route firewall \
	    rawsock nfs quota ipc debug sched multicast extattr; do
		atf_check -o match:. awk -F '\t' -v e=$exception '$5 == e' out
	done
	atf_check -o match:'^[0-9]+	[0-9]+$' cellctl policy -H -o action,request
}
table_cleanup()
{
	cells_teardown
}

atf_test_case profile cleanup
profile_head()
{
	atf_set descr "-p shows what a profile denies; a higher one denies more"
}
profile_body()
{
	cells_setup
	for profile in low medium high; do
		cellctl policy -p $profile -H -o rule,tier |
		    sort >"$profile.rules"
	done
	comm -23 low.rules medium.rules >lost
	comm -23 medium.rules high.rules >>lost
	atf_check -o empty cat lost
	atf_check -o match:'	medium$' comm -13 low.rules medium.rules
	atf_check -o match:'	high$' comm -13 medium.rules high.rules
	atf_check -s exit:1 grep '	never$' high.rules
	atf_check -s exit:1 -o empty grep -E '	(medium|high)$' low.rules
	atf_check -o match:'process.other.signal' cat low.rules
	atf_check -s exit:2 -e match:'unknown profile "hgih" \(did you mean "high"\?\)' \
	    cellctl policy --profile hgih
	atf_check -s exit:2 -e match:'unexpected operand' cellctl policy x
}
profile_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case table
	atf_add_test_case profile
}
