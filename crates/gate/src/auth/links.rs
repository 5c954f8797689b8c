//! Single-use links: an invitation, or another way in when a password was forgotten.

use super::{
    HOUR, may_set,
    passwords::{check_password, hash_password},
    secrets::{digest, random_token},
};
use crate::{Channel, Ctx, Error, Gate, Result};
use guanxi_model::{Message, RecordId};
use guanxi_store::auth::{credentials, links, sessions};

const LINK_LIFE: i64 = 72 * HOUR;

impl Gate {
    /// A single-use token for an invitation or a forgotten password, valid for 72 hours.
    pub fn link_token(&self, ctx: &Ctx, user: RecordId) -> Result<String> {
        may_set(ctx, "users")?;
        let token = random_token()?;
        let hash = digest(&token);
        self.write(ctx, move |tx| {
            tx.get("user", user)?;
            links::create(&mut tx.conn, &hash, "password", user, tx.ctx.now.as_millisecond() + LINK_LIFE)?;
            tx.note("user", Some(user), "link_created", serde_json::json!({}))
        })?;
        Ok(token)
    }

    /// Whose link it is, while it is valid: the user and their name.
    pub fn link_user(&self, token: &str) -> Result<(RecordId, String)> {
        let (hash, now) = (digest(token), self.clock().now().as_millisecond());
        let user = self.0.store.read::<_, Error>(|conn| Ok(links::find(conn, &hash, "password", now)?))?;
        let user = user.ok_or_else(|| Error::Refused(Message::new("gate.link_over")))?;
        let people = self.people();
        let person = people.user(user).filter(|p| p.active).ok_or(Error::NotFound)?;
        Ok((user, person.name.clone()))
    }

    /// Sets the password by a link and uses it up.
    pub fn use_link(&self, token: &str, password: &str) -> Result<RecordId> {
        check_password(password)?;
        let (user, _) = self.link_user(token)?;
        let (token_hash, hash) = (digest(token), hash_password(password)?);
        self.write(&self.operator().via(Channel::Web), move |tx| {
            let now = tx.ctx.now.as_millisecond();
            if links::take(&mut tx.conn, &token_hash, "password", now)? != Some(user) {
                return Err(Error::refused("gate.link_over"));
            }
            credentials::set_password(&mut tx.conn, user, &hash, false, now)?;
            sessions::remove_of_user(&mut tx.conn, user, None)?;
            tx.note("user", Some(user), "password_set_by_link", serde_json::json!({}))
        })?;
        Ok(user)
    }
}
