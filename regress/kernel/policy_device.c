/* policy_device.c -- the device, machdep and vnode scopes. */

#include "policy.h"

#define	A(name, tier, exc)	ACTION(DEVICE, name, tier, exc, HOST)
#define	R(name, req, tier, exc)	REQUEST(DEVICE, name, req, tier, exc, HOST)
#define	M(name, tier)		ACTION(MACHDEP, name, tier, NONE, HOST)
#define	V(name, tier)		ACTION(VNODE, name, tier, NONE, HOST)

/* NetBSD/amd64's numbers: mem(4) and wd(4). */
#define	MEM_MAJOR	2
#define	DEV_MEM		0
#define	DEV_NULL	2
#define	WD_CMAJOR	3
#define	WD_BMAJOR	0
#define	ST_CMAJOR	14

#define	RAWIO(name, req, block, maj, min)				\
static int								\
name(struct proc *p, struct proc *object)				\
{									\
	(void)object;							\
	return rig_rawio(p, KAUTH_REQ_DEVICE_RAWIO_SPEC_##req, block,	\
	    maj, min);							\
}

RAWIO(mem_read, READ, false, MEM_MAJOR, DEV_MEM)
RAWIO(mem_write, WRITE, false, MEM_MAJOR, DEV_MEM)
RAWIO(mem_rw, RW, false, MEM_MAJOR, DEV_MEM)
RAWIO(null_rw, RW, false, MEM_MAJOR, DEV_NULL)
RAWIO(disk_read, READ, false, WD_CMAJOR, 3)
RAWIO(disk_write, WRITE, false, WD_CMAJOR, 3)
RAWIO(disk_rw, RW, false, WD_CMAJOR, 0)
RAWIO(block_read, READ, true, WD_BMAJOR, 0)
RAWIO(block_write, WRITE, true, WD_BMAJOR, 0)
RAWIO(tape_read, READ, false, ST_CMAJOR, 0)

#define	PASSTHRU(req)							\
	{ "KAUTH_DEVICE_RAWIO_PASSTHRU",				\
	    "KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_" #req,			\
	    KAUTH_DEVICE_RAWIO_PASSTHRU,				\
	    KAUTH_REQ_DEVICE_RAWIO_PASSTHRU_##req, CELL_SCOPE_DEVICE,	\
	    CELL_TIER_LOW, CELL_EXC_NONE, ABOUT_HOST, NULL }

static const struct row rows_device_table[] = {
	/* Memory and disks; what else has a node is the node's to guard. */
	R(RAWIO_SPEC, RAWIO_SPEC_READ, NEVER, NONE),
	R(RAWIO_SPEC, RAWIO_SPEC_WRITE, NEVER, NONE),
	R(RAWIO_SPEC, RAWIO_SPEC_RW, NEVER, NONE),
	VARIANT("reading /dev/mem", DEVICE, LOW, NONE, HOST, mem_read),
	VARIANT("writing /dev/mem", DEVICE, LOW, NONE, HOST, mem_write),
	VARIANT("opening /dev/mem", DEVICE, LOW, NONE, HOST, mem_rw),
	VARIANT("opening /dev/null", DEVICE, NEVER, NONE, HOST, null_rw),
	VARIANT("reading a raw disk", DEVICE, LOW, NONE, HOST, disk_read),
	VARIANT("writing a raw disk", DEVICE, LOW, NONE, HOST, disk_write),
	VARIANT("opening a raw disk", DEVICE, LOW, NONE, HOST, disk_rw),
	VARIANT("reading a disk", DEVICE, LOW, NONE, HOST, block_read),
	VARIANT("writing a disk", DEVICE, LOW, NONE, HOST, block_write),
	VARIANT("reading a tape", DEVICE, LOW, NONE, HOST, tape_read),
	PASSTHRU(READ),
	PASSTHRU(WRITE),
	PASSTHRU(READCONF),
	PASSTHRU(WRITECONF),
	PASSTHRU(ALL),

	/* Terminals. */
	A(TTY_OPEN, NEVER, NONE),
	A(TTY_STI, LOW, NONE),
	A(TTY_VIRTUAL, LOW, NONE),
	A(TTY_PRIVSET, MEDIUM, NONE),

	/* Hardware of the host; pins are as good as ports. */
	A(GPIO_PINSET, LOW, NONE),
	A(RND_ADDDATA, MEDIUM, NONE),
	A(RND_ADDDATA_ESTIMATE, MEDIUM, NONE),
	A(RND_GETPRIV, MEDIUM, NONE),
	A(RND_SETPRIV, MEDIUM, NONE),
	A(BLUETOOTH_SETPRIV, MEDIUM, IFCONFIG),
	R(BLUETOOTH_BCSP, BLUETOOTH_BCSP_ADD, MEDIUM, IFCONFIG),
	R(BLUETOOTH_BTUART, BLUETOOTH_BTUART_ADD, MEDIUM, IFCONFIG),
	A(BLUETOOTH_SEND, MEDIUM, IFCONFIG),
	A(BLUETOOTH_RECV, MEDIUM, IFCONFIG),
	A(WSCONS_KEYBOARD_BELL, MEDIUM, NONE),
	A(WSCONS_KEYBOARD_KEYREPEAT, MEDIUM, NONE),
	A(NVMM_CTL, MEDIUM, NONE),
	UNKNOWN(DEVICE, 20, 0, MEDIUM, HOST),
	UNKNOWN(DEVICE, 64, 0, MEDIUM, HOST),

	/* Port I/O and the machine's memory. */
	M(IOPERM_GET, LOW),
	M(IOPERM_SET, LOW),
	M(IOPL, LOW),
	M(UNMANAGEDMEM, LOW),
	M(MTRR_GET, LOW),
	M(MTRR_SET, LOW),
	M(NVRAM, LOW),
	M(PXG, LOW),
	M(CPU_UCODE_APPLY, LOW),
	M(SVS_DISABLE, LOW),
	/* A process's own. */
	M(LDT_GET, NEVER),
	M(LDT_SET, NEVER),
	/* Only the whole cache, which Linux' system call has, is asked for. */
	M(CACHEFLUSH, MEDIUM),
	UNKNOWN(MACHDEP, 14, 0, MEDIUM, HOST),
	UNKNOWN(MACHDEP, 64, 0, MEDIUM, HOST),
};
ROWS(rows_device);

/* Files are the file system's; this is asked for every one of them. */
static const struct row rows_vnode_table[] = {
	V(READ_DATA, NEVER),
	V(LIST_DIRECTORY, NEVER),
	V(WRITE_DATA, NEVER),
	V(ADD_FILE, NEVER),
	V(EXECUTE, NEVER),
	V(SEARCH, NEVER),
	V(DELETE, NEVER),
	V(APPEND_DATA, NEVER),
	V(ADD_SUBDIRECTORY, NEVER),
	V(READ_TIMES, NEVER),
	V(WRITE_TIMES, NEVER),
	V(READ_FLAGS, NEVER),
	V(WRITE_FLAGS, NEVER),
	V(READ_SYSFLAGS, NEVER),
	V(WRITE_SYSFLAGS, MEDIUM),
	V(RENAME, NEVER),
	V(CHANGE_OWNERSHIP, NEVER),
	V(READ_SECURITY, NEVER),
	V(WRITE_SECURITY, NEVER),
	V(READ_ATTRIBUTES, NEVER),
	V(WRITE_ATTRIBUTES, NEVER),
	/* Of the user namespace; for the other see extattr_test.c. */
	V(READ_EXTATTRIBUTES, NEVER),
	V(WRITE_EXTATTRIBUTES, NEVER),
	V(RETAIN_SUID, NEVER),
	V(RETAIN_SGID, NEVER),
	/* Takes it from the host as well, through read-only null mounts. */
	V(REVOKE, LOW),
	V(IS_EXEC, NEVER),
	V(HAS_SYSFLAGS, NEVER),
	V(ACCESS, NEVER),
	V(ADD_LINK, NEVER),
	UNKNOWN(VNODE, KAUTH_VNODE_READ_DATA | KAUTH_VNODE_WRITE_SYSFLAGS, 0,
	    MEDIUM, HOST),
	{ "revoking and more", NULL, KAUTH_VNODE_READ_DATA |
	    KAUTH_VNODE_REVOKE, 0, CELL_SCOPE_VNODE, CELL_TIER_LOW,
	    CELL_EXC_NONE, ABOUT_HOST, NULL },
	UNKNOWN(VNODE, 1ULL << 22, 0, MEDIUM, HOST),
	UNKNOWN(VNODE, 1ULL << 28, 0, MEDIUM, HOST),
	UNKNOWN(VNODE, 1ULL << 33, 0, MEDIUM, HOST),
	UNKNOWN(VNODE, 1ULL << 63, 0, MEDIUM, HOST),
	UNKNOWN(VNODE, KAUTH_VNODE_READ_DATA | (1ULL << 40), 0, MEDIUM, HOST),
};
ROWS(rows_vnode);
