/* procinfo.c -- see procinfo.h; formats are those of proc(5). */

#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procinfo.h"

/* A small file of /proc into BUF, terminated; 0 or errno. */
static int
read_small(const char *path, char *buf, size_t size)
{
	ssize_t n;
	int fd, error;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? ESRCH : errno;
	n = read(fd, buf, size - 1);
	error = n == -1 ? errno : 0;
	close(fd);
	buf[n > 0 ? n : 0] = '\0';
	return error;
}

static uint64_t
ticks_to_usec(unsigned long ticks)
{
	static long hz;

	if (hz == 0)
		hz = sysconf(_SC_CLK_TCK);
	return (uint64_t)ticks * 1000000U / (unsigned long)hz;
}

/* The name is between the first and the last parenthesis, whatever it is. */
static char *
parse_comm(char *buf, char *comm)
{
	char *open = strchr(buf, '('), *close = strrchr(buf, ')');
	size_t len;

	if (open == NULL || close == NULL || close < open)
		return NULL;
	len = (size_t)(close - open) - 1;
	if (len >= PROCINFO_COMMLEN)
		len = PROCINFO_COMMLEN - 1;
	memcpy(comm, open + 1, len);
	comm[len] = '\0';
	return close + 1;
}

int
procinfo_read(pid_t pid, struct procinfo *pi)
{
	char path[64], buf[1024], *rest;
	unsigned long ut, st, vsz;
	long cut, cst, nice, rss;
	unsigned long long start;
	int error;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	error = read_small(path, buf, sizeof(buf));
	if (error != 0)
		return error;
	rest = parse_comm(buf, pi->comm);
	if (rest == NULL || sscanf(rest, " %c %d %*d %*d %*d %*d %*u %*u %*u"
	    " %*u %*u %lu %lu %ld %ld %*d %ld %*d %*d %llu %lu %ld",
	    &pi->state, &pi->ppid, &ut, &st, &cut, &cst, &nice, &start, &vsz,
	    &rss) != 10)
		return ESRCH;
	pi->pid = pid;
	pi->nice = (int)nice;
	pi->start = start;
	pi->utime = ticks_to_usec(ut);
	pi->stime = ticks_to_usec(st);
	pi->ctime = ticks_to_usec((unsigned long)cut + (unsigned long)cst);
	pi->vsz = vsz;
	pi->rss = (uint64_t)(rss > 0 ? rss : 0) *
	    (uint64_t)sysconf(_SC_PAGESIZE);
	return 0;
}

/* The number after a name at the start of a line; false: there is none. */
static bool
status_number(const char *buf, const char *name, unsigned int *v)
{
	const char *s = strstr(buf, name);

	return s != NULL && sscanf(s + strlen(name), "%u", v) == 1;
}

static bool
status_three(const char *buf, const char *name, unsigned int v[3])
{
	const char *s = strstr(buf, name);

	return s != NULL && sscanf(s + strlen(name), "%u %u %u", &v[0], &v[1],
	    &v[2]) == 3;
}

int
procinfo_status(pid_t tid, struct procstatus *ps)
{
	char path[64], buf[4096];
	unsigned int tgid, ppid, mode = 0;
	int error;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	error = read_small(path, buf, sizeof(buf));
	if (error != 0)
		return error;
	if (sscanf(buf, "Name: %16[^\n]", ps->comm) != 1 ||
	    !status_number(buf, "\nTgid:", &tgid) ||
	    !status_number(buf, "\nPPid:", &ppid) ||
	    !status_three(buf, "\nUid:", ps->ids.uid) ||
	    !status_three(buf, "\nGid:", ps->ids.gid))
		return ESRCH;
	(void)status_number(buf, "\nSeccomp:", &mode);
	ps->tgid = (pid_t)tgid;
	ps->ppid = (pid_t)ppid;
	ps->filtered = mode == 2;
	return 0;
}

pid_t
procinfo_tgid(pid_t tid)
{
	struct procstatus ps;

	return procinfo_status(tid, &ps) == 0 ? ps.tgid : 0;
}

bool
procinfo_root(pid_t pid, dev_t *dev, ino_t *ino)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	if (stat(path, &st) == -1)
		return false;
	*dev = st.st_dev;
	*ino = st.st_ino;
	return true;
}

void
procinfo_all(bool (*fn)(pid_t, void *), void *arg)
{
	struct dirent *d;
	DIR *dir = opendir("/proc");
	int pid;

	if (dir == NULL)
		return;
	while ((d = readdir(dir)) != NULL)
		if ((pid = atoi(d->d_name)) > 0 && !(*fn)(pid, arg))
			break;
	closedir(dir);
}

/* One thread's children; false: the caller has seen enough. */
static bool
thread_children(pid_t pid, const char *tid, bool (*fn)(pid_t, void *),
    void *arg)
{
	char path[64 + NAME_MAX], *line = NULL, *s, *end;
	size_t size = 0;
	bool more = true;
	FILE *fp;
	long child;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid,
	    tid);
	fp = fopen(path, "re");
	if (fp == NULL)
		return true;
	if (getline(&line, &size, fp) > 0) {
		for (s = line; more && (child = strtol(s, &end, 10)) > 0;
		    s = end)
			more = (*fn)((pid_t)child, arg);
	}
	free(line);
	fclose(fp);
	return more;
}

void
procinfo_children(pid_t pid, bool (*fn)(pid_t, void *), void *arg)
{
	char path[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' &&
		    !thread_children(pid, d->d_name, fn, arg))
			break;
	closedir(dir);
}
