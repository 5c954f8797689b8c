//! Passwords: which are good enough, how they are kept and how they are changed.

use super::{may_set, secrets::digest};
use crate::{Ctx, Error, Gate, Result, tx::Tx};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use guanxi_model::{Message, RecordId};
use guanxi_store::auth::{
    credentials::{self, Credential},
    sessions,
};

/// Shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 10;

impl Gate {
    /// Gives a user another password and ends their sessions.
    pub fn set_password(&self, ctx: &Ctx, user: RecordId, password: &str, must_change: bool) -> Result<()> {
        may_set(ctx, "users")?;
        check_password(password)?;
        self.replace_password(ctx, user, password, must_change, None)
    }

    /// The user's own change; needs the old one. Other sessions end.
    pub fn change_password(&self, ctx: &Ctx, old: &str, new: &str, keep: &str) -> Result<()> {
        let user = ctx.subject.user;
        let credential = self.0.store.read::<_, Error>(|conn| Ok(credentials::of_user(conn, user)?))?;
        let hash = credential.and_then(|c| c.hash);
        if !verify_password(old, hash.as_deref()) {
            return Err(Error::invalid("old", "wrong", Message::new("gate.wrong_old_password")));
        }
        check_password(new)?;
        if old == new {
            return Err(Error::invalid("new", "same", Message::new("gate.same_password")));
        }
        self.replace_password(ctx, user, new, false, Some(digest(keep)))
    }

    fn replace_password(
        &self,
        ctx: &Ctx,
        user: RecordId,
        password: &str,
        must_change: bool,
        keep: Option<String>,
    ) -> Result<()> {
        let hash = hash_password(password)?;
        self.write(ctx, move |tx| {
            let now = tx.ctx.now.as_millisecond();
            if !credentials::set_password(&mut tx.conn, user, &hash, must_change, now)? {
                return Err(Error::NotFound);
            }
            sessions::remove_of_user(&mut tx.conn, user, keep.as_deref())?;
            tx.note("user", Some(user), "password_changed", serde_json::json!({}))
        })
    }
}

pub(super) fn save_credential(
    tx: &mut Tx<'_>,
    user: RecordId,
    login: &str,
    hash: &str,
    must_change: bool,
) -> Result<()> {
    let credential = Credential {
        user,
        login: login.to_owned(),
        hash: Some(hash.to_owned()),
        failures: 0,
        locked_until: None,
        must_change,
        changed_at: Some(tx.ctx.now.as_millisecond()),
    };
    credentials::save(&mut tx.conn, &credential)?;
    Ok(())
}

/// Length is what makes a password strong (NIST SP 800-63B); the commonest are refused.
pub(super) fn check_password(password: &str) -> Result<()> {
    let length = password.chars().count();
    let common = ["password", "12345678", "qwertyui", "11111111", "88888888"];
    if length < SHORTEST_PASSWORD {
        let message = Message::new("gate.short_password").with("min", SHORTEST_PASSWORD);
        return Err(Error::invalid("password", "length", message));
    }
    let lower = password.to_lowercase();
    if length > 200 || common.iter().any(|c| lower.starts_with(c)) {
        return Err(Error::invalid("password", "weak", Message::new("gate.weak_password")));
    }
    Ok(())
}

pub(super) fn hash_password(password: &str) -> Result<String> {
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

/// Verifies against a stand-in when there is no such log-in, so that the time tells nothing.
pub(super) fn verify_password(password: &str, hash: Option<&str>) -> bool {
    const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RhbmQtaW4tc2FsdA$\
        eLDXtLVNnHf4XzLpzgQoPyzNJQ6WrGCFEMKBHZ4Rl0s";
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(STAND_IN)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
}
