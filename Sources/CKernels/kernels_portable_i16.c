#define ISA TMP_ISA_PORTABLE
#define VL 4
#define ARITHMETIC 1
#define SUFFIX portable_i16
#define LABEL "portable int16"
#include "template/vector.h"
#include "template/multiply.h"
#include "template/winograd.h"
#include "template/ends.h"
#include "template/direct.h"
#include "template/table.h"
