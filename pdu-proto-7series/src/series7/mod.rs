//! The unit: readings, outlets and configuration over HTTP; with a simulated one.
