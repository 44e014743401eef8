//! The data log.
