//! API keys: programs come in with one and act as the user whose it is.

use super::{
    MINUTE, at, own_or,
    secrets::{digest, random_token},
};
use crate::{Channel, Ctx, Error, Gate, Result};
use guanxi_model::{Message, RecordId};
use guanxi_store::auth::keys::{self, Key};
use jiff::Timestamp;

/// An API key, without its secret.
#[derive(Debug, Clone)]
pub struct KeyInfo {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub user: RecordId,
    /// What it is for.
    pub name: String,
    /// The first characters, to recognise it by.
    pub prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// Whether it was revoked.
    pub revoked: bool,
}

impl Gate {
    /// Who asks with an API key.
    pub fn key_ctx(&self, key: &str, ip: Option<&str>) -> Result<Ctx> {
        let now = self.clock().now().as_millisecond();
        let hash = digest(key);
        let found = self.0.store.read::<_, Error>(|conn| Ok(keys::find(conn, &hash, now)?))?;
        let key = found.ok_or_else(|| Error::Unauthenticated(Message::new("gate.wrong_key")))?;
        let mut ctx = self.ctx_of(key.user, Channel::Api)?;
        ctx.ip = ip.map(str::to_owned);
        if key.used_at.is_none_or(|used| now - used > MINUTE) {
            self.0.store.write::<_, Error>(move |conn| Ok(keys::touch(conn, key.id, now)?))?;
        }
        Ok(ctx)
    }

    /// A new API key, shown once. One's own needs no right, another's the right `keys`.
    pub fn create_key(
        &self,
        ctx: &Ctx,
        user: RecordId,
        name: &str,
        expires: Option<Timestamp>,
    ) -> Result<String> {
        own_or(ctx, user, "keys")?;
        if name.trim().is_empty() {
            return Err(Error::invalid("name", "required", Message::new("gate.fill_in")));
        }
        let secret = format!("gx_{}", random_token()?);
        let key = Key {
            id: RecordId(0),
            hash: digest(&secret),
            prefix: secret.chars().take(9).collect(),
            user,
            name: name.trim().to_owned(),
            created_at: ctx.now.as_millisecond(),
            expires_at: expires.map(Timestamp::as_millisecond),
            used_at: None,
            revoked_at: None,
        };
        self.write(ctx, move |tx| {
            keys::create(&mut tx.conn, &key)?;
            tx.note(
                "key",
                Some(user),
                "key_created",
                serde_json::json!({ "name": key.name, "prefix": key.prefix }),
            )
        })?;
        Ok(secret)
    }

    /// A user's API keys; one's own when none is named.
    pub fn list_keys(&self, ctx: &Ctx, user: Option<RecordId>) -> Result<Vec<KeyInfo>> {
        let user = user.unwrap_or(ctx.subject.user);
        own_or(ctx, user, "keys")?;
        let keys = self.0.store.read::<_, Error>(|conn| Ok(keys::of_user(conn, user)?))?;
        Ok(keys
            .into_iter()
            .map(|key| KeyInfo {
                id: key.id.0,
                user: key.user,
                name: key.name,
                prefix: key.prefix,
                created_at: at(key.created_at),
                expires_at: key.expires_at.map(at),
                last_used_at: key.used_at.map(at),
                revoked: key.revoked_at.is_some(),
            })
            .collect())
    }

    /// Ends an API key at once.
    pub fn revoke_key(&self, ctx: &Ctx, id: i64) -> Result<()> {
        let mine = self.list_keys(ctx, None)?.iter().any(|key| key.id == id);
        if !mine && !ctx.rights.may_set("keys") {
            return Err(Error::NotFound);
        }
        self.write(ctx, move |tx| {
            if !keys::revoke(&mut tx.conn, RecordId(id), tx.ctx.now.as_millisecond())? {
                return Err(Error::NotFound);
            }
            tx.note("key", None, "key_revoked", serde_json::json!({ "id": id }))
        })
    }
}
