//! Contract tests, the faulty link and the two-sided harness, for the tests of protocol crates.
