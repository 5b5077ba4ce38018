# measure.sh -- what benchmarks in sh share; sourced from the top of the
# sources, with $work a directory of their own.

: "${work:?}"

# now -- milliseconds.
now()
{
	echo $(($(date +%s%N) / 1000000))
}

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# measure NAME COMMAND... -- notes in $work/NAME.ms how many milliseconds the
# command takes, whatever its status, and how many of processors.
measure()
{
	_m_name=$1
	shift
	_m_begin=$(now)
	("$@" >/dev/null 2>&1 || :; times) >"$work/times"
	tail -n 1 "$work/times" | awk -v ms=$(($(now) - _m_begin)) '
	    { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); cpu += t[1] * 60 + t[2] } }
	    END { print ms, int(cpu * 1000) }' >>"$work/$_m_name.ms"
}

# taken NAME, processors NAME -- the medians of what was noted.
taken()
{
	# Numbers are words.
	# shellcheck disable=SC2046
	median $(cut -d ' ' -f 1 "$work/$1.ms")
}

processors()
{
	# shellcheck disable=SC2046
	median $(cut -d ' ' -f 2 "$work/$1.ms")
}
