// Training kernels for any CPU.
#define FN(name) name##_portable
#define ROWS 2
#define COLUMNS 1
#define PLANAR_ROWS 1
#define PLANAR_VECTORS 1
#include "train_body.h"
