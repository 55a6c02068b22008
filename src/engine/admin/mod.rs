//! What administrators ask for: pure functions turn what was read and what is asked into effects, and the same
//! interpreter commits them.
