use core::{fmt, hash};

use super::{Encode, MAX_PROTOCOL_DATA_UNIT, Request, Response, WireError};

/// The bytes of a protocol data unit, inline.
#[derive(Clone, Copy)]
struct Buf {
    bytes: [u8; MAX_PROTOCOL_DATA_UNIT],
    len: u8,
}

impl Buf {
    const EMPTY: Self = Self {
        bytes: [0; MAX_PROTOCOL_DATA_UNIT],
        len: 0,
    };

    #[inline]
    fn encode(message: &impl Encode) -> Result<Self, WireError> {
        let mut buf = Self::EMPTY;
        buf.set(message)?;
        Ok(buf)
    }

    #[inline]
    fn set(&mut self, message: &impl Encode) -> Result<(), WireError> {
        let len = message.encode(&mut self.bytes)?;
        self.len = u8::try_from(len).unwrap_or(u8::MAX);
        Ok(())
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }
}

macro_rules! owned {
    ($(#[$doc:meta])* $buf:ident of $message:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $buf(Buf);

        impl $buf {
            /// Keeps a copy.
            ///
            /// # Errors
            ///
            /// What the standard forbids.
            #[inline]
            pub fn new(message: &$message<'_>) -> Result<Self, WireError> {
                Buf::encode(message).map(Self)
            }

            /// Keeps a copy of a whole protocol data unit: function code and data.
            ///
            /// # Errors
            ///
            /// Those of `parse`.
            #[inline]
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
                $message::parse(bytes)?;
                Buf::encode(&bytes).map(Self)
            }

            /// The message in its meaning.
            #[inline]
            pub fn view(&self) -> $message<'_> {
                let bytes = self.as_bytes();
                // Never taken: the bytes were proven at construction.
                let unproven = $message::Other {
                    function: super::FunctionCode(0),
                    data: bytes,
                };
                $message::parse(bytes).unwrap_or(unproven)
            }

            /// The protocol data unit: function code and data.
            #[inline]
            pub fn as_bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            /// The function code.
            #[inline]
            pub fn function(&self) -> super::FunctionCode {
                let [first, ..] = self.0.bytes;
                super::FunctionCode(first).without_exception()
            }
        }

        impl TryFrom<&[u8]> for $buf {
            type Error = WireError;

            #[inline]
            fn try_from(bytes: &[u8]) -> Result<Self, WireError> {
                Self::from_bytes(bytes)
            }
        }

        impl TryFrom<$message<'_>> for $buf {
            type Error = WireError;

            #[inline]
            fn try_from(message: $message<'_>) -> Result<Self, WireError> {
                Self::new(&message)
            }
        }

        impl Encode for $buf {
            #[inline]
            fn encoded_len(&self) -> usize {
                self.as_bytes().len()
            }

            #[inline]
            fn encode(&self, out: &mut [u8]) -> Result<usize, WireError> {
                self.as_bytes().encode(out)
            }
        }

        impl AsRef<[u8]> for $buf {
            #[inline]
            fn as_ref(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl PartialEq for $buf {
            fn eq(&self, other: &Self) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl Eq for $buf {}

        impl hash::Hash for $buf {
            fn hash<H: hash::Hasher>(&self, state: &mut H) {
                self.as_bytes().hash(state);
            }
        }

        impl fmt::Debug for $buf {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($buf)).field(&self.view()).finish()
            }
        }
    };
}

owned! {
    /// A request that owns its bytes, without an allocation: what a session keeps while the answer is awaited.
    ///
    /// Proven valid when it was made, so that [`view`](Self::view) cannot fail.
    RequestBuf of Request
}

owned! {
    /// A response that owns its bytes, without an allocation.
    ///
    /// Proven valid when it was made, so that [`view`](Self::view) cannot fail.
    ResponseBuf of Response
}

impl RequestBuf {
    /// Nothing yet, to be [`set`](Self::set) where it lies: moving a buffer costs more than filling it.
    pub(crate) const EMPTY: Self = Self(Buf::EMPTY);

    #[inline]
    pub(crate) fn set(&mut self, request: &Request<'_>) -> Result<(), WireError> {
        self.0.set(request)
    }
}

impl ResponseBuf {
    /// Nothing yet, to be [`set`](Self::set_proven) where it lies.
    pub(crate) const EMPTY: Self = Self(Buf::EMPTY);

    /// Keeps bytes that were proven before, and copies no more than there are.
    #[inline]
    pub(crate) fn set_proven(&mut self, proven: &[u8]) {
        let Buf { bytes, len } = &mut self.0;
        if let Some(kept) = bytes.get_mut(..proven.len()) {
            kept.copy_from_slice(proven);
            *len = u8::try_from(proven.len()).unwrap_or(0);
        }
    }
}
