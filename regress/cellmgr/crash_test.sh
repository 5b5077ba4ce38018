# A sudden end at every point between two changes of the world: the next
# apply converges, nothing is mounted twice, nothing is lost, no temporary
# file is left.  CELLS_FAULT=N makes cellmgr die at its N-th such point.

# world -- the manifests that are applied: a dependency, and a cell with
# data, volumes and provisioning.
world()
{
	db=$(cells_name db) web=$(cells_name web)
	mkdir -p "$CELLS_ETC/$web.d"
	: >"$CELLS_ETC/v.volume"
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

# kept CELL -- marks the data of a cell, which nothing may lose.
mark()
{
	[ "$(id -u)" != 0 ] ||
	    cellctl exec "$web" /bin/sh -c 'echo mine >/var/mark; echo mine >/var/v/mark'
}

# whole -- everything is as the manifests say.
whole()
{
	atf_check -o inline:"nothing to do\n" cellmgr plan
	atf_check -o inline:"ready\nready\n" cellmgr status -H -o state "$db" "$web"
	twice=$(mounted | awk '{ print $3 }' | sort | uniq -d)
	[ -z "$twice" ] || atf_fail "mounted twice: $twice"
	clean
	if [ "$(id -u)" = 0 ]; then
		atf_check -o inline:"mine\nmine\n" \
		    cellctl exec "$web" /bin/cat /var/mark /var/v/mark
	fi
}

# nothing -- nothing is left of the cells but their data.
nothing()
{
	atf_check -o empty cellctl list -H -o name
	[ -z "$(mounted)" ] || atf_fail "left: $(mounted)"
	clean
}

# die N COMMAND... -- dies at point N; fails once there is no such point.
die()
{
	n=$1
	shift
	status=0
	CELLS_FAULT=$n "$@" >died.out 2>&1 || status=$?
	[ "$status" = 137 ] || {
		cp died.out last.out
		return 1
	}
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
	while die $n cellmgr apply; do
		atf_check -o ignore cellmgr apply
		mark
		whole
		atf_check -o ignore cellmgr stop -a
		nothing
		rm -rf "$CELLS_DB/cells" "$CELLS_DB/volumes"
		n=$((n + 1))
	done
	atf_check -o ignore cat last.out
	mark
	whole
	if [ "$(id -u)" = 0 ]; then points $n 100; else points $n 25; fi
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
	atf_check -o ignore cellmgr apply
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
		die $n cellmgr apply -r
	do
		atf_check -o ignore cellmgr apply -r
		whole
		n=$((n + 1))
	done
	whole
	if [ "$(id -u)" = 0 ]; then points $n 90; else points $n 25; fi
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
	atf_check -o ignore cellmgr apply
	mark
	n=1
	while die $n cellmgr stop -a; do
		if [ $((n % 2)) = 0 ]; then
			atf_check -o ignore cellmgr stop -a
			nothing
		fi
		atf_check -o ignore cellmgr apply
		whole
		n=$((n + 1))
	done
	nothing
	if [ "$(id -u)" = 0 ]; then points $n 20; else points $n 8; fi
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
	new=$(cells_name new)
	total=0
	for verb in "create $new command=/bin/sleep\ 9 base=none" \
	    "set $new ports=18005" "set $new ports+=18006 env=A=1" \
	    "rollback 1" "remove $new"; do
		n=1
		while eval "die $n cellmgr $verb"; do
			# What was killed is done again; having been done is no harm.
			case $verb in
			create*) rm -f "$CELLS_ETC/$new.cell" ;;
			*+=*)	atf_check -o ignore cellmgr set "$new" ports=18005 env= ;;
			rollback*) atf_check -o ignore cellmgr apply ;;
			remove*) [ -e "$CELLS_ETC/$new.cell" ] ||
				    atf_check -o ignore cellmgr create "$new" \
				    'command=/bin/sleep 9' base=none
				atf_check -o ignore cellmgr apply ;;
			esac
			atf_check -o ignore cellmgr check
			n=$((n + 1))
		done
		case $verb in
		rollback*)
			atf_check -o inline:"command /bin/sleep 9\nbase none\n" \
			    cat "$CELLS_ETC/$new.cell" ;;
		create*)
			atf_check -o ignore cellmgr apply ;;
		esac
		total=$((total + n - 1))
		clean
	done
	atf_check -o empty cellctl list -H
	points $total 30
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
