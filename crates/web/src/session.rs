//! Who visits: the session behind the cookie, what the request asks for, and the proof that a change was
//! meant. `guard` runs before every handler of the route table; handlers take a [`Visit`] or a [`Guest`].

mod asks;
mod cookie;
mod guard;
mod guest;
mod meant;
mod params;
mod visit;

pub use asks::Asks;
pub use cookie::{COOKIE, clear_cookie, set_cookie};
pub use guard::guard;
pub(crate) use guard::session;
pub use guest::Guest;
pub use meant::csrf;
pub use params::{Params, encode, is_local};
pub use visit::{Answer, Visit, html};
