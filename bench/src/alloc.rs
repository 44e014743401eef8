//! An allocator that counts: how many allocations one operation takes.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
/// May wrap below zero in between; the sum is right.
static IN_USE: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, with a count of allocations and reallocations.
#[derive(Debug)]
pub struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        IN_USE.fetch_add(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size() as u64, Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        IN_USE.fetch_add((new_size as u64).wrapping_sub(layout.size() as u64), Relaxed);
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { System.realloc(ptr, layout, new_size) }
    }
}

/// Allocations of the whole program so far.
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Relaxed)
}

/// Octets of the heap that are in use now.
pub fn in_use() -> u64 {
    IN_USE.load(Relaxed)
}

static MOST_IN_USE: AtomicU64 = AtomicU64::new(0);

/// As [`Counting`], and it remembers the most that was in use at one time.
#[derive(Debug)]
pub struct Watching;

// SAFETY: every call goes to `Counting` unchanged, which keeps to the contract; remembering neither allocates nor panics.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the contract of `alloc`.
        let memory = unsafe { Counting.alloc(layout) };
        MOST_IN_USE.fetch_max(in_use(), Relaxed);
        memory
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { Counting.dealloc(ptr, layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // While it is moved, both are in use.
        MOST_IN_USE.fetch_max(in_use() + new_size as u64, Relaxed);
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { Counting.realloc(ptr, layout, new_size) }
    }
}

/// Forgets what was in use before, for [`most_in_use`].
pub fn watch() {
    MOST_IN_USE.store(in_use(), Relaxed);
}

/// The most octets of the heap that were in use at one time since [`watch`]; only under [`Watching`].
pub fn most_in_use() -> u64 {
    MOST_IN_USE.load(Relaxed)
}
