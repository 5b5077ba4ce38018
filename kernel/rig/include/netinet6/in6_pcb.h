#include <netinet6/ip6_var.h>
