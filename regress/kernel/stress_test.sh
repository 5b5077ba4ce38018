# Many threads under ThreadSanitizer: members come and go while cells are
# created, changed, read, killed and destroyed.  STRESS_SECONDS says for how
# long.

atf_test_case threads
threads_head()
{
	atf_set descr "members, admins and readers at the same time"
	atf_set timeout 100000
}
threads_body()
{
	[ -x "$(atf_get_srcdir)/stress" ] ||
	    atf_skip "the compiler has no ThreadSanitizer"
	atf_check -o save:out "$(atf_get_srcdir)/stress"
	cat out
}

atf_init_test_cases()
{
	atf_add_test_case threads
}
