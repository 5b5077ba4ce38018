# How make check runs the ATF tests: again where the clock leapt, and only
# there.

# a_check WORD... -- a directory with stand-ins for kyua(1), which fails once
# for every word, and for date(1), which leaps meanwhile where the word is
# `leap'.
a_check()
{
	top=${CELLS_SOURCE:-}
	[ -n "$top" ] || atf_skip "CELLS_SOURCE does not say where the sources are"
	mkdir -p bin build/bin build/regress out
	echo 0 >runs
	echo 0 >ahead
	printf '%s\n' "$@" >words
	# It waits until the clock has been looked at before and after.
	cat >bin/kyua <<-'EOF'
	#!/bin/sh
	case " $* " in
	*" report-junit "*)	exit 0 ;;
	esac
	n=$(($(cat runs) + 1))
	echo $n >runs
	word=$(sed -n ${n}p words)
	[ -n "$word" ] || exit 0
	for when in before after; do
		rm -f looked slept
		until [ -f looked ] && [ -f slept ]; do /bin/sleep 0.05; done
		[ "$word" != leap ] || echo $((n * 400)) >ahead
	done
	exit 1
	EOF
	cat >bin/date <<-'EOF'
	#!/bin/sh
	echo $(($(/bin/date +%s) + $(cat ahead)))
	touch looked
	EOF
	# Whoever sleeps after a look has said what was seen.
	cat >bin/sleep <<-'EOF'
	#!/bin/sh
	[ ! -f looked ] || touch slept
	/bin/sleep 0.1
	EOF
	for program in atf-sh make go; do
		printf '#!/bin/sh\n' >bin/$program
	done
	chmod +x bin/*
}

# checked RUNS STATUS -- runs them; so often, and with that end.
checked()
{
	(
		PATH=$PWD/bin:$PATH
		export PATH
		MAKE=make GO=go BUILD=build sh "$top/regress/tools/run-atf" out
	) >said || atf_fail "run-atf failed"
	cat said
	atf_check_equal "$1" "$(cat runs)"
	atf_check_equal "$2" "$(cat out/atf.status)"
}

atf_test_case leap
leap_head()
{
	atf_set descr "tests that fail while the clock leaps are run once more"
}
leap_body()
{
	a_check leap
	checked 2 0
	atf_check -o match:'once more: the clock leapt by 40[0-9] s' cat said
}

atf_test_case failure
failure_head()
{
	atf_set descr "a failure without a leap stands, and so does a second one"
}
failure_body()
{
	a_check fail
	checked 1 1
	atf_check cat said
	a_check leap leap
	checked 2 1
}

atf_init_test_cases()
{
	atf_add_test_case leap
	atf_add_test_case failure
}
