// The difference of two views of one scene, one moved against the other by a known motion.

// Where pixel (x, y) of the second view lies in the first; 0 when outside of it.
inlined int FN(source)(const tmp_motion *m, int x, int y, int width, int height, int *sx, int *sy, float *fx, float *fy) {
    float px = m->xx * x + m->xy * y + m->x, py = m->yx * x + m->yy * y + m->y;
    if (!(px >= 0 && py >= 0 && px <= width - 1 && py <= height - 1)) return 0;
    // The last row and column are reached from the pixel before them.
    *sx = (int)px < width - 1 ? (int)px : width - 2;
    *sy = (int)py < height - 1 ? (int)py : height - 2;
    *fx = px - *sx;
    *fy = py - *sy;
    return 1;
}

static int64_t FN(warp_count)(const tmp_motion *m, int32_t width, int32_t height) {
    int64_t count = 0;
    int sx, sy;
    float fx, fy;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) count += FN(source)(m, x, y, width, height, &sx, &sy, &fx, &fy);
    return count;
}

static double FN(warp_difference)(const tmp_motion *m, const float *first, const float *second, int32_t width, int32_t height,
                                  int32_t channels, float factor, float *dfirst, float *dsecond) {
    double total = 0;
    ptrdiff_t row = (ptrdiff_t)width * channels;
    for (int y = 0; y < height; y++) {
        float line = 0;
        for (int x = 0; x < width; x++) {
            int sx, sy;
            float fx, fy;
            if (!FN(source)(m, x, y, width, height, &sx, &sy, &fx, &fy)) continue;
            ptrdiff_t a = sy * row + (ptrdiff_t)sx * channels, b = y * row + (ptrdiff_t)x * channels;
            float w00 = (1 - fx) * (1 - fy), w01 = fx * (1 - fy), w10 = (1 - fx) * fy, w11 = fx * fy;
            vf sum = {0};
            int c = 0;
            for (; c + 16 <= channels; c += 16) {
                const float *p = first + a + c;
                vf d = load(second + b + c) - (load(p) * w00 + load(p + channels) * w01 + load(p + row) * w10 + load(p + row + channels) * w11);
                sum += d * d;
                d *= factor;
                store(dsecond + b + c, load(dsecond + b + c) + d);
                float *q = dfirst + a + c;
                store(q, load(q) - d * w00);
                store(q + channels, load(q + channels) - d * w01);
                store(q + row, load(q + row) - d * w10);
                store(q + row + channels, load(q + row + channels) - d * w11);
            }
            for (int l = 0; l < 16; l++) line += sum[l];
            for (; c < channels; c++) {
                const float *p = first + a + c;
                float d = second[b + c] - (p[0] * w00 + p[channels] * w01 + p[row] * w10 + p[row + channels] * w11);
                line += d * d;
                d *= factor;
                dsecond[b + c] += d;
                float *q = dfirst + a + c;
                q[0] -= d * w00;
                q[channels] -= d * w01;
                q[row] -= d * w10;
                q[row + channels] -= d * w11;
            }
        }
        total += line;
    }
    return total;
}
