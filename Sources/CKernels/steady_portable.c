// The temporal filter for any CPU.
#define FN(name) name##_portable
#include "steady_body.h"
