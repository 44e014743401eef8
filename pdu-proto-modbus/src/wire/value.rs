//! Numbers that span several registers.
