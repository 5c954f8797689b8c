//! Log-in, sessions, API keys, invitations and password resets. STUB BODIES: being filled in.
#![expect(unused_variables, missing_docs, reason = "being filled in")]

use crate::*;
use guanxi_model::RecordId;

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Goes into the cookie; only its digest is stored.
    pub token: String,
    pub user: RecordId,
    /// The password was given by an administrator and must be changed first.
    pub must_change: bool,
}

/// A session in use.
#[derive(Debug, Clone)]
pub struct Session {
    pub ctx: Ctx,
    /// What forms must send back.
    pub csrf: String,
    pub must_change: bool,
    /// The user's own language, if chosen.
    pub locale: Option<model::Locale>,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

impl Gate {
    /// Whether there is no user yet, so that the first-run page makes the administrator.
    pub fn is_fresh(&self) -> Result<bool> { todo!() }
    /// Makes the first administrator; refused once there is a user.
    pub fn set_up(&self, company: &str, name: &str, login: &str, password: &str) -> Result<RecordId> { todo!() }
    /// Counts failures; five lock the log-in for fifteen minutes. Every attempt is audited.
    pub fn log_in(&self, login: &str, password: &str, ip: Option<&str>, agent: &str) -> Result<Opened> { todo!() }
    /// Sliding two hours of idleness, twelve hours (or seven days of phone use) at most; ends when the user is disabled.
    pub fn session(&self, token: &str, channel: Channel, ip: Option<&str>) -> Result<Session> { todo!() }
    pub fn log_out(&self, token: &str) -> Result<()> { todo!() }
    pub fn key_ctx(&self, key: &str, ip: Option<&str>) -> Result<Ctx> { todo!() }
    /// A new API key, shown once.
    pub fn create_key(&self, ctx: &Ctx, user: RecordId, name: &str, expires: Option<jiff::Timestamp>) -> Result<String> { todo!() }
    pub fn list_keys(&self, ctx: &Ctx, user: Option<RecordId>) -> Result<Vec<KeyInfo>> { todo!() }
    pub fn revoke_key(&self, ctx: &Ctx, id: i64) -> Result<()> { todo!() }
    /// A user with log-in and roles. Without a password they get a first one to change (returned) or an invitation.
    pub fn add_user(&self, ctx: &Ctx, user: NewUser) -> Result<(RecordId, Option<String>)> { todo!() }
    pub fn set_password(&self, ctx: &Ctx, user: RecordId, password: &str, must_change: bool) -> Result<()> { todo!() }
    /// The user's own change; needs the old one.
    pub fn change_password(&self, ctx: &Ctx, old: &str, new: &str) -> Result<()> { todo!() }
    /// Disabling ends sessions and keys at once; the last administrator cannot be disabled.
    pub fn set_active(&self, ctx: &Ctx, user: RecordId, active: bool) -> Result<()> { todo!() }
    /// A single-use link token for an invitation or reset, valid 72 hours.
    pub fn link_token(&self, ctx: &Ctx, user: RecordId) -> Result<String> { todo!() }
    /// Whose link it is, while it is valid.
    pub fn link_user(&self, token: &str) -> Result<(RecordId, String)> { todo!() }
    /// Sets the password by a link and uses it up.
    pub fn use_link(&self, token: &str, password: &str) -> Result<RecordId> { todo!() }
    /// The user's own settings.
    pub fn set_preferences(&self, ctx: &Ctx, locale: Option<model::Locale>, theme: Option<&str>) -> Result<()> { todo!() }
    pub fn sessions(&self, ctx: &Ctx) -> Result<Vec<SessionInfo>> { todo!() }
    pub fn end_session(&self, ctx: &Ctx, id: &str) -> Result<()> { todo!() }
}

#[derive(Debug, Clone, Default)]
pub struct NewUser {
    pub login: String,
    pub name: String,
    pub roles: Vec<String>,
    /// Path of names from the top, `总部/华东销售部`, made when missing.
    pub department: Option<String>,
    pub superior: Option<RecordId>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub title: Option<String>,
    pub password: Option<String>,
}

#[derive(Debug, Clone)]
pub struct KeyInfo {
    pub id: i64,
    pub user: RecordId,
    pub name: String,
    /// The first characters, to recognise it by.
    pub prefix: String,
    pub created_at: jiff::Timestamp,
    pub expires_at: Option<jiff::Timestamp>,
    pub last_used_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Clone)]
pub struct SessionInfo {
    pub id: String,
    pub agent: String,
    pub ip: String,
    pub created_at: jiff::Timestamp,
    pub last_seen_at: jiff::Timestamp,
    pub current: bool,
}
