//! Requests and responses of the unit as types of the `http` crate, and who may ask.

pub mod auth;
mod error;
pub mod form;
pub(crate) mod framing;
mod limits;
mod profile;

pub(crate) use self::error::excerpt;
pub use self::error::{Asked, FramingFault, HttpError, LoginFault, RequestFault};
pub use self::limits::Limits;
pub use self::profile::{Call, HttpProfile, HttpProfileFault, Operation, Upload, Verb};
