//! The live XML document, `data.xml`.
