# cellctl stats: counters, the interval, Prometheus.

# pattern of a real number
number='[0-9]+(\.[0-9]+)?'

atf_test_case fields cleanup
fields_head()
{
	atf_set descr "the default fields, and that they count"
}
fields_body()
{
	cells_setup
	web=$(cells_name web)
	id=$(cellctl create -n "$web" /)
	atf_check -o inline:"id	name	procs	peak	cpu	cpupct	rss	vsz	forks	exits	denied	learned	excepted\n$id	$web	0	0	0	-	0	0	0	0	0	0	0\n" \
	    cellctl stats "$web"
	cellctl exec "$web" sh -c 'sleep 300 & sleep 300 & wait' &
	cells_await 10 is "$web" procs 3
	atf_check -o match:"^3	3	$number	[1-9][0-9]*	[1-9][0-9]*	[2-9][0-9]*\$" \
	    cellctl stats -H -o procs,peak,cpu,rss,vsz,forks "$web"
	cellctl kill "$web"
	# What has ended still counts.
	atf_check -o match:"^0	3	[3-9][0-9]*	0	0\$" \
	    cellctl stats -H -o procs,peak,exits,rss,vsz "$web"
	atf_check -o match:'^[0-9]+	[0-9]+	0	0	0$' \
	    cellctl stats -H \
	    -o uptime,creds,denied-process,learned-network,excepted-vnode "$web"
}
# is CELL FIELD VALUE
is()
{
	[ "$(cellctl stats -H -o "$2" "$1")" = "$3" ]
}
fields_cleanup()
{
	cells_teardown
}

atf_test_case cpu cleanup
cpu_head()
{
	atf_set descr "CPU time counts those that have exited; per cent over an interval"
}
cpu_body()
{
	cells_setup
	web=$(cells_name web)
	db=$(cells_name db)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o ignore cellctl create -n "$db" /
	cellctl exec "$web" sh -c 'while :; do :; done' &
	cells_await 10 is "$web" procs 1
	# The one that works works, the other does not.
	cellctl stats -w 1 -c 2 -o name,cpupct "$web" "$db" >out ||
	    atf_fail "stats -w"
	atf_check -o inline:'name	cpupct\n' sed -n 1p out
	atf_check_equal 5 "$(wc -l <out | tr -d ' ')"
	atf_check -x "awk -v web=$web -v db=$db '
	    \$1 == web && (\$2 < 10 || \$2 > 130) { exit 1 }
	    \$1 == db && \$2 != 0 { exit 1 }' out"
	atf_check cellctl kill "$web"
	atf_check -x "cellctl stats -H -o cpu $web | awk '{ exit \$1 < 0.5 }'"
}
cpu_cleanup()
{
	cells_teardown
}

atf_test_case prometheus cleanup
prometheus_head()
{
	atf_set descr "-P is valid, and says what stats says"
}
prometheus_body()
{
	cells_setup
	web=$(cells_name web)
	id=$(cellctl create -n "$web" -m 7 -p medium /)
	cellctl exec "$web" sleep 300 &
	cells_await 10 is "$web" procs 1
	cellctl stats -P "$web" >metrics || atf_fail "stats -P"
	labels="id=\"$id\",cell=\"$web\""
	atf_check -o match:"^cell_info\{$labels,profile=\"medium\",mode=\"enforce\",state=\"live\"\} 1\$" \
	    -o match:"^cell_processes\{$labels\} 1\$" \
	    -o match:"^cell_processes_limit\{$labels\} 7\$" \
	    -o match:"^cell_denied_total\{$labels,scope=\"network\"\} 0\$" \
	    -o match:"^cell_cpu_seconds_total\{$labels\} $number\$" \
	    cat metrics
	# Each family once, with its type, counters as counters.
	atf_check -x "awk '
	    /^# TYPE/ { if (seen[\$3]++) exit 1; type[\$3] = \$4; next }
	    /^#/ { next }
	    { sub(/[{].*/, \"\", \$1); if (!(\$1 in type)) exit 1
	      if ((\$1 ~ /_total\$/) != (type[\$1] == \"counter\")) exit 1 }' metrics"
	if command -v promtool >/dev/null; then
		atf_check -e empty -o empty -x 'promtool check metrics <metrics'
	fi
	# Every cell where none is named.
	atf_check -o match:"cell=\"$web\"" cellctl stats --prometheus
}
prometheus_cleanup()
{
	cells_teardown
}

atf_test_case usage cleanup
usage_head()
{
	atf_set descr "options that do not go together"
}
usage_body()
{
	cells_setup
	while IFS='|' read -r args status pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:"$status" -e match:"$pattern" \
		    cellctl stats $args
	done <<-END
	-c 2|2|-c is of use with -w only
	-w 0|2|-w 0: at least
	-w x|2|-w: .*number expected
	-w 1 -c -1|2|-c -1
	-w 1 -c 0|2|-c 0
	-P -H|2|-P goes with no other option
	-P -o id|2|-P goes with no other option
	-P -w 1|2|-P goes with no other option
	nosuch|1|nosuch: no such cell
	-P nosuch|1|nosuch: no such cell
	-w 1 -c 1 nosuch|1|nosuch: no such cell
	END
	# A cell that goes while it is watched.
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	cellctl stats -w 200ms "$web" >out 2>err &
	pid=$!
	cells_await 10 test -s out
	cellctl destroy "$web"
	wait $pid && atf_fail "it should have failed"
	atf_check -o inline:"cellctl: $web: no such cell\n" cat err
}
usage_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case fields
	atf_add_test_case cpu
	atf_add_test_case prometheus
	atf_add_test_case usage
}
