//! What helps development: the sample front end on the public listener, the inbox on the admin listener.
//!
//! Both are compiled in and answer only with `--dev`.

mod inbox;
mod inbox_page;
mod ui;

pub use inbox::{Closing, configure_inbox};
pub use ui::configure_ui;
