/* target.c -- what handlers share; see traps.h. */

#include <sys/syscall.h>
#include <sys/uio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "notify.h"
#include "procinfo.h"
#include "server/real.h"
#include "traps.h"

/* Where process_vm_readv(2) is refused, /proc may not be. */
static ssize_t
proc_mem(pid_t tid, uint64_t addr, void *buf, size_t len, bool write)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)tid);
	fd = open(path, (write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd == -1)
		return -1;
	n = write ? pwrite(fd, buf, len, (off_t)addr) :
	    pread(fd, buf, len, (off_t)addr);
	close(fd);
	return n;
}

static ssize_t
read_mem(pid_t tid, uint64_t addr, void *buf, size_t len)
{
	struct iovec to = { .iov_base = buf, .iov_len = len };
	struct iovec from = {
		.iov_base = (void *)(uintptr_t)addr, .iov_len = len
	};
	ssize_t n;

	n = process_vm_readv(tid, &to, 1, &from, 1, 0);
	return n != -1 || errno != EPERM ? n :
	    proc_mem(tid, addr, buf, len, false);
}

/*
 * Had the caller been killed, its number could be somebody else's by now:
 * what was read counts only while it waits.
 */
int
trap_read(struct trap *t, uint64_t addr, void *buf, size_t len)
{
	ssize_t n = read_mem(t->tid, addr, buf, len);

	if (n != (ssize_t)len || !notify_valid(t->listener, t->req->id))
		return EFAULT;
	return 0;
}

int
trap_write(struct trap *t, uint64_t addr, const void *buf, size_t len)
{
	struct iovec from = {
		.iov_base = (void *)(uintptr_t)buf, .iov_len = len
	};
	struct iovec to = {
		.iov_base = (void *)(uintptr_t)addr, .iov_len = len
	};
	ssize_t n;

	if (!notify_valid(t->listener, t->req->id))
		return EFAULT;
	n = process_vm_writev(t->tid, &from, 1, &to, 1, 0);
	if (n == -1 && errno == EPERM)
		n = proc_mem(t->tid, addr, (void *)(uintptr_t)buf, len, true);
	return n == (ssize_t)len ? 0 : EFAULT;
}

int
trap_string(struct trap *t, uint64_t addr, char *buf, size_t size)
{
	size_t got = 0, want;
	ssize_t n;

	/* Not across a page that may not be there. */
	while (got < size) {
		want = 4096 - ((addr + got) & 4095);
		if (want > size - got)
			want = size - got;
		n = read_mem(t->tid, addr + got, buf + got, want);
		if (n <= 0 || !notify_valid(t->listener, t->req->id))
			return EFAULT;
		if (memchr(buf + got, '\0', (size_t)n) != NULL)
			return 0;
		got += (size_t)n;
	}
	buf[size - 1] = '\0';
	return ENAMETOOLONG;
}

struct rig_host *
trap_target(struct trap *t, pid_t tid)
{
	pid_t tgid;

	if (tid == t->h->pid || tid == t->tid)
		return t->h;
	if (tid <= 0 || (tgid = procinfo_tgid(tid)) == 0)
		return NULL;
	return tgid == t->h->pid ? t->h : real_known(tgid);
}

pid_t
trap_pidfd(struct trap *t, int fd)
{
	char path[64], line[128];
	pid_t pid = 0;
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)t->tid, fd);
	fp = fopen(path, "re");
	if (fp == NULL)
		return 0;
	while (fgets(line, sizeof(line), fp) != NULL)
		if (strncmp(line, "Pid:", 4) == 0)
			pid = (pid_t)atoi(line + 4);
	fclose(fp);
	return pid;
}

int
trap_getfd(struct trap *t, int fd)
{
	return (int)syscall(SYS_pidfd_getfd, t->h->pidfd, fd, 0);
}

int
trap_ask(struct trap *t, unsigned int scope, uint64_t action,
    uint32_t request, int error)
{
	return rig_ask(t->h->proc, scope, action, request, NULL) == 0 ?
	    TRAP_CONTINUE : error;
}
