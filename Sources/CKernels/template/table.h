// The table entry of one instruction set and arithmetic.
const tmp_kernels NAME(tmp_kernels) = {
    .isa = ISA,
    .arithmetic = (tmp_arithmetic)ARITHMETIC,
    .name = LABEL,
    .columns = BLOCK,
    .peak = NAME(peak),
    .winograd_scratch = NAME(winograd_scratch),
    .winograd_packed_bytes = NAME(winograd_packed_bytes),
    .winograd_scales = NAME(winograd_scales),
    .winograd_pack = NAME(winograd_pack),
    .winograd = NAME(winograd),
    .end_packed_bytes = NAME(end_packed_bytes),
    .end_scales = NAME(end_scales),
    .end_pack = NAME(end_pack),
    .end_scratch = NAME(end_scratch),
    .first = NAME(first),
    .last = NAME(last),
};
