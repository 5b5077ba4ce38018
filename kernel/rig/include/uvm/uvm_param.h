#include <uvm/uvm_extern.h>
