//! Drivers for threads that may block: TCP, UDP, serial lines and anything that reads and writes with timeouts.
