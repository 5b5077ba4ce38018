#include <netinet/in_pcb.h>
