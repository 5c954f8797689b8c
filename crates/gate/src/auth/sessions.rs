//! Sessions in use: whom a cookie stands for, and the list of one's own.

use super::{MINUTE, at, secrets::digest};
use crate::{Channel, Ctx, Error, Gate, Result};
use guanxi_model::{Locale, Message};
use guanxi_store::auth::{
    credentials,
    sessions::{self, Session as StoredSession},
};
use jiff::Timestamp;

/// A session in use.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who asks.
    pub ctx: Ctx,
    /// What forms must send back.
    pub csrf: String,
    /// The password must be changed first.
    pub must_change: bool,
    /// The user's own language, if chosen.
    pub locale: Option<Locale>,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

/// An open session of a user.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// Its digest, by which it can be ended.
    pub id: String,
    /// Browser.
    pub agent: String,
    /// Address.
    pub ip: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

impl Gate {
    /// The session of a cookie. Use prolongs it, at most once a minute so that reading stays reading; it ends
    /// at once when the user is disabled.
    pub fn session(&self, token: &str, channel: Channel, ip: Option<&str>) -> Result<Session> {
        let expired = || Error::Unauthenticated(Message::new("gate.session_over"));
        let now = self.clock().now().as_millisecond();
        let hash = digest(token);
        let defaults = *self.0.session_times.lock();
        let (session, credential, times) = self.0.store.read::<_, Error>(|conn| {
            let Some(session) = sessions::find(conn, &hash, now)? else { return Ok((None, None, defaults)) };
            let credential = credentials::of_user(conn, session.user)?;
            Ok((Some(session), credential, defaults.of_set(conn)?))
        })?;
        // Shorter times hold at once, also for those who are logged in.
        let lives =
            |s: &StoredSession| now < s.created_at + times.longest() && now < s.seen_at + times.idle();
        let session = session.filter(lives).ok_or_else(expired)?;
        let mut ctx = self.ctx_of(session.user, channel)?;
        ctx.ip = ip.map(str::to_owned);
        if now - session.seen_at > MINUTE {
            let until = (now + times.idle()).min(session.created_at + times.longest());
            self.0.store.write::<_, Error>(move |conn| Ok(sessions::touch(conn, &hash, now, until)?))?;
        }
        let people = self.people();
        let person = people.user(session.user).ok_or_else(expired)?;
        Ok(Session {
            csrf: session.csrf,
            must_change: credential.is_some_and(|c| c.must_change),
            locale: person.locale,
            theme: person.theme.clone(),
            ctx,
        })
    }

    /// The caller's open sessions.
    pub fn sessions(&self, ctx: &Ctx) -> Result<Vec<SessionInfo>> {
        let now = ctx.now.as_millisecond();
        let rows =
            self.0.store.read::<_, Error>(|conn| Ok(sessions::of_user(conn, ctx.subject.user, now)?))?;
        Ok(rows
            .into_iter()
            .map(|s| SessionInfo {
                id: s.hash,
                agent: s.agent,
                ip: s.ip,
                created_at: at(s.created_at),
                last_seen_at: at(s.seen_at),
            })
            .collect())
    }

    /// Ends one of the caller's sessions.
    pub fn end_session(&self, ctx: &Ctx, id: &str) -> Result<()> {
        if !self.sessions(ctx)?.iter().any(|session| session.id == id) {
            return Err(Error::NotFound);
        }
        let id = id.to_owned();
        self.0.store.write(move |conn| Ok(sessions::remove(conn, &id).map(drop)?))
    }

    /// The digest of a cookie, to recognise the caller's own session in a list.
    pub fn session_id(&self, token: &str) -> String {
        digest(token)
    }
}
