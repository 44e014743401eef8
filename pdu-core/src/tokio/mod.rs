//! Drivers for tokio.
