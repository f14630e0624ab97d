#include "AllocationCounter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

static __thread bool watched;
static atomic_long total;
static atomic_int fill = -1;

void allocation_counter_watch_this_thread(bool watch) { watched = watch; }

void allocation_fill_with(int word) { atomic_store(&fill, word); }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FOREIGN_ALLOCATOR 1
#endif
#endif

#if defined(FOREIGN_ALLOCATOR) || !defined(__GLIBC__)
long allocation_counter_total(void) { return -1; }
#else
long allocation_counter_total(void) { return atomic_load(&total); }

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

static void count(void) {
    if (watched) atomic_fetch_add(&total, 1);
}

static void *filled(void *memory, size_t size) {
    int word = atomic_load(&fill);
    if (memory && word >= 0) {
        for (size_t i = 0; i < size / 2; i++) ((volatile uint16_t *)memory)[i] = (uint16_t)word;
    }
    return memory;
}

void *malloc(size_t size) {
    count();
    return filled(__libc_malloc(size), size);
}

void *calloc(size_t n, size_t size) {
    count();
    return __libc_calloc(n, size);
}

void *realloc(void *old, size_t size) {
    count();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return filled(__libc_memalign(alignment, size), size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return filled(__libc_memalign(alignment, size), size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    count();
    *result = filled(__libc_memalign(alignment, size), size);
    return *result ? 0 : ENOMEM;
}
#endif
