//! What the unit calls its readings: tables. No allocation, no std.
