//! Who comes in, and with what: log-ins, sessions, API keys, passwords and the links that set them. Secrets
//! leave here once, in the answer that makes them; what is stored are digests.

mod first;
mod keys;
mod links;
mod log_in;
mod passwords;
mod secrets;
mod sessions;
mod times;
mod users;

pub use keys::KeyInfo;
pub use log_in::Opened;
pub use passwords::SHORTEST_PASSWORD;
pub(crate) use secrets::{hex, random_token};
pub use sessions::{Session, SessionInfo};
pub use times::SessionTimes;
pub(crate) use times::check_setting;
pub use users::{NewUser, role_label};

use crate::{Ctx, Error, Result};
use guanxi_model::RecordId;
use jiff::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

pub(crate) fn may_set(ctx: &Ctx, right: &str) -> Result<()> {
    if ctx.rights.may_set(right) { Ok(()) } else { Err(Error::forbidden("gate.no_setting")) }
}

fn own_or(ctx: &Ctx, user: RecordId, right: &str) -> Result<()> {
    if ctx.subject.user == user { Ok(()) } else { may_set(ctx, right) }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or_default()
}
