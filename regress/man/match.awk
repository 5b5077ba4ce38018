# match.awk -- is the second file what the first one says?  Numbers and the
# width of columns may differ, and a line of `...' stands for any lines.

function canonical(line)
{
	gsub(/[ \t]+/, " ", line)
	sub(/^ /, "", line)
	sub(/ $/, "", line)
	gsub(/[0-9]+/, "9", line)
	return line
}

FNR == NR { want[++wants] = canonical($0); next }
{ have[++haves] = canonical($0) }

function fits(i, j,	k)
{
	if (i > wants)
		return j > haves
	if (want[i] == "...") {
		for (k = j; k <= haves + 1; k++)
			if (fits(i + 1, k))
				return 1
		return 0
	}
	return j <= haves && want[i] == have[j] && fits(i + 1, j + 1)
}

END { exit !fits(1, 1) }
