//! The live XML document, `data.xml`.

mod deviation;
mod error;

pub use deviation::Deviation;
pub use error::{LiveError, LiveFault};
