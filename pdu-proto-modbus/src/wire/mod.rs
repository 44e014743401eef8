//! Level 0: bytes to borrowed views and back. No state, no clock, no allocation.
