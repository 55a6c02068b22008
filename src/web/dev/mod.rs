//! What helps development: the sample front end on the public listener, the inbox on the admin listener.
//!
//! Both are compiled in and answer only with `--dev`.

mod ui;

pub use ui::configure_ui;
