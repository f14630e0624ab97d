// Counts the heap allocations of chosen threads, and fills new memory. Linked into the tests only; stands in front of the C
// library's allocator.
#pragma once
#include <stdbool.h>

/// From now on the allocations of the calling thread are counted, or no longer.
void allocation_counter_watch_this_thread(bool watch);

/// Allocations of all watched threads so far; -1 where a sanitizer owns the allocator.
long allocation_counter_total(void);

/// From now on memory fresh from malloc and its aligned kin holds this 16-bit word everywhere, on all threads; for -1 what it
/// happens to hold. Where a sanitizer owns the allocator nothing changes.
void allocation_fill_with(int word);
