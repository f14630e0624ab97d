// Sums and maps over the pixels of an NHWC map, a channel block at a time: instance norm and its gradient.

// Partial sums stay short in float and go to double, so that a long map loses nothing.
enum { FN(SUM_RUN) = 64 };

static void FN(moments)(const float *x, const float *shift, int64_t pixels, int32_t channels, double *sum, double *square) {
    for (int64_t from = 0; from < pixels; from += FN(SUM_RUN)) {
        int64_t to = from + FN(SUM_RUN) < pixels ? from + FN(SUM_RUN) : pixels;
        for (int c = 0; c < channels; c += 16) {
            vf s = {0}, q = {0}, h = load(shift + c);
            for (int64_t i = from; i < to; i++) {
                vf d = load(x + i * channels + c) - h;
                s += d;
                q += d * d;
            }
            for (int l = 0; l < 16; l++) sum[c + l] += s[l], square[c + l] += q[l];
        }
    }
}

static void FN(affine)(const float *x, const float *scale, const float *offset, const float *add, int64_t pixels, int32_t channels,
                       int32_t relu, float *y) {
    for (int64_t i = 0; i < pixels; i++)
        for (int c = 0; c < channels; c += 16) {
            ptrdiff_t at = i * channels + c;
            vf v = load(x + at) * load(scale + c) + load(offset + c);
            if (relu) v = positive(v);
            store(y + at, add ? v + load(add + at) : v);
        }
}

static void FN(norm_sums)(const float *dy, const float *mask, const float *x, const float *shift, int64_t pixels, int32_t channels,
                          double *sum, double *product) {
    for (int64_t from = 0; from < pixels; from += FN(SUM_RUN)) {
        int64_t to = from + FN(SUM_RUN) < pixels ? from + FN(SUM_RUN) : pixels;
        for (int c = 0; c < channels; c += 16) {
            vf s = {0}, q = {0}, h = load(shift + c);
            for (int64_t i = from; i < to; i++) {
                ptrdiff_t at = i * channels + c;
                vf d = mask ? select_positive(load(mask + at), load(dy + at)) : load(dy + at);
                s += d;
                q += d * (load(x + at) - h);
            }
            for (int l = 0; l < 16; l++) sum[c + l] += s[l], product[c + l] += q[l];
        }
    }
}

static void FN(norm_backward)(const float *dy, const float *mask, const float *x, const float *shift, const float *a, const float *b,
                              const float *c, int64_t pixels, int32_t channels, float *dx) {
    for (int64_t i = 0; i < pixels; i++)
        for (int j = 0; j < channels; j += 16) {
            ptrdiff_t at = i * channels + j;
            vf d = mask ? select_positive(load(mask + at), load(dy + at)) : load(dy + at);
            store(dx + at, d * load(a + j) + (load(x + at) - load(shift + j)) * load(b + j) + load(c + j));
        }
}

static double FN(difference)(const float *x, const float *target, int64_t count, float factor, float *dx) {
    double sum = 0;
    for (int64_t from = 0; from < count; from += 16 * FN(SUM_RUN)) {
        int64_t to = from + 16 * FN(SUM_RUN) < count ? from + 16 * FN(SUM_RUN) : count;
        vf s = {0};
        int64_t i = from;
        for (; i + 16 <= to; i += 16) {
            vf d = load(x + i) - load(target + i);
            store(dx + i, load(dx + i) + d * factor);
            s += d * d;
        }
        for (int l = 0; l < 16; l++) sum += s[l];
        for (; i < to; i++) {
            float d = x[i] - target[i];
            dx[i] += d * factor;
            sum += d * d;
        }
    }
    return sum;
}

static void FN(adam)(float *w, const float *g, float *m, float *v, int64_t count, float rate, float beta1, float beta2, float epsilon) {
    int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        vf d = load(g + i), a = load(m + i) * beta1 + d * (1 - beta1), b = load(v + i) * beta2 + d * d * (1 - beta2);
        store(m + i, a);
        store(v + i, b);
        store(w + i, load(w + i) - rate * a / (root(b) + epsilon));
    }
    for (; i < count; i++) {
        m[i] = m[i] * beta1 + g[i] * (1 - beta1);
        v[i] = v[i] * beta2 + g[i] * g[i] * (1 - beta2);
        w[i] -= rate * m[i] / (sqrtf(v[i]) + epsilon);
    }
}
