# What cellui leaves of the terminal, which terminals it takes, and how it is
# called.

atf_test_case called cleanup
called_head()
{
	atf_set descr "options, operands, and no terminal"
}
called_body()
{
	cells_setup
	atf_check -o match:'^usage: cellui \[-am\] \[-i TIME\] \[CELL\]$' cellui --help
	atf_check -o match:'^cellui [0-9.]+$' cellui --version
	atf_check -s exit:2 -e match:'unknown option "--colour"' cellui --colour
	atf_check -s exit:2 -e match:'unexpected operand "b"' cellui a b
	atf_check -s exit:2 -e match:'option -i: .*from 1s to 1h expected' cellui -i 10ms
	atf_check -s exit:2 -e match:'standard input is no terminal' cellui </dev/null
}
called_cleanup()
{
	cells_teardown
}

# left -- the terminal is as it was.
left()
{
	see "$1"
	cells_await "$LIMIT" test -s after
	atf_check cmp before after
	unseen '^NAME'
}

atf_test_case leaves cleanup
leaves_head()
{
	atf_set descr "quitting, signals and ^Z leave the terminal as it was"
}
leaves_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	manifest web
	screen_start 80 24
	keys q
	left 'status 0'
	for signal in TERM HUP INT; do
		screen_end
		screen_start 80 24
		pid=$(pid_of)
		kill -"$signal" "$pid"
		left "status $((128 + $(number "$signal")))"
	done
	screen_end
	screen_start 80 24
	keys C-l
	see '^NAME'
	keys C-z
	see '^NAME' '^web'
	keys q
	left 'status 0'
}
leaves_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}

# number SIGNAL
number()
{
	case $1 in
	HUP)	echo 1 ;;
	INT)	echo 2 ;;
	TERM)	echo 15 ;;
	esac
}

# pid_of -- the process of cellui on the terminal.
pid_of()
{
	ps -t "$(tm display-message -p '#{pane_tty}' | sed 's|^/dev/||')" -o pid=,comm= |
	    awk '$2 ~ /cellui/ { print $1 }'
}

atf_test_case kinds cleanup
kinds_head()
{
	atf_set descr "terminal types, colours, sizes, resizing"
}
kinds_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	manifest web
	manifest db
	atf_check -o ignore cellmgr apply
	for kind in vt220:mono wsvt25:colour xterm:colour wsvt25m:mono; do
		export SCREEN_ENV="LC_ALL=C TERM=${kind%:*}"
		screen_start 80 24
		see '^web *ready'
		keys j Down Up
		coloured "${kind#*:}"
		screen_end
	done
	export SCREEN_ENV="LC_ALL=C NO_COLOR=1"
	screen_start 80 24
	see '^web *ready'
	coloured mono
	tm resize-window -x 79 -y 24
	see '^79x24 is too small' '^at least 80x24' '^q ends'
	tm resize-window -x 140 -y 50
	see '^web *ready' 'DRIFT  *CPU  *MEMORY$'
	screen_end
	export SCREEN_ENV="LC_ALL=C TERM=adm3a"
	screen_start 80 24 -a
	see 'terminal type "adm3a" is not known' 'status 1'
}
kinds_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}

# coloured colour|mono -- are there colours on the screen?
coloured()
{
	tm capture-pane -p -e >raw
	case $1 in
	colour)	atf_check -o ignore grep "$(printf '\033\\[3[1-7]m')" raw ;;
	mono)	atf_check -s exit:1 grep "$(printf '\033\\[3[1-7]m')" raw ;;
	esac
}

atf_init_test_cases()
{
	atf_add_test_case called
	atf_add_test_case leaves
	atf_add_test_case kinds
}
