# cellctl exec: how a command gets into a cell, and as what it runs.
#
# Commands for the shell in the cell are in single quotes on purpose.
# shellcheck disable=SC2016

# make_root DIR -- a root directory with sh, id, cat and ls of its own.
make_root()
{
	mkdir -p "$1/bin" "$1/etc" "$1/tmp" "$1/srv"
	for tool in sh id cat ls pwd; do
		if [ -x "/rescue/$tool" ]; then
			cp "/rescue/$tool" "$1/bin/"
			continue
		fi
		file=$(command -v "$tool")
		case $file in
		/*)	;;
		*)	file=/bin/$tool ;;
		esac
		cp -L "$file" "$1/bin/$tool"
		ldd "$file" 2>/dev/null | tr -s '[:space:]' '\n' | grep '^/' |
		while read -r lib; do
			mkdir -p "$1$(dirname "$lib")"
			[ -e "$1$lib" ] || cp -L "$lib" "$1$lib"
		done
	done
	{
		echo 'root:*:0:0::/:/bin/sh'
		echo 'web:*:8080:8081::/srv:/bin/sh'
	} >"$1/etc/passwd"
	{
		echo 'wheel:*:0:root'
		echo 'web:*:8081:'
		echo 'mail:*:8082:web'
		echo 'other:*:8083:'
	} >"$1/etc/group"
}


atf_test_case status cleanup
status_head()
{
	atf_set descr "the exit status is the command's, or says why there is none"
}
status_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o inline:"out\n" -e inline:"err\n" -s exit:7 \
	    cellctl exec "$web" sh -c 'echo out; echo err >&2; exit 7'
	atf_check -s signal:15 cellctl exec "$web" sh -c 'kill -TERM $$'
	atf_check -s exit:127 \
	    -e inline:"cellctl: $web: no-such-command: not found in the cell\n" \
	    cellctl exec "$web" no-such-command
	atf_check -s exit:127 -e match:"$web: /no/such: not found" \
	    cellctl exec "$web" /no/such
	atf_check -s exit:126 -e match:"$web: /etc/passwd: permission denied" \
	    cellctl exec "$web" /etc/passwd
	printf 'not a program' >garbage
	chmod 755 garbage
	atf_check -s exit:126 -e match:"$web: .*/garbage: exec format error" \
	    cellctl exec "$web" "$(pwd -P)/garbage"
	atf_check -s exit:1 -e inline:'cellctl: nosuch: no such cell\n' \
	    cellctl exec nosuch true
	# Options of the command are the command's.
	atf_check -o inline:"-u x -h\n" cellctl exec "$web" echo -u x -h
}
status_cleanup()
{
	cells_teardown
}

atf_test_case member cleanup
member_head()
{
	atf_set descr "the command and its children are in the cell, and stay"
}
member_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	mkfifo hold
	cellctl exec "$web" sh -c 'sleep 300 & read -r _; kill $!' <hold &
	pid=$!
	exec 9>hold
	cells_await 10 has_procs "$web" 2
	echo >&9
	exec 9>&-
	wait $pid
	cells_await 10 has_no_procs "$web"
	atf_check cellctl destroy "$web"
}
has_procs()
{
	[ "$(cellctl list -H -o procs "$1")" -ge "$2" ]
}
has_no_procs()
{
	[ "$(cellctl list -H -o procs "$1")" -eq 0 ]
}
member_cleanup()
{
	cells_teardown
}

atf_test_case environment cleanup
environment_head()
{
	atf_set descr "-e, and what else the environment holds"
}
environment_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	SECRET=1 TERM=vt220 cellctl exec -e A=b=c -e B= -e A=d "$web" \
	    sh -c env >out || atf_fail "env"
	atf_check -o inline:"A=d\nB=\nTERM=vt220\n" -x \
	    "grep -E '^(A|B|TERM)=' out | sort"
	atf_check -o match:/usr/bin -o match:/sbin grep '^PATH=' out
	for name in HOME SHELL USER LOGNAME; do
		atf_check -o ignore grep "^$name=." out
	done
	atf_check -s exit:1 grep -E 'SECRET|CELLS' out
	atf_check -s exit:2 -e match:'environment "A": NAME=VALUE' \
	    cellctl exec -e A "$web" true
	# What -e says of PATH goes for finding the command, too.
	mkdir bin
	printf '#!/bin/sh\necho mine\n' >bin/mine
	chmod 755 bin/mine
	atf_check -o inline:"mine\n" \
	    cellctl exec --env="PATH=$(pwd -P)/bin:/bin:/usr/bin" "$web" mine
}
environment_cleanup()
{
	cells_teardown
}

atf_test_case root cleanup
root_head()
{
	atf_set descr "the root directory is the cell's, and nothing leads out"
	atf_set require.user root
}
root_body()
{
	cells_setup
	web=$(cells_name web)
	make_root root
	atf_check -o ignore cellctl create -n "$web" root
	atf_check -o inline:"bin\netc\n" \
	    cellctl exec "$web" sh -c 'cd /; ls -d bin etc'
	atf_check -o inline:"/\n" cellctl exec "$web" pwd
	atf_check -s not-exit:0 -e ignore -o empty \
	    cellctl exec "$web" ls "$(pwd -P)/cells.names"
	atf_check -o inline:"/srv\n" cellctl exec -d /srv "$web" pwd
	atf_check -s exit:1 -e match:"$web: directory /none: no such file" \
	    cellctl exec -d /none "$web" pwd
	atf_check -s exit:2 -e match:'-d srv: not an absolute path' \
	    cellctl exec -d srv "$web" pwd
	# A root that became a symbolic link is not followed.
	mv root real
	ln -s / root
	atf_check -s exit:1 -e match:"$web: root .*/root: " \
	    cellctl exec "$web" pwd
}
root_cleanup()
{
	cells_teardown
}

atf_test_case user cleanup
user_head()
{
	atf_set descr "users and groups are those of the cell"
	atf_set require.user root
}
user_body()
{
	cells_setup
	web=$(cells_name web)
	make_root root
	atf_check -o ignore cellctl create -n "$web" root
	ids='echo $(id -u) $(id -g) $(id -G)'
	while read -r user want; do
		atf_check -o inline:"$want\n" \
		    cellctl exec -u "$user" "$web" sh -c "$ids"
	done <<-END
	web 8080 8081 8081 8082
	8080 8080 8081 8081 8082
	web:other 8080 8083 8083
	web:9000 8080 9000 9000
	4711 4711 4711 4711
	4711:mail 4711 8082 8082
	root 0 0 0
	END
	atf_check -o inline:"/srv web\n" \
	    cellctl exec --user=web "$web" sh -c 'echo $HOME $USER'
	atf_check -s exit:1 -e match:"$web: user daemon: not in the cell's /etc/passwd" \
	    cellctl exec -u daemon "$web" id
	atf_check -s exit:1 -e match:"$web: group nosuch: not in the cell's /etc/group" \
	    cellctl exec -u web:nosuch "$web" id
	rm root/etc/passwd root/etc/group
	atf_check -s exit:1 -e match:"$web: user web: the cell has no /etc/passwd" \
	    cellctl exec -u web "$web" id
	atf_check -o inline:"8080 8080 8080\n" \
	    cellctl exec -u 8080 "$web" sh -c "$ids"
	# The cell's files are not trusted.
	mkfifo root/etc/passwd
	atf_check -s exit:1 -e match:"$web: /etc/passwd in the cell: not a regular file" \
	    cellctl exec -u web "$web" id
	rm root/etc/passwd
	ln -s /etc/shadow root/etc/passwd
	atf_check -s exit:1 -e match:"$web: /etc/passwd in the cell: " \
	    cellctl exec -u web "$web" id
}
user_cleanup()
{
	cells_teardown
}

atf_test_case descriptors cleanup
descriptors_head()
{
	atf_set descr "descriptors above 2 are closed; a directory is no standard one"
}
descriptors_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	echo data >file
	atf_check -o inline:"closed\nclosed\n" sh -c "
		exec 3<file 9</
		cellctl exec '$web' sh -c '
			(: <&3) 2>/dev/null || echo closed
			(: <&9) 2>/dev/null || echo closed'"
	atf_check -s exit:1 -e match:"$web: standard input is a directory" \
	    sh -c "cellctl exec '$web' true </"
	# A closed one is no reason to fail.
	atf_check sh -c "cellctl exec '$web' true <&-"
}
descriptors_cleanup()
{
	cells_teardown
}

atf_test_case limits cleanup
limits_head()
{
	atf_set descr "-L and -m"
}
limits_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o inline:"64 128 0\n" \
	    cellctl exec -L nofile=64:128 -L core=0 "$web" \
	    sh -c 'echo $(ulimit -Sn) $(ulimit -Hn) $(ulimit -c)'
	# Go raises the soft limit for itself; the command gets what it was.
	before=$(sh -c 'ulimit -n')
	atf_check -o inline:"$before\n" cellctl exec "$web" sh -c 'ulimit -n'
	atf_check -o match:'^0*27$' cellctl exec -m 027 "$web" sh -c umask
	atf_check -o match:'^0*22$' cellctl exec "$web" sh -c umask
	while IFS='|' read -r option pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:2 -e match:"$pattern" \
		    cellctl exec $option "$web" true
	done <<-END
	-L nofile|LIMIT=SOFT
	-L nofle=1|unknown resource limit "nofle" \(did you mean "nofile"\?\)
	-L nofile=2:1|2 is above the hard limit 1
	-L nofile=x|"x"
	-m 888|octal number
	-m 1000|octal number
	-u|operand missing
	END
}
limits_cleanup()
{
	cells_teardown
}

atf_test_case job_control cleanup
job_control_head()
{
	atf_set descr "a shell in a cell keeps session, group and terminal"
}
job_control_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	# The process is replaced: same number, same group, same session.
	show='ps -o pid= -o pgid= -p $$ | tr -s " "; echo $$'
	sh -c "exec cellctl exec '$web' sh -c '$show'" >out &
	pid=$!
	wait $pid
	atf_check -o inline:"$pid\n" tail -n 1 out
	# Stopped and continued like any job.
	cellctl exec "$web" sleep 300 &
	pid=$!
	cells_await 10 has_procs "$web" 1
	kill -STOP $pid
	cells_await 10 in_state $pid T
	kill -CONT $pid
	cells_await 10 in_state $pid S
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	atf_check_equal 143 $status
}
in_state()
{
	case $(ps -o stat= -p "$1") in
	"$2"*)	return 0 ;;
	esac
	return 1
}
job_control_cleanup()
{
	cells_teardown
}

atf_test_case interactive cleanup
interactive_head()
{
	atf_set descr "an interactive shell has its terminal and job control"
}
interactive_body()
{
	cells_setup
	# NetBSD's script(1) makes a terminal without echo or lines where it
	# has none itself.
	echo word | on_terminal 'read -r word; echo "got $word"' >out
	grep -q 'got word' out || atf_skip "no script(1) that types"
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" /
	cat >input <<-'END'
	sleep 300 &
	jobs
	kill -STOP %1; sleep 1; jobs
	kill %1; kill -CONT %1
	tty
	(exit 5); echo status $?
	exit
	END
	on_terminal "cellctl exec $web sh -i" <input | tr -d '\r' >out
	cat out
	atf_check -s exit:1 -o empty grep -i 'job control' out
	atf_check -o match:'Running' -o match:'(Stopped|Suspended)' cat out
	atf_check -o match:'/dev/(pts/|tty)' cat out
	atf_check -o match:'status 5$' cat out
}
# on_terminal COMMAND -- with a terminal of its own that its input types into.
on_terminal()
{
	if [ "$(uname -s)" = NetBSD ]; then
		(cat; sleep 2) | script -q -c "$1" /dev/null
	else
		(cat; sleep 2) | script -q -e -c "$1" /dev/null
	fi
}
interactive_cleanup()
{
	cells_teardown
}

atf_test_case unprivileged cleanup
unprivileged_head()
{
	atf_set descr "an ordinary user's rig: no root directory, said once"
}
unprivileged_body()
{
	cells_setup
	[ -n "${CELLS_RIG:-}" ] || atf_skip "the kernel obeys root alone"
	web=$(cells_name web)
	if [ "$(id -u)" = 0 ]; then
		cells_rig_stop
		mkdir rig
		chown nobody rig
		CELLS_RIG=$(pwd -P)/rig/sock
		echo "$CELLS_RIG" >rig.socket
		chmod go+x . ..
		as_nobody "cellrig -f '$CELLS_RIG' >rig/log 2>&1 & echo \$!" >rig.pid
		cells_await 10 test -S "$CELLS_RIG"
		who=as_nobody
	else
		who='sh -c'
	fi
	mkdir -p root/srv
	here=$(pwd -P)/root
	$who "cellctl create -n '$web' '$here'" || atf_fail "create"
	$who "cellctl exec '$web' pwd" >out 2>err || atf_fail "exec"
	atf_check -o inline:"$here\n" cat out
	atf_check \
	    -o inline:"cellctl: $web: not root: the command keeps the host's root directory\n" \
	    cat err
	$who "cellctl exec -d /srv '$web' pwd" >out 2>err || atf_fail "exec -d"
	atf_check -o inline:"$here/srv\n" cat out
	$who "cellctl exec -u daemon '$web' pwd" 2>err && atf_fail "exec -u"
	atf_check -o match:"user daemon: only root may" cat err
	$who "cellctl destroy '$web'" || atf_fail "destroy"
}
# as_nobody COMMAND
as_nobody()
{
	su -s /bin/sh nobody -c "CELLS_RIG='$CELLS_RIG'; PATH='$PATH'
	    export CELLS_RIG PATH; $1"
}
unprivileged_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case status
	atf_add_test_case member
	atf_add_test_case environment
	atf_add_test_case root
	atf_add_test_case user
	atf_add_test_case descriptors
	atf_add_test_case limits
	atf_add_test_case job_control
	atf_add_test_case interactive
	atf_add_test_case unprivileged
}
