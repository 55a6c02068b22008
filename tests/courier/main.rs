//! Courier tests.
