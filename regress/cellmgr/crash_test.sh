# A sudden end at every point between two changes of the world: the next
# apply converges, nothing is mounted twice, nothing is lost, no temporary
# file is left.  CELLS_FAULT=N makes cellmgr die at its N-th such point.

# world -- the manifests that are applied: a dependency, and a cell with
# data, volumes and provisioning.
world()
{
	db=$(cells_name db) web=$(cells_name web)
	# In memory: much is flushed to the disk on the way.
	if [ "$(id -u)" = 0 ] && [ "$(uname -s)" = Linux ]; then
		can_mount
		mount -t tmpfs -o mode=755 crash "$CELLS_DB"
	fi
	mkdir -p "$CELLS_ETC/$web.d"
	echo 'mode 0710' >"$CELLS_ETC/v.volume"
	manifest "$db" 'ports 18001'
	if [ "$(id -u)" = 0 ]; then
		can_mount
		base='base host'
		more='data /etc /var
volume v /var/v
install app /etc/app/app.conf mode=0640
mkdir /var/log/app mode=0750
link ../app /etc/x
line /etc/hosts "192.0.2.1 one"
run /bin/sh -c "echo ran >>/var/ran"'
	else
		base='base none' more="env A=1
run /bin/sh -c 'echo ran >>$CELLS_WORK/ran'"
	fi
	echo one >"$CELLS_ETC/$web.d/app"
	web1 ''
}

# web1 MORE -- writes the manifest of the second cell.
web1()
{
	manifest "$web" "$base" "depend $db" 'ports 18002' "$more" "$@"
}

# must COMMAND... -- quietly; fails the test with what it said.
must()
{
	"$@" >must.out 2>&1 || atf_fail "after point $n: $*: $(cat must.out died.out)"
}

# mark -- marks the data of the cell, which nothing may lose.
mark()
{
	[ "$(id -u)" != 0 ] ||
	    must cellctl exec "$web" /bin/sh -c 'echo mine >/var/mark; echo mine >/var/v/mark'
}

# whole -- everything is as the manifests say.
whole()
{
	must cellmgr plan
	[ "$(cat must.out)" = 'nothing to do' ] || atf_fail "$(cat must.out)"
	twice=$(mounted | awk '{ print $3 }' | sort | uniq -d)
	[ -z "$twice" ] || atf_fail "mounted twice: $twice"
	tidy
	if [ "$(id -u)" = 0 ]; then
		must cat "$CELLS_DB/cells/$web/data/var/mark" "$CELLS_DB/volumes/v/mark"
		must ls -ld "$CELLS_DB/volumes/v"
		case $(cat must.out) in
		drwx--x---*) ;;
		*) atf_fail "after point $n: $(cat must.out)" ;;
		esac
	fi
	[ $((n % 8)) != 0 ] || [ "$(cellmgr status -H -o state "$db" "$web")" = "ready
ready" ] || atf_fail "not ready after point $n"
}

# tidy -- no temporary file is left; what is mounted is the host's.
tidy()
{
	must find "$CELLS_ETC" "$CELLS_DB" "$CELLS_RUN" \
	    -path "$CELLS_DB/cells/*/root" -prune -o -name '*cells-new*' -print
	[ ! -s must.out ] || atf_fail "left after point $n: $(cat must.out)"
}

# nothing -- nothing is left of the cells but their data.
nothing()
{
	must cellctl list -H -o name
	[ ! -s must.out ] || atf_fail "left after point $n: $(cat must.out)"
	[ -z "$(mounted)" ] || atf_fail "left after point $n: $(mounted)"
	tidy
}

# die N COMMAND... -- dies at point N; fails once there is no such point.
die()
{
	n=$1
	shift
	status=0
	{ CELLS_FAULT=$n "$@" || status=$?; } >died.out 2>&1
	[ "$status" = 137 ] && return 0
	[ "$status" = 0 ] || atf_fail "at the end: $(cat died.out)"
	return 1
}

# points NUMBER LEAST -- says how many there were.
points()
{
	echo "$1 points"
	[ "$1" -ge "$2" ] || atf_fail "only $1 of at least $2 points"
}

atf_test_case first cleanup
first_head()
{
	atf_set descr "killed while cells come up for the first time"
	atf_set timeout 900
}
first_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	world
	n=1
	while die "$n" cellmgr apply; do
		must cellmgr apply
		mark
		whole
		must cellmgr stop -a
		nothing
		rm -rf "$CELLS_DB/cells" "$CELLS_DB/volumes"
		n=$((n + 1))
	done
	mark
	whole
	if [ "$(id -u)" = 0 ]; then points "$n" 80; else points "$n" 25; fi
}
first_cleanup()
{
	cells_teardown
}

atf_test_case change cleanup
change_head()
{
	atf_set descr "killed while a change is applied that needs a restart"
	atf_set timeout 900
}
change_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	world
	n=0
	must cellmgr apply
	mark
	n=1
	while
		echo "$n" >"$CELLS_ETC/$web.d/app"
		# Ports change hands, one is live, the other needs a restart.
		if [ $((n % 2)) = 0 ]; then
			manifest "$db" 'ports 18001'
			web1 'env X=0'
		else
			manifest "$db" 'ports 18003' 'profile low'
			web1 'ports 18001' "env X=$n" 2>/dev/null
			sed -i.bak '/^ports 18002/d' "$CELLS_ETC/$web.cell"
			rm "$CELLS_ETC/$web.cell.bak"
		fi
		die "$n" cellmgr apply -r
	do
		must cellmgr apply -r
		whole
		n=$((n + 1))
	done
	whole
	if [ "$(id -u)" = 0 ]; then points "$n" 80; else points "$n" 25; fi
}
change_cleanup()
{
	cells_teardown
}

atf_test_case stop cleanup
stop_head()
{
	atf_set descr "killed while cells are stopped"
	atf_set timeout 600
}
stop_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	world
	n=0
	must cellmgr apply
	mark
	n=1
	while die "$n" cellmgr stop -a; do
		if [ $((n % 2)) = 0 ]; then
			must cellmgr stop -a
			nothing
		fi
		must cellmgr apply
		whole
		n=$((n + 1))
	done
	nothing
	if [ "$(id -u)" = 0 ]; then points "$n" 20; else points "$n" 8; fi
}
stop_cleanup()
{
	cells_teardown
}

atf_test_case files cleanup
files_head()
{
	atf_set descr "killed while manifests are written, put back or removed"
	atf_set timeout 600
}
files_body()
{
	cells_setup
	. "$(atf_get_srcdir)/manifests.sh"
	new=$(cells_name new) n=0 total=0
	file=$CELLS_ETC/$new.cell
	made="command /bin/sleep 9
base none
log $CELLS_WORK/new.log"
	during create absent "$made" cellmgr create "$new" \
	    'command=/bin/sleep 9' base=none "log=$CELLS_WORK/new.log"
	must cellmgr apply
	during set "$made" "$made
ports 18005" cellmgr set "$new" ports=18005
	must cellmgr apply
	echo "$made" >"$file"
	must cellmgr apply
	at=$(cellmgr history -H -o generation | tail -n 1)
	during rollback "$made
ports 18007" "$made" cellmgr rollback "$at"
	during remove "$made" absent cellmgr remove "$new"
	must cellctl list -H
	[ ! -s must.out ] || atf_fail "left: $(cat must.out)"
	points "$total" 30
}

# during NAME BEFORE AFTER COMMAND... -- kills the command at every point; the
# manifest is always as it was BEFORE or as it is AFTER, never in between.
during()
{
	what=$1 before=$2 after=$3
	shift 3
	n=1
	while
		if [ "$before" = absent ]; then
			rm -f "$file"
		else
			echo "$before" >"$file"
			must cellmgr apply
		fi
		die "$n" "$@"
	do
		case $(content) in
		"$before"|"$after") ;;
		*) atf_fail "$what, point $n: $(content | tr '\n' ' ')" ;;
		esac
		must cellmgr apply -p
		tidy
		n=$((n + 1))
	done
	[ "$(content)" = "$after" ] || atf_fail "$what: $(content | tr '\n' ' ')"
	tidy
	total=$((total + n - 1))
}

# content -- what the manifest holds.
content()
{
	if [ -e "$file" ]; then
		cat "$file"
	else
		echo absent
	fi
}

files_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case first
	atf_add_test_case change
	atf_add_test_case stop
	atf_add_test_case files
}
