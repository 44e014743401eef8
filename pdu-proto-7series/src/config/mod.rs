//! The configuration XML: a lossless document, whose unit it is, typed settings, differences, restoring.
