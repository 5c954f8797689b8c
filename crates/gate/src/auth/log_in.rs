//! Logging in and out, and the lock after too many failures.

use super::{
    MINUTE,
    passwords::verify_password,
    secrets::{digest, random_token},
};
use crate::{Channel, Error, Gate, Result};
use guanxi_model::{Message, RecordId};
use guanxi_store::auth::{
    credentials,
    sessions::{self, Session},
};

/// Failures after which a log-in is locked, and for how long.
const FAILURES: i64 = 5;
const LOCKED: i64 = 15 * MINUTE;

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Goes into the cookie; only its digest is stored.
    pub token: String,
    /// Whose it is.
    pub user: RecordId,
    /// The password was given by someone else and must be changed first.
    pub must_change: bool,
}

impl Gate {
    /// Opens a session. Five failures lock the log-in for fifteen minutes; every attempt is audited. The
    /// answer is the same for an unknown name and a wrong password, and takes as long.
    pub fn log_in(&self, login: &str, password: &str, ip: Option<&str>, agent: &str) -> Result<Opened> {
        let now = self.clock().now().as_millisecond();
        let login = login.trim().to_lowercase();
        let credential = self.0.store.read::<_, Error>(|conn| Ok(credentials::by_login(conn, &login)?))?;
        let locked = credential.as_ref().and_then(|c| c.locked_until).is_some_and(|until| until > now);
        let hash = credential.as_ref().and_then(|c| c.hash.clone());
        let right = verify_password(password, hash.as_deref());
        let active =
            credential.as_ref().is_some_and(|c| self.people().user(c.user).is_some_and(|p| p.active));
        let mut ctx = self.operator().via(Channel::Web);
        ctx.ip = ip.map(str::to_owned);
        if let Some(credential) = &credential {
            ctx.subject.user = credential.user;
        }
        if locked {
            self.write(&ctx, |tx| tx.note("session", None, "log_in_locked", serde_json::json!({})))?;
            return Err(Error::TooMany(Message::new("gate.locked")));
        }
        let Some(credential) = credential.filter(|_| right && active) else {
            let shown: String = login.chars().take(60).collect();
            self.write(&ctx, move |tx| {
                if tx.ctx.subject.user.0 > 0 {
                    credentials::note_failure(&mut tx.conn, tx.ctx.subject.user, FAILURES, now + LOCKED)?;
                }
                tx.note("session", None, "log_in_failed", serde_json::json!({ "login": shown }))
            })?;
            return Err(Error::Unauthenticated(Message::new("gate.wrong_password")));
        };
        let (token, csrf) = (random_token()?, random_token()?);
        let times = self.session_times()?;
        let session = Session {
            hash: digest(&token),
            user: credential.user,
            created_at: now,
            seen_at: now,
            expires_at: now + times.idle().min(times.longest()),
            agent: agent.chars().take(200).collect(),
            ip: ip.unwrap_or_default().to_owned(),
            csrf,
        };
        self.write(&ctx, move |tx| {
            credentials::note_success(&mut tx.conn, session.user)?;
            sessions::create(&mut tx.conn, &session)?;
            tx.note("session", None, "log_in", serde_json::json!({}))
        })?;
        Ok(Opened { token, user: credential.user, must_change: credential.must_change })
    }

    /// Ends a session.
    pub fn log_out(&self, token: &str) -> Result<()> {
        let hash = digest(token);
        self.0.store.write(move |conn| Ok(sessions::remove(conn, &hash).map(drop)?))
    }
}
