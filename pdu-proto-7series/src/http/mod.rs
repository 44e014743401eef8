//! Requests and responses of the unit as types of the `http` crate, and who may ask.
