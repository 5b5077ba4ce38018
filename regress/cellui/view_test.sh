# What cellui shows, in every view, at 80x24 in ASCII and at 132x43 in UTF-8.

# both_sizes FUNCTION -- calls it on a small terminal and on a large one.
both_sizes()
{
	export SCREEN_ENV="LC_ALL=C"
	"$1" 80 24
	screen_end
	export SCREEN_ENV="LC_ALL=C.UTF-8"
	"$1" 132 43
}

atf_test_case cells cleanup
cells_head()
{
	atf_set descr "the list: selection, search, sort, filter, help"
	atf_set require.user root
}
cells_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	three_cells
	both_sizes list_of
	keys s
	see 'sorted by state'
	keys S S s s s s s s s s s
	see 'NAMEv'
	keys /
	type we
	see '^search: we'
	keys Enter Enter
	see '2 cell\]' '^web  ready'
	keys q f
	type down
	see '^batch' '^filter: down'
	unseen '^web'
	keys Enter
	see 'filter: down$'
	keys f C-u Escape
	see '^batch' 'filter: down$'
	keys f C-u
	type nothing
	keys Enter
	see 'no cell matches the filter nothing'
	keys f C-u Enter
	see '^web'
	keys '%'
	see 'no such key here: %'
	echo 'comand /bin/true' >"$CELLS_ETC/zzz.cell"
	keys 6
	see '1 mistake in the manifests: ' 'there is no plan' '! .*zzz.cell:1:.*comand'
	keys A
	see '^apply all: .*zzz.cell'
	rm "$CELLS_ETC/zzz.cell"
	see '~ db: env (restart)'
	unseen 'mistakes in the manifests'
}
cells_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}
list_of()
{
	screen_start "$1" "$2"
	see ports,e
	shown "cells.$1x$2.txt"
	keys '?'
	shown "help.$1x$2.txt"
	keys K
	see '^K does nothing here; q goes back'
	keys q
	see '^NAME'
	keys '?'
	see '^keys of the view cells'
	keys 7
	see '\[7 jobs\]' 'nothing was done from here yet'
	keys 1
	see '^NAME'
}

atf_test_case one cleanup
one_head()
{
	atf_set descr "one cell, its log, its denials, the plan"
	atf_set require.user root
}
one_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	three_cells
	db=$(awk '$1 == "service" { print $2 }' "$CELLS_RUN/db.status")
	atf_check -s not-exit:0 -e ignore cellctl exec web kill -TERM "$db"
	both_sizes views_of
	screen_end
	screen_start 80 24 wbe
	see 'no manifest for cell "wbe" (did you mean "web"?)' 'status 2'
}
one_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}
views_of()
{
	screen_start "$1" "$2" web
	see 'process.other.signal' 'nothing lifts'
	shown "cell.$1x$2.txt"
	keys 4
	see 'signalling a process outside the cell'
	shown "denials.$1x$2.txt"
	keys o
	see 'all, following'
	keys 1 k k k j 2 G
	see '\[2 cell\].* db$' '^! ports 5432 5433'
	keys 3
	see 'ready to serve'
	shown "log.$1x$2.txt"
	echo "2026-01-02T03:04:05.678+00:00 db[1]: one more line" >>db.log
	see '03:04:05 one more line'
	keys 6
	see 'env'
	shown "plan.$1x$2.txt"
	keys r
	see 'with restarts' '+ db: start'
	keys r
	unseen 'with restarts'
	keys 7
	see 'nothing was done from here yet'
}

atf_test_case storage cleanup
storage_head()
{
	atf_set descr "volumes, bases and backups, also where these cannot be read"
	atf_set require.user root
}
storage_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	echo 'hostpath /srv rw' >"$CELLS_ETC/cells.conf"
	printf 'path /srv/pool\nbackup yes\n' >"$CELLS_ETC/pool.volume"
	manifest batch 'autostart no'
	atf_check -o ignore cellmgr backup create batch
	atf_check -o ignore cellmgr backup verify batch
	both_sizes storage_of
}
storage_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}
storage_of()
{
	screen_start "$1" "$2"
	keys 5
	see 'batch@'
	shown "storage.$1x$2.txt"
}

atf_test_case hostile cleanup
hostile_head()
{
	atf_set descr "nothing that a cell writes reaches the terminal but as text"
}
hostile_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	manifest evil
	atf_check -o ignore cellmgr apply
	printf '2026-01-02T03:04:05Z evil[1]: \033]0;pwned\007\033[2J\033[31mred\302\2331A \342\200\256dne\n' >>evil.log
	cp /bin/kill "$(printf 'k\033[7m\002')"
	cellctl exec evil "$CELLS_WORK/$(printf 'k\033[7m\002')" -0 1 2>/dev/null || :
	export SCREEN_ENV="LC_ALL=C.UTF-8"
	screen_start 80 24
	tm set -g allow-rename on
	keys Enter 3
	see '03:04:05 .033\]0;pwned.007.033\[2J.033\[31mred.302.2331A .342.200.256dne'
	tm capture-pane -p -e >raw
	atf_check -s exit:1 grep -q "$(printf '\033\[31m')" raw
	case $(tm display-message -p '#{pane_title} #{window_name}') in
	*pwned*)	atf_fail "a log has set the title of the terminal" ;;
	esac
	keys 4
	see '^[0-9:]* *evil *k[^ ]*7m'
}
hostile_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}

atf_test_case readonly cleanup
readonly_head()
{
	atf_set descr "an ordinary user looks, and is told why no more"
	atf_set require.user unprivileged
}
readonly_body()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_setup
	three_cells
	screen_start 80 24
	see ports,e
	shown readonly.80x24.txt
	keys d
	see '^stop: only root may'
	keys A
	see '^apply all manifests: only root may'
	keys '?' NPage
	see 'not by this user, only root may' '(unavailable)'
	keys q Enter 3
	see 'following'
	keys e
	see '^edit the manifest: only root may'
	keys 5 b
	see '^backup of the cell or volume: only root may'
	is_state db ready || atf_fail "it did something"
	keys q q
	see 'status 0'
}
readonly_cleanup()
{
	. "$(atf_get_srcdir)/screen.subr"
	screen_teardown
}

atf_init_test_cases()
{
	atf_add_test_case cells
	atf_add_test_case one
	atf_add_test_case storage
	atf_add_test_case hostile
	atf_add_test_case readonly
}
