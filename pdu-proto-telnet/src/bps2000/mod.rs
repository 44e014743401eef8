//! The console of the BKT BPS2000v2: its screens, and what is typed at them. No allocation.
