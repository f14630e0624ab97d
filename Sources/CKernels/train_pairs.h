// Units of two bfloat16 numbers. Without instructions for them they are emulated, for tests.

/// bfloat16, to the nearest and ties to even, in the low halves.
inlined vu FN(narrow)(vf x) {
#ifdef BF16
    return (vu)_mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)x));
#else
    vu u = (vu)x;
    return (u + 0x7fff + ((u >> 16) & 1)) >> 16;
#endif
}

/// Sixteen numbers as eight units: neighbours share one.
inlined void FN(store_pairs)(void *to, vf x) {
#ifdef BF16
    _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh((__m512)x));
#else
    vu u = FN(narrow)(x);
    for (int l = 0; l < 16; l++) ((uint16_t *)to)[l] = (uint16_t)u[l];
#endif
}

/// Sixteen units that hold `x` in their low (second 0) or high (second 1) halves; the high one adds to what is there.
inlined void FN(store_halves)(void *to, vf x, int second) {
    vu u = FN(narrow)(x);
    if (second) *(vu *)to |= u << 16;
    else *(vu *)to = u;
}

/// sum += both products of the units of a and b.
inlined vf FN(pair_product)(vf sum, vf a, vf b) {
#ifdef BF16
    return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b);
#else
    vf low = (vf)((vu)a << 16) * (vf)((vu)b << 16), high = (vf)((vu)a & 0xffff0000) * (vf)((vu)b & 0xffff0000);
    return sum + low + high;
#endif
}
