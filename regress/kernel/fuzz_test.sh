# Random calls to every node, under AddressSanitizer and
# UndefinedBehaviorSanitizer.  FUZZ_SECONDS says for how long; a failure
# prints the seed, and fuzz -s SEED makes the same calls again.

fuzz()
{
	[ -x "$(atf_get_srcdir)/fuzz" ] ||
	    atf_skip "the compiler has no AddressSanitizer"
	# UBSan's findings end the program, too: it is built so.
	atf_check -o save:out "$(atf_get_srcdir)/fuzz" "$@"
	cat out
}

atf_test_case known_seeds
known_seeds_head()
{
	atf_set descr "calls that are the same every time"
}
known_seeds_body()
{
	for seed in 1 2 3; do
		fuzz -s "$seed" -n 1500
	done
}

atf_test_case new_seed
new_seed_head()
{
	atf_set descr "calls that nobody has made before"
	atf_set timeout 100000
}
new_seed_body()
{
	fuzz
}

atf_init_test_cases()
{
	atf_add_test_case known_seeds
	atf_add_test_case new_seed
}
