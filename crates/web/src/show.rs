//! How values look on pages: lists, cards, record pages and reports draw them with these functions, so
//! that a phone number or an overdue date looks the same everywhere.

mod money;
mod value;
mod when;

pub use money::{compact, exact};
pub use value::{Showing, alone, has_ended, icon_of, is_numeric, show, text};
pub use when::{ago, clock, day, due, left, long_day, moment, weekday_key};
