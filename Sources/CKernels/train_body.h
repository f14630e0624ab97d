// Every training kernel for the instruction set that the including file has turned on. FN names it; ROWS x COLUMNS vectors
// are the accumulators of the matrix product.
#include "train_vector.h"

#include "train_pairs.h"
#include "train_gemm.h"
#include "train_norm.h"
#include "train_pool.h"
#include "train_strip.h"
#include "train_warp.h"
#include "train_winograd.h"

const tmp_train_kernels FN(tmp_train_kernels) = {
    .gemm = FN(gemm),
#ifdef BF16
    .has_pairs = 1,
#endif
    .winograd_input = FN(winograd_input),
    .winograd_output = FN(winograd_output),
    .winograd_output_adjoint = FN(winograd_output_adjoint),
    .winograd_input_adjoint = FN(winograd_input_adjoint),
    .winograd_weights = FN(winograd_weights),
    .winograd_weights_adjoint = FN(winograd_weights_adjoint),
    .gather = FN(gather),
    .fold = FN(fold),
    .planes = FN(planes),
    .planar_convolve = FN(planar_convolve),
    .moments = FN(moments),
    .affine = FN(affine),
    .norm_sums = FN(norm_sums),
    .norm_backward = FN(norm_backward),
    .difference = FN(difference),
    .warp_count = FN(warp_count),
    .warp_difference = FN(warp_difference),
    .max_pool = FN(max_pool),
    .average_pool = FN(average_pool),
    .max_pool_backward = FN(max_pool_backward),
    .average_pool_backward = FN(average_pool_backward),
    .adam = FN(adam),
};
