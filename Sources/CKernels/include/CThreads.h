// What the C library keeps behind _GNU_SOURCE and Swift can therefore not import.
#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the numbers of the CPUs in the calling thread's affinity mask, ascending, into `cpus` (room for `capacity`) and
/// returns how many there are; 0 when the kernel does not tell.
size_t tmp_cpus_allowed(int *cpus, size_t capacity);

/// Keeps the calling thread on one CPU; 0 on success. A refusal leaves it where it was.
int tmp_thread_pin(int cpu);

/// Moves the calling thread to a CPU of its mask, free to leave it again; one vDSO call when it is there already.
void tmp_thread_move(int cpu);

/// Names the calling thread for debuggers and `top -H`: 15 bytes at most.
void tmp_thread_name(const char *name);

#ifdef __cplusplus
}
#endif
