# cellctl create: options, what is refused, what it prints.

atf_test_case options cleanup
options_head()
{
	atf_set descr "every option ends up in the cell"
}
options_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o match:'^[1-9][0-9]*$' cellctl create -n "$web" -p low \
	    -a rawsock,ipc -P 30080,30443 -A 192.0.2.7,2001:db8::7 -m 9 \
	    -t 'some tag' -L /
	atf_check -o inline:"live	low	learn	rawsock,ipc	30080,30443	192.0.2.7,2001:db8::7	9	some tag	/\n" \
	    cellctl list -H \
	    -o state,profile,mode,allow,ports,addrs,maxproc,tag,root "$web"
}
options_cleanup()
{
	cells_teardown
}

atf_test_case defaults cleanup
defaults_head()
{
	atf_set descr "what a cell is where nothing is said"
}
defaults_body()
{
	cells_setup
	mkdir root
	web=$(cells_name web)
	id=$(cellctl create --name="$web" root) || atf_fail "create"
	atf_check -o inline:"$id	high	enforce	-	-	-	0	-	0	$(pwd -P)/root\n" \
	    cellctl list -H -o id,profile,mode,allow,ports,addrs,maxproc,tag,procs,root "$web"
	# Found by its id too.
	atf_check -o inline:"$web\n" cellctl list -H -o name "$id"
}
defaults_cleanup()
{
	cells_teardown
}

atf_test_case ids cleanup
ids_head()
{
	atf_set descr "ids grow and are not used again; a number is a name first"
}
ids_body()
{
	cells_setup
	one=$(cells_name one)
	first=$(cellctl create -n "$one" /)
	atf_check cellctl destroy "$one"
	second=$(cellctl create -n "$one" /)
	[ "$second" -gt "$first" ] || atf_fail "$second after $first"
	# A cell whose name is another one's id.
	cells_record "$second"
	third=$(cellctl create -n "$second" /)
	atf_check -o inline:"$third\n" cellctl list -H -o id "$second"
	atf_check cellctl destroy "$second"
	atf_check -o inline:"$second\n" cellctl list -H -o id "$second"
}
ids_cleanup()
{
	cells_teardown
}

atf_test_case held cleanup
held_head()
{
	atf_set descr "a name or port in use is refused, and its holder named"
}
held_body()
{
	cells_setup
	web=$(cells_name web)
	db=$(cells_name db)
	id=$(cellctl create -n "$web" -P 30080 /)
	atf_check -s exit:1 \
	    -e inline:"cellctl: name $web is in use by the cell with id $id\n" \
	    cellctl create -n "$web" /
	atf_check -s exit:1 \
	    -e inline:"cellctl: $db: port 30080 belongs to cell $web (id $id)\n" \
	    cellctl create -n "$db" -P 30081,30080 /
	atf_check -s exit:1 -e match:"$db: no such cell" cellctl list "$db"
	# Nothing of the refused one was kept.
	atf_check -o ignore cellctl create -n "$db" -P 30081 /
}
held_cleanup()
{
	cells_teardown
}

atf_test_case refused cleanup
refused_head()
{
	atf_set descr "mistakes are named, and nothing is created"
}
refused_body()
{
	cells_setup
	web=$(cells_name web)
	before=$(cellctl version -H -o cells)
	while IFS='|' read -r args status pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:"$status" -e match:"$pattern" \
		    cellctl create $args
	done <<-END
	/|2|option -n NAME is missing
	-n $web|2|operand missing
	-n $web / /|2|unexpected operand
	-n -x /|2|name "-x": character '-' is not allowed
	-n a/b /|2|character '/'
	-n $web -p hihg /|2|unknown profile "hihg" \(did you mean "high"\?\)
	-n $web -a rawsok /|2|unknown exception "rawsok" \(did you mean "rawsock"\?\)
	-n $web -a ipc,ipc /|2|"ipc" given twice
	-n $web -P 0 /|2|bad port "0"
	-n $web -P 65536 /|2|bad port "65536"
	-n $web -P 80,80 /|2|port 80 given twice
	-n $web -A 192.0.2 /|2|bad address "192.0.2"
	-n $web -A 0.0.0.0 /|2|wildcard
	-n $web -m many /|2|option -m
	-n $web -m -1 /|2|option -m
	-n $web -x /|2|unknown option "-x"
	-n $web --profil=low /|2|unknown option "--profil" \(did you mean "--profile"\?\)
	-n $web /nonexistent|1|$web: root /nonexistent: no such file
	-n $web /etc/passwd|1|$web: root /etc/passwd: not a directory
	END
	long=$(printf '%064d' 0)
	atf_check -s exit:2 -e match:'longer than 63' cellctl create -n "$long" /
	atf_check -s exit:2 -e match:'longer than 64' \
	    cellctl create -n "$web" -t "0$long" /
	ports=$(seq -s , 20001 20065)
	atf_check -s exit:2 -e match:'65 ports: a cell has at most 64' \
	    cellctl create -n "$web" -P "$ports" /
	ln -s / link
	atf_check -s exit:1 -e match:'a symbolic link' \
	    cellctl create -n "$web" "$(pwd)/link"
	atf_check_equal "$before" "$(cellctl version -H -o cells)"
}
refused_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case options
	atf_add_test_case defaults
	atf_add_test_case ids
	atf_add_test_case held
	atf_add_test_case refused
}
