/* sys/filedesc.h -- where a process looks for files. */

#ifndef _SYS_FILEDESC_H_
#define	_SYS_FILEDESC_H_

struct vnode;

struct cwdinfo {
	struct vnode	*cwdi_cdir;
	struct vnode	*cwdi_rdir;
};

#endif	/* !_SYS_FILEDESC_H_ */
