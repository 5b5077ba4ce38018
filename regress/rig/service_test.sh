# A real service under a rig that enforces: nginx with its declared port
# starts, serves and stops in a high cell; without, it is told why not; and
# what it needs can be learned.

# A privileged port, and an address that no test running beside has.
PORT=789
ADDR=127.$(($$ / 62500 % 250 + 1)).$(($$ / 250 % 250 + 1)).$(($$ % 250 + 1))

ready()
{
	cells_setup
	[ "$(cellctl version -H -o enforces)" = 1 ] ||
	    atf_skip "the rig does not enforce here"
	cells_on_netbsd && atf_skip "a service of Debian"
	nginx=$(command -v nginx)
	mkdir -p www logs tmp
	chmod 755 .
	chmod 777 logs tmp
	echo "hello from a cell" >www/index.html
	here=$(pwd -P)
	cat >nginx.conf <<EOF
user nobody nogroup;
worker_processes 2;
daemon off;
pid $here/nginx.pid;
error_log $here/logs/error.log;
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path $here/tmp/body;
	proxy_temp_path $here/tmp/proxy;
	fastcgi_temp_path $here/tmp/fastcgi;
	uwsgi_temp_path $here/tmp/uwsgi;
	scgi_temp_path $here/tmp/scgi;
	server { listen $ADDR:$PORT; root $here/www; }
}
EOF
}

serve()
{
	cellctl exec "$1" "$nginx" -e "$here/logs/error.log" \
	    -c "$here/nginx.conf" >nginx.out 2>&1 &
	echo $! >nginx.job
}

# processes COUNT CELL -- has the cell so many?
processes()
{
	[ "$(cellctl list -H -o procs "$2")" = "$1" ]
}

serves()
{
	[ "$(curl -s "http://$ADDR:$PORT/")" = "hello from a cell" ]
}

heads()
{
	atf_set require.user root
	atf_set require.progs "nginx curl"
}

atf_test_case declared cleanup
declared_head()
{
	atf_set descr "with its port it starts, serves and stops"
	heads
}
declared_body()
{
	ready
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -p high -P "$PORT" /
	serve "$web"
	cells_wait 60 serves || atf_fail "$(cat nginx.out)"
	# The master and its workers are in the cell, these from when they run.
	cells_await 60 processes 3 "$web"
	atf_check kill -QUIT "$(cat nginx.pid)"
	wait "$(cat nginx.job)" || atf_fail "it did not stop in peace"
	atf_check -o inline:"0\n" cellctl list -H -o procs "$web"
	atf_check -o empty cellctl explain -H "$web"
}
declared_cleanup()
{
	cells_teardown
}

atf_test_case undeclared cleanup
undeclared_head()
{
	atf_set descr "without its port it is told why not"
	heads
}
undeclared_body()
{
	ready
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -p high /
	atf_check -s not-exit:0 -e match:'Permission denied' \
	    cellctl exec "$web" "$nginx" -e "$here/logs/error.log" \
	    -c "$here/nginx.conf"
	atf_check -o match:'network.bind.undeclared' -o match:"$PORT" \
	    cellctl explain "$web"
}
undeclared_cleanup()
{
	cells_teardown
}

atf_test_case learned cleanup
learned_head()
{
	atf_set descr "what it needs is learned, and then enforced"
	heads
}
learned_body()
{
	ready
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -p high -L /
	serve "$web"
	cells_wait 60 serves || atf_fail "$(cat nginx.out)"
	atf_check kill -QUIT "$(cat nginx.pid)"
	wait "$(cat nginx.job)"
	atf_check -o match:"$PORT" cellctl suggest "$web"
	atf_check cellctl set "$web" mode=enforce ports="$PORT"
	serve "$web"
	cells_wait 60 serves || atf_fail "$(cat nginx.out)"
	atf_check -e ignore -o ignore cellctl kill "$web"
	wait "$(cat nginx.job)" && atf_fail "it outlived its cell"
	atf_check -o inline:"0\n" cellctl list -H -o procs "$web"
}
learned_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case declared
	atf_add_test_case undeclared
	atf_add_test_case learned
}
