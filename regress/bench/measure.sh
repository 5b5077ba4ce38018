# measure.sh -- what benchmarks in sh share; sourced from the top of the
# sources, with $work a directory of their own.

: "${work:?}" "${repeat:=1}"

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
# command takes, whatever its status, and how many of processors.  What is
# over in no time is to be done $repeat times.
measure()
{
	_m_name=$1
	shift
	_m_begin=$(now)
	(
		n=0
		while [ $n -lt "$repeat" ]; do
			"$@" >/dev/null 2>&1 || :
			n=$((n + 1))
		done
		times
	) >"$work/times"
	tail -n 1 "$work/times" |
	awk -v ms=$((($(now) - _m_begin) / repeat)) -v n="$repeat" '
	    { for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); cpu += t[1] * 60 + t[2] } }
	    END { print ms, int(cpu * 1000 / n) }' >>"$work/$_m_name.ms"
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
