#define ISA TMP_ISA_PORTABLE
#define VL 4
#define ARITHMETIC 0
#define SUFFIX portable_f32
#define LABEL "portable fp32"
#include "template/vector.h"
#include "template/multiply.h"
#include "template/winograd.h"
#include "template/ends.h"
#include "template/direct.h"
#include "template/table.h"
