#define _GNU_SOURCE
#include "CThreads.h"

#include <pthread.h>
#include <sched.h>

// The kernel refuses a mask smaller than its own: this is its largest configuration.
enum { MAX_CPUS = 8192 };

typedef union {
    cpu_set_t set;
    unsigned char bytes[MAX_CPUS / 8];
} cpu_mask;

size_t tmp_cpus_allowed(int *cpus, size_t capacity) {
    cpu_mask mask;
    size_t count = 0;
    if (sched_getaffinity(0, sizeof mask, &mask.set) != 0) return 0;
    for (int cpu = 0; cpu < MAX_CPUS && count < capacity; cpu++) {
        if (CPU_ISSET_S(cpu, sizeof mask, &mask.set)) cpus[count++] = cpu;
    }
    return count;
}

int tmp_thread_pin(int cpu) {
    cpu_mask mask = {.bytes = {0}};
    if (cpu < 0 || cpu >= MAX_CPUS) return -1;
    CPU_SET_S(cpu, sizeof mask, &mask.set);
    return sched_setaffinity(0, sizeof mask, &mask.set);
}

void tmp_thread_move(int cpu) {
    cpu_mask mask;
    if (cpu < 0 || cpu >= MAX_CPUS || sched_getcpu() == cpu) return;
    if (sched_getaffinity(0, sizeof mask, &mask.set) != 0 || !CPU_ISSET_S(cpu, sizeof mask, &mask.set)) return;
    if (tmp_thread_pin(cpu) == 0) sched_setaffinity(0, sizeof mask, &mask.set);
}

void tmp_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }
