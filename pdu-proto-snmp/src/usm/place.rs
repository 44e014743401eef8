//! Where the state of a hash or a cipher lives.

#[cfg(feature = "alloc")]
use alloc::boxed::Box;
use core::ops::Deref;

/// A value on the heap where there is one. AES-256 wants 960 octets and SHA-256 80: with `alloc` keys take what their own
/// protocols need, without it what the largest would.
#[derive(Clone)]
pub(super) struct Place<T>(#[cfg(feature = "alloc")] Box<T>, #[cfg(not(feature = "alloc"))] T);

impl<T> Place<T> {
    #[cfg(feature = "alloc")]
    pub(super) fn new(value: T) -> Self {
        Self(Box::new(value))
    }

    #[cfg(not(feature = "alloc"))]
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Place<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
