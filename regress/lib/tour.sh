# tour.sh -- how make demo shows commands, and checks what it claims.
#
# $work is the directory of the tour; $checks counts the claims, and $wrong
# those that did not hold.

: "${work:=}" "${checks:=0}" "${wrong:=0}"

title()
{
	printf '\n== %s\n' "$*"
}

# note TEXT -- without a directory that means nothing to the reader.
note()
{
	printf '%s\n' "$*" | sed "s,$work/,,g"
}

# aligned -- columns for the eye, where fields are separated by TABs.
aligned()
{
	awk -F '\t' '
	{
		line[NR] = $0
		for (i = 1; NF > 2 && i <= NF; i++)
			if (length($i) > width[i])
				width[i] = length($i)
	}
	END {
		for (n = 1; n <= NR; n++) {
			fields = split(line[n], field, "\t")
			for (i = 1; fields > 2 && i < fields; i++)
				printf("%-*s  ", width[i], field[i])
			print (fields > 2 ? field[fields] : line[n])
		}
	}'
}

# show STATUS COMMAND... -- prints a command and what it says, which is kept
# in $work/said, and checks its exit status.
show()
{
	want=$1 got=0
	shift
	note "\$ $*"
	"$@" >"$work/said" 2>&1 || got=$?
	aligned <"$work/said" | sed -e "s,$work/,,g" -e 's/^/    /'
	check "exit status $got, expected $want" [ "$got" -eq "$want" ]
}

# check WHAT COMMAND... -- a claim that does not hold is printed.
check()
{
	what=$1
	shift
	checks=$((checks + 1))
	if ! "$@" >/dev/null 2>&1; then
		wrong=$((wrong + 1))
		echo "!!! does not hold: $what"
	fi
}

# said PATTERN -- did the last command say so?
said()
{
	check "the command says $1" grep -Eq "$1" "$work/said"
}

# soon COMMAND... -- does it come true within ten seconds?
soon()
{
	tries=100
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}
