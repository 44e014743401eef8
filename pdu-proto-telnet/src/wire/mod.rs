//! Level 0: octets of a connection to lines and prompts, and back. No state but what a stream needs, no clock, no allocation.
