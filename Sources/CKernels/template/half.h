// float16 <-> float32 in plain C, for kernels whose instruction set lacks the conversion.
INLINE float half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, fraction = h & 1023;
    if (exponent == 0) {
        float f = (float)fraction * 0x1p-24f;
        return sign ? -f : f;
    }
    uint32_t bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | fraction << 13;
    float f;
    memcpy(&f, &bits, 4);
    return f;
}
INLINE uint16_t float_to_half(float f) {
    uint32_t bits, sign;
    memcpy(&bits, &f, 4);
    sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    float magnitude;
    memcpy(&magnitude, &bits, 4);
    if (!(magnitude < LARGEST_HALF)) return (uint16_t)(sign | 0x7bff);
    if (magnitude < 0x1p-14f) return (uint16_t)(sign | (uint32_t)__builtin_rintf(magnitude * 0x1p24f));
    bits += 0xfff + (bits >> 13 & 1);  // to nearest, ties to even
    return (uint16_t)(sign | (bits - (112u << 23)) >> 13);
}
