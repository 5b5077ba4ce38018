/* uvm/uvm_extern.h -- an address space: how large it is. */

#ifndef _UVM_UVM_EXTERN_H_
#define	_UVM_UVM_EXTERN_H_

#include <sys/param.h>

struct vm_map {
	vsize_t		size;		/* bytes mapped */
};

struct vmspace {
	struct vm_map	vm_map;
	u_int		vm_refcnt;
	segsz_t		vm_rssize;	/* pages resident, as last seen */
};

#define	vm_resident_count(vm)	((vm)->vm_rssize)
void	uvmspace_free(struct vmspace *);

#endif	/* !_UVM_UVM_EXTERN_H_ */
