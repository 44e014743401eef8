//! Enumerations whose variants are words: the vocabulary in text, the same in code, JSON and on a command line.

use core::fmt;

/// Text that is none of the words of a vocabulary type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownWord {
    /// What a word was wanted for.
    pub expected: &'static str,
    /// The words that are known.
    pub known: &'static [&'static str],
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a {}; known are", self.expected)?;
        for (i, word) in self.known.iter().enumerate() {
            write!(f, "{} {word}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl core::error::Error for UnknownWord {}

/// Declares an enum whose variants have one word each: `as_str`, `ALL`, `Display`, `FromStr`, and serde by that word.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident as $what:literal {
            $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name {
            $( $(#[$variant_meta])* #[cfg_attr(feature = "serde", serde(rename = $word))] $variant, )+
        }

        impl $name {
            /// Every variant, in the order of their declaration.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The word for it, as in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )+
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                match text {
                    $( $word => Ok(Self::$variant), )+
                    _ => Err($crate::UnknownWord { expected: $what, known: &[$( $word ),+] }),
                }
            }
        }
    };
}

pub(crate) use words;

/// Deserializes whatever has a `FromStr` from text.
#[cfg(feature = "serde")]
pub(crate) fn deserialize_from_str<'de, D, T>(deserializer: D, expecting: &'static str) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: core::str::FromStr<Err: fmt::Display>,
{
    struct Text<T>(&'static str, core::marker::PhantomData<T>);

    impl<T: core::str::FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(expecting, core::marker::PhantomData))
}
