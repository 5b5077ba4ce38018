# cellctl denials, explain and suggest: what a cell was denied, and why.
#
# Commands for the shell in the cell are in single quotes on purpose.
# shellcheck disable=SC2016

# cells_bound -- skips where decisions bind no process: nothing is denied.
cells_bound()
{
	[ "$(cellctl version -H -o enforces)" = 1 ] ||
	    atf_skip "the rig does not enforce here"
}

# misbehave CELL -- signals the host, twice, by the shell itself; raises a
# priority; changes the root.  Whatever comes of it.
misbehave()
{
	cellctl exec "$1" sh -c "kill -0 $$; kill -0 $$; true" 2>/dev/null
	cellctl exec "$1" nice -n -5 true >/dev/null 2>&1
	cellctl exec "$1" chroot / true >/dev/null 2>&1
}

# denials CELL FIELDS -- sorted by rule.
denials()
{
	cellctl denials -H -o "$2" "$1" | sort
}

atf_test_case denials cleanup
denials_head()
{
	atf_set descr "who tried what, and how often"
}
denials_body()
{
	cells_setup
	cells_bound
	web=$(cells_name web)
	db=$(cells_name db)
	id=$(cellctl create -n "$web" /)
	atf_check -o ignore cellctl create -n "$db" /
	atf_check -o empty cellctl denials -H "$web"
	start=$(date +%s)
	misbehave "$web"
	atf_check -o inline:"process.nice.raise	nice	denied\nprocess.other.signal	sh	denied\nsystem.chroot.chroot	chroot	denied\n" \
	    -x "cellctl denials -H -o rule,program,verdict $web | sort"
	cellctl denials -H -o rule,cell,uid,count,detail,object,scope,id "$web" |
	    grep '^process.other.signal' >line
	# To a rig the user who runs it is root.
	atf_check -o inline:"process.other.signal	$web	0	2	$$	-	process	$id\n" \
	    cat line
	atf_check -x "cellctl denials -H -o time,first,seq,pid $web |
	    awk -v start=$start '\$1 < start - 1 || \$1 > start + 60 || \$2 > \$1 || \$3 <= last || \$4 < 1 { exit 1 }
		{ last = \$3 }'"
	# The other one did nothing.
	atf_check -o empty cellctl denials -H "$db"
	atf_check -o inline:"3\n" -x \
	    "cellctl denials -H -o cell | grep -c '^$web\$'"
	atf_check -s exit:1 -e inline:"cellctl: nosuch: no such cell\n" \
	    cellctl denials nosuch
}
denials_cleanup()
{
	cells_teardown
}

atf_test_case follow cleanup
follow_head()
{
	atf_set descr "-f prints what comes, each once, in order"
}
follow_body()
{
	cells_setup
	cells_bound
	web=$(cells_name web)
	db=$(cells_name db)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o ignore cellctl create -n "$db" /
	cellctl exec "$web" nice -n -5 true >/dev/null 2>&1
	cellctl denials -f -o rule,cell "$web" >one 2>err &
	one=$!
	cellctl denials -H --follow -o rule,cell "$web" "$db" >two &
	two=$!
	cells_await 10 test -s one
	cells_await 10 test -s two
	cellctl exec "$web" chroot / true >/dev/null 2>&1
	cells_await 10 grep -q chroot one
	cells_await 10 grep -q chroot two
	cellctl exec "$db" chroot / true >/dev/null 2>&1
	cells_await 10 grep -q "$db" two
	atf_check -o inline:"rule	cell\nprocess.nice.raise	$web\nsystem.chroot.chroot	$web\n" \
	    cat one
	atf_check -o inline:"process.nice.raise	$web\nsystem.chroot.chroot	$web\nsystem.chroot.chroot	$db\n" \
	    cat two
	# Who is followed alone and goes, ends it.
	cellctl destroy "$web"
	wait $one && atf_fail "it follows a cell that is gone"
	atf_check -o inline:"cellctl: $web: no such cell\n" cat err
	kill $two
	wait $two || :
}
follow_cleanup()
{
	cells_teardown
}

atf_test_case explain cleanup
explain_head()
{
	atf_set descr "each rule with what lifts it; doing that lifts it"
}
explain_body()
{
	cells_setup
	cells_bound
	[ "$(id -u)" = 0 ] || atf_skip "the host refuses what the cell may"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -a nfs /
	atf_check -o empty cellctl explain -H "$web"
	misbehave "$web"
	atf_check -o inline:"process.nice.raise	1	0	raising the priority of a process	nice	exception sched	cellctl allow $web sched	allow nfs sched\nprocess.other.signal	2	0	signalling a process outside the cell	sh	-	-	-\nsystem.chroot.chroot	1	0	changing the root directory	chroot	exception chroot	cellctl allow $web chroot	allow chroot nfs\n" \
	    -x "cellctl explain -H -o rule,denied,learned,what,program,lift,command,manifest $web |
	    grep -e nice.raise -e other.signal -e chroot.chroot | sort"
	# The one tried most is the first of those that are not asked always.
	atf_check -o inline:"process.other.signal\n" \
	    -x "cellctl explain -H -o rule $web | grep -v see | head -n 1"
	for rule in process.nice.raise system.chroot.chroot; do
		command=$(cellctl explain -H -o rule,command "$web" |
		    awk -F '\t' -v rule=$rule '$1 == rule { print $2 }')
		atf_check sh -c "$command"
	done
	# Nobody is told to do it again.
	atf_check -o inline:"exception chroot, in force	-	allow chroot nfs sched\n" \
	    -x "cellctl explain -H -o rule,lift,command,manifest $web |
	    sed -n 's/^system.chroot.chroot	//p'"
	atf_check -o ignore -e ignore cellctl exec "$web" chroot / true
	# No error from nice(1) now.
	atf_check -o empty -e empty cellctl exec "$web" nice -n -5 true
	atf_check -o match:'^2$' cellctl stats -H -o excepted "$web"
	atf_check -s exit:1 -e inline:"cellctl: nosuch: no such cell\n" \
	    cellctl explain nosuch
}
explain_cleanup()
{
	cells_teardown
}

atf_test_case suggest cleanup
suggest_head()
{
	atf_set descr "what was learned suffices, and is not more than that"
}
suggest_body()
{
	cells_setup
	cells_bound
	[ "$(id -u)" = 0 ] || atf_skip "the host refuses what the cell may"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -a nfs -P 30080 -L /
	atf_check -o empty -e empty cellctl exec "$web" nice -n -5 true
	atf_check cellctl exec "$web" chroot / true
	# What keeps cells apart is not learned but denied.
	cellctl exec "$web" sh -c "kill -0 $$" 2>/dev/null &&
	    atf_fail "a learning cell signals the host"
	atf_check -o inline:"denied	process.other.signal\nlearned	process.nice.raise\nlearned	system.chroot.chroot\n" \
	    -x "cellctl denials -H -o verdict,rule $web | sort"
	cellctl suggest "$web" >suggestion || atf_fail "suggest"
	atf_check -o inline:"profile high\nmode enforce\nallow chroot sched\nports 30080\n" \
	    grep -v '^#' suggestion
	atf_check -o match:'^# allow chroot: .*, once: system.chroot.chroot$' \
	    -o match:'^# allow sched: .*: process.nice.raise$' cat suggestion
	# It is enough.
	atf_check cellctl set "$web" mode=enforce profile=high \
	    allow="$(sed -n 's/^allow //p' suggestion | tr ' ' ,)"
	atf_check -o empty -e empty cellctl exec "$web" nice -n -5 true
	atf_check cellctl exec "$web" chroot / true
	# And still right, when only the exceptions tell.
	atf_check -o match:'^allow chroot sched$' cellctl suggest "$web"
}
suggest_cleanup()
{
	cells_teardown
}

atf_test_case ignorant cleanup
ignorant_head()
{
	atf_set descr "a cell that never learned, or in a low profile, is told so"
}
ignorant_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o inline:"profile high\nmode enforce\n" \
	    -e inline:"cellctl: $web: it never learned: cellctl set $web mode=learn, then use it\n" \
	    cellctl suggest "$web"
	atf_check cellctl set "$web" mode=learn profile=medium
	atf_check -e empty \
	    -o match:'^# learned in a profile below high' \
	    -o match:'^profile medium$' cellctl suggest "$web"
	atf_check -s exit:1 -e inline:"cellctl: nosuch: no such cell\n" \
	    cellctl suggest nosuch
}
ignorant_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case denials
	atf_add_test_case follow
	atf_add_test_case explain
	atf_add_test_case suggest
	atf_add_test_case ignorant
}
