/* sys/module.h -- module(9): a module's header and its control routine. */

#ifndef _SYS_MODULE_H_
#define	_SYS_MODULE_H_

#include <sys/param.h>
#include <sys/kernel.h>

typedef enum modclass {
	MODULE_CLASS_ANY,
	MODULE_CLASS_MISC,
	MODULE_CLASS_VFS,
	MODULE_CLASS_DRIVER,
	MODULE_CLASS_EXEC,
	MODULE_CLASS_SECMODEL,
	MODULE_CLASS_BUFQ,
	MODULE_CLASS_MAX
} modclass_t;

typedef enum modcmd {
	MODULE_CMD_INIT,
	MODULE_CMD_FINI,
	MODULE_CMD_STAT,
	MODULE_CMD_AUTOUNLOAD
} modcmd_t;

typedef struct modinfo {
	u_int		mi_version;
	modclass_t	mi_class;
	int		(*mi_modcmd)(modcmd_t, void *);
	const char	*mi_name;
	const char	*mi_required;
} const modinfo_t;

/*
 * The header is a global symbol instead of an entry in a link set, so that
 * the linker takes the module out of a library by its name.
 */
#define	MODULE(class, name, required)					\
static int name##_modcmd(modcmd_t, void *);				\
extern modinfo_t rig_module_##name;					\
modinfo_t rig_module_##name = {						\
	.mi_version = __NetBSD_Version__,				\
	.mi_class = (class),						\
	.mi_modcmd = name##_modcmd,					\
	.mi_name = #name,						\
	.mi_required = (required)					\
}

/* EEXIST: loaded already.  ENOENT: not loaded. */
int	module_load_rig(modinfo_t *);
int	module_unload_rig(modinfo_t *);
int	module_autounload_rig(modinfo_t *);

#endif	/* !_SYS_MODULE_H_ */
