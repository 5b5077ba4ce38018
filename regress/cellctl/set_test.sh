# cellctl set, allow and deny: live changes, all or nothing.

atf_test_case keys cleanup
keys_head()
{
	atf_set descr "each key changes its field and no other"
}
# state CELL -- everything that can be set, in one line.
state()
{
	cellctl list -H -o profile,mode,allow,ports,addrs,maxproc,tag "$1"
}
keys_body()
{
	cells_setup
	web=$(cells_name web)
	atf_check -o ignore cellctl create -n "$web" -P 30080 -a ipc -m 5 -t t /
	atf_check_equal "high	enforce	ipc	30080	-	5	t" "$(state "$web")"
	while IFS='|' read -r setting want; do
		atf_check cellctl set "$web" "$setting"
		atf_check_equal "$want" "$(state "$web")"
	done <<-END
	profile=low|low	enforce	ipc	30080	-	5	t
	mode=learn|low	learn	ipc	30080	-	5	t
	allow=mount,nfs|low	learn	mount,nfs	30080	-	5	t
	ports=30443,30081|low	learn	mount,nfs	30081,30443	-	5	t
	addrs=192.0.2.9|low	learn	mount,nfs	30081,30443	192.0.2.9	5	t
	maxproc=0|low	learn	mount,nfs	30081,30443	192.0.2.9	0	t
	tag=other|low	learn	mount,nfs	30081,30443	192.0.2.9	0	other
	allow=-|low	learn	-	30081,30443	192.0.2.9	0	other
	ports=|low	learn	-	-	192.0.2.9	0	other
	addrs=-|low	learn	-	-	-	0	other
	tag=|low	learn	-	-	-	0	-
	END
	# A port that was given up is free for others.
	db=$(cells_name db)
	atf_check -o ignore cellctl create -n "$db" -P 30080 /
	# All at once.
	atf_check cellctl set "$web" profile=medium mode=enforce maxproc=7 \
	    ports=30443 tag=x
	atf_check_equal "medium	enforce	-	30443	-	7	x" "$(state "$web")"
}
keys_cleanup()
{
	cells_teardown
}

atf_test_case refused cleanup
refused_head()
{
	atf_set descr "where one key is wrong nothing is changed"
}
refused_body()
{
	cells_setup
	web=$(cells_name web)
	db=$(cells_name db)
	atf_check -o ignore cellctl create -n "$web" /
	atf_check -o ignore cellctl create -n "$db" -P 30080 /
	while IFS='|' read -r args status pattern; do
		# shellcheck disable=SC2086
		atf_check -s exit:"$status" -e match:"$pattern" \
		    cellctl set "$web" mode=learn $args
		atf_check_equal "high	enforce	-	-	-	0	-" \
		    "$(cellctl list -H -o profile,mode,allow,ports,addrs,maxproc,tag "$web")"
	done <<-END
	ports=30079,30080|1|$web: port 30080 belongs to cell $db
	profile=hihg|2|profile: unknown profile "hihg" \(did you mean "high"\?\)
	prifle=high|2|unknown key "prifle" \(did you mean "profile"\?\)
	maxproc=x|2|maxproc: "x": a number expected
	profile|2|"profile": KEY=VALUE expected
	mode=enforce|2|mode: given twice
	ports=1,1|2|ports: port 1 given twice
	name=x|2|unknown key "name"
	END
	atf_check -s exit:2 -e match:'operand missing' cellctl set "$web"
	# Every mistake is said at once.
	atf_check -s exit:2 -e inline:'cellctl: profile: unknown profile "x"\ncellctl: unknown key "y"\n' \
	    cellctl set "$web" profile=x y=z
	atf_check -s exit:1 -e inline:'cellctl: nosuch: no such cell\n' \
	    cellctl set nosuch mode=learn
	cellctl kill "$web"
	atf_check -s exit:1 -e inline:"cellctl: $web: the cell is dying\n" \
	    cellctl set "$web" mode=learn
}
refused_cleanup()
{
	cells_teardown
}

atf_init_test_cases()
{
	atf_add_test_case keys
	atf_add_test_case refused
}
