/*
 * calls_ipc.c -- System V IPC and POSIX message queues.
 *
 * As sysv_ipc.c does it: making an object asks nobody, using one that exists
 * asks KAUTH_REQ_SYSTEM_SYSVIPC_BYPASS with its permissions, every time; a
 * refusal is EACCES, or EPERM where the object was to be changed.
 */

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <errno.h>
#include <string.h>
#include <sys/cell.h>

#include "include/sys/kauth.h"
#include "rig_host.h"
#include "server/real.h"
#include "traps.h"

/* Modes of a question, as NetBSD's <sys/ipc.h> has them. */
#define	NB_IPC_R	000400
#define	NB_IPC_W	000200
#define	NB_IPC_M	010000

union semun {
	int			val;
	struct semid_ds		*buf;
};

enum kind { SHM, SEM, MSG };

/* Whose it is; false: it does not exist, or we may not know. */
static bool
object(enum kind kind, int id, struct ipc_perm *perm)
{
	struct shmid_ds shm;
	struct semid_ds sem;
	struct msqid_ds msg;

	switch (kind) {
	case SHM:
		if (shmctl(id, IPC_STAT, &shm) == -1)
			return false;
		*perm = shm.shm_perm;
		return true;
	case SEM:
		if (semctl(id, 0, IPC_STAT, (union semun){ .buf = &sem }) == -1)
			return false;
		*perm = sem.sem_perm;
		return true;
	case MSG:
		if (msgctl(id, IPC_STAT, &msg) == -1)
			return false;
		*perm = msg.msg_perm;
		return true;
	}
	return false;
}

static int
use(struct trap *t, enum kind kind, int id, unsigned int mode)
{
	struct ipc_perm perm;

	memset(&perm, 0, sizeof(perm));
	if (!object(kind, id, &perm) && errno != EACCES)
		return TRAP_CONTINUE;
	if (rig_sysvipc(t->h->proc, real_map_uid(perm.uid),
	    real_map_uid(perm.cuid), perm.gid, perm.cgid, perm.mode,
	    mode) == 0)
		return TRAP_CONTINUE;
	return mode == NB_IPC_M ? EPERM : EACCES;
}

/* shmget(2) and its like: a new object, or one that is there? */
static int
get(struct trap *t, enum kind kind, int flags)
{
	key_t key = (key_t)trap_arg(t, 0);
	unsigned int mode = 0;
	int id;

	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return TRAP_CONTINUE;
	id = kind == SHM ? shmget(key, 0, 0) : kind == SEM ?
	    semget(key, 0, 0) : msgget(key, 0);
	if (id == -1 && errno != EACCES)
		return TRAP_CONTINUE;
	if (flags & 0444)
		mode |= NB_IPC_R;
	if (flags & 0222)
		mode |= NB_IPC_W;
	return use(t, kind, id, mode);
}

/* Commands of different kinds have the same numbers. */
static unsigned int
control_mode(enum kind kind, int cmd)
{
	cmd &= 0xff;
	if (cmd == IPC_SET || cmd == IPC_RMID)
		return NB_IPC_M;
	if (kind == SEM && (cmd == SETVAL || cmd == SETALL))
		return NB_IPC_W;
	return NB_IPC_R;
}

int
trap_shmget(struct trap *t)
{
	return get(t, SHM, (int)trap_arg(t, 2));
}

int
trap_shmat(struct trap *t)
{
	return use(t, SHM, (int)trap_arg(t, 0),
	    (trap_arg(t, 2) & SHM_RDONLY) != 0 ? NB_IPC_R :
	    NB_IPC_R | NB_IPC_W);
}

int
trap_shmctl(struct trap *t)
{
	int cmd = (int)trap_arg(t, 1) & 0xff;

	if (cmd == SHM_LOCK || cmd == SHM_UNLOCK)
		return trap_ask(t, CELL_SCOPE_SYSTEM, KAUTH_SYSTEM_SYSVIPC,
		    cmd == SHM_LOCK ? KAUTH_REQ_SYSTEM_SYSVIPC_SHM_LOCK :
		    KAUTH_REQ_SYSTEM_SYSVIPC_SHM_UNLOCK, EPERM);
	return use(t, SHM, (int)trap_arg(t, 0), control_mode(SHM, cmd));
}

int
trap_semget(struct trap *t)
{
	return get(t, SEM, (int)trap_arg(t, 2));
}

int
trap_semop(struct trap *t)
{
	return use(t, SEM, (int)trap_arg(t, 0), NB_IPC_W);
}

int
trap_semctl(struct trap *t)
{
	return use(t, SEM, (int)trap_arg(t, 0),
	    control_mode(SEM, (int)trap_arg(t, 2)));
}

int
trap_msgget(struct trap *t)
{
	return get(t, MSG, (int)trap_arg(t, 1));
}

int
trap_msgsnd(struct trap *t)
{
	return use(t, MSG, (int)trap_arg(t, 0), NB_IPC_W);
}

int
trap_msgrcv(struct trap *t)
{
	return use(t, MSG, (int)trap_arg(t, 0), NB_IPC_R);
}

int
trap_msgctl(struct trap *t)
{
	return use(t, MSG, (int)trap_arg(t, 0),
	    control_mode(MSG, (int)trap_arg(t, 1)));
}

/* Only removing a message queue asks; EACCES. */
int
trap_mqunlink(struct trap *t)
{
	return rig_mqueue(t->h->proc, rig_euid(t->h->proc)) == 0 ?
	    TRAP_CONTINUE : EACCES;
}
