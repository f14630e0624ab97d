#define _GNU_SOURCE
#include "CThreads.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

// The kernel refuses a mask smaller than its own: this is its largest configuration.
enum { MAX_CPUS = 8192 };

size_t tmp_cpus_allowed(int *cpus, size_t capacity) {
    size_t count = 0, bytes = CPU_ALLOC_SIZE(MAX_CPUS);
    cpu_set_t *mask = CPU_ALLOC(MAX_CPUS);
    if (mask && sched_getaffinity(0, bytes, mask) == 0) {
        for (int cpu = 0; cpu < MAX_CPUS && count < capacity; cpu++) {
            if (CPU_ISSET_S(cpu, bytes, mask)) cpus[count++] = cpu;
        }
    }
    CPU_FREE(mask);
    return count;
}

int tmp_thread_pin(int cpu) {
    if (cpu < 0 || cpu >= MAX_CPUS) return -1;
    size_t bytes = CPU_ALLOC_SIZE(MAX_CPUS);
    cpu_set_t *mask = CPU_ALLOC(MAX_CPUS);
    if (!mask) return -1;
    CPU_ZERO_S(bytes, mask);
    CPU_SET_S(cpu, bytes, mask);
    int result = pthread_setaffinity_np(pthread_self(), bytes, mask);
    CPU_FREE(mask);
    return result;
}

void tmp_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }
