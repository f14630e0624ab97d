// Counts the heap allocations of chosen threads. Linked into the tests only; stands in front of the C library's allocator.
#pragma once
#include <stdbool.h>

/// From now on the allocations of the calling thread are counted, or no longer.
void allocation_counter_watch_this_thread(bool watch);

/// Allocations of all watched threads so far; -1 where a sanitizer owns the allocator.
long allocation_counter_total(void);
