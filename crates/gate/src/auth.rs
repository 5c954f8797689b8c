//! Log-in, sessions, API keys, invitations and password resets. Secrets leave here once, in the answer that
//! makes them; what is stored are digests.

use crate::{Channel, Ctx, Draft, Error, Gate, Result, tx::Tx};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guanxi_model::{Issue, Label, Locale, Message, RecordId, Value, expr::Expr};
use guanxi_store::auth::{
    credentials::{self, Credential},
    keys::{self, Key},
    links,
    sessions::{self, Session as StoredSession},
};
use jiff::Timestamp;
use rand::TryRngCore;
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Failures after which a log-in is locked, and for how long.
const FAILURES: i64 = 5;
const LOCKED: i64 = 15 * MINUTE;
/// Bounds of what can be chosen for sessions. The cookie lasts a week.
const IDLE_MINUTES: RangeInclusive<i64> = 5..=24 * 60;
const LONGEST_HOURS: RangeInclusive<i64> = 1..=7 * 24;
const LINK_LIFE: i64 = 72 * HOUR;
/// Shortest password, in characters.
pub const SHORTEST_PASSWORD: usize = 10;

/// When sessions end by themselves: after some minutes without use, and in any case after some hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// 5 minutes to a day.
    pub idle_minutes: i64,
    /// An hour to a week.
    pub longest_hours: i64,
}

impl Default for SessionTimes {
    fn default() -> Self {
        SessionTimes { idle_minutes: 120, longest_hours: 12 }
    }
}

impl SessionTimes {
    /// The setting of an account set that overrides the minutes.
    pub const IDLE: &str = "session.idle_minutes";
    /// The setting of an account set that overrides the hours.
    pub const LONGEST: &str = "session.longest_hours";

    /// Within bounds.
    #[must_use]
    pub fn clamped(self) -> Self {
        SessionTimes {
            idle_minutes: self.idle_minutes.clamp(*IDLE_MINUTES.start(), *IDLE_MINUTES.end()),
            longest_hours: self.longest_hours.clamp(*LONGEST_HOURS.start(), *LONGEST_HOURS.end()),
        }
    }

    /// These, unless the account set says otherwise.
    fn of_set(self, conn: &mut guanxi_store::Conn<'_>) -> Result<Self> {
        let mut chosen = |key: &str| -> Result<Option<i64>> {
            Ok(guanxi_store::settings::get(conn, key)?.and_then(|text| text.parse().ok()))
        };
        let idle_minutes = chosen(Self::IDLE)?.unwrap_or(self.idle_minutes);
        let longest_hours = chosen(Self::LONGEST)?.unwrap_or(self.longest_hours);
        Ok(SessionTimes { idle_minutes, longest_hours }.clamped())
    }

    fn idle(self) -> i64 {
        self.idle_minutes * MINUTE
    }

    fn longest(self) -> i64 {
        self.longest_hours * HOUR
    }
}

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

/// A person to be given a log-in.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// Log-in name.
    pub login: String,
    /// What people read.
    pub name: String,
    /// Role names.
    pub roles: Vec<String>,
    /// Path of department names from the top, separated by `/`; made when missing.
    pub department: Option<String>,
    /// Superior.
    pub superior: Option<RecordId>,
    /// Phone.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// First password; one is made when there is none.
    pub password: Option<String>,
}

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
    /// Whether there is no log-in yet, so that the first-run page makes the administrator.
    pub fn is_fresh(&self) -> Result<bool> {
        self.0.store.read(|conn| Ok(!credentials::any(conn)?))
    }

    /// Makes the first administrator; refused once there is a log-in.
    pub fn set_up(&self, company: &str, name: &str, login: &str, password: &str) -> Result<RecordId> {
        let mut issues = Vec::new();
        for (field, text) in [("company", company), ("name", name), ("login", login)] {
            if text.trim().is_empty() {
                issues.push(guanxi_model::Issue::field(field, "required", Message::new("gate.fill_in")));
            }
        }
        if let Err(Error::Invalid(more)) = check_password(password) {
            issues.extend(more);
        }
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let (company, login, hash) =
            (company.trim().to_owned(), login.trim().to_lowercase(), hash_password(password)?);
        let user = NewUser {
            login,
            name: name.trim().to_owned(),
            roles: vec!["admin".to_owned()],
            ..NewUser::default()
        };
        self.write(&self.operator().via(Channel::Web), move |tx| {
            if credentials::any(&mut tx.conn)? {
                return Err(Error::forbidden("gate.already_set_up"));
            }
            guanxi_store::settings::set(&mut tx.conn, "company", &company)?;
            let id = make_user(tx, &user)?;
            save_credential(tx, id, &user.login, &hash, false)?;
            Ok(id)
        })
    }

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
        let session = StoredSession {
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

    /// What holds where the account set does not say when sessions end.
    pub fn set_session_times(&self, times: SessionTimes) {
        *self.0.session_times.lock() = times.clamped();
    }

    /// When sessions end by themselves.
    pub fn session_times(&self) -> Result<SessionTimes> {
        let defaults = *self.0.session_times.lock();
        self.0.store.read(|conn| defaults.of_set(conn))
    }

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

    /// Ends a session.
    pub fn log_out(&self, token: &str) -> Result<()> {
        let hash = digest(token);
        self.0.store.write(move |conn| Ok(sessions::remove(conn, &hash).map(drop)?))
    }

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
        let at = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or_default();
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

    /// A user with log-in and roles; answers with the first password when one had to be made, which must be
    /// changed at the first log-in.
    pub fn add_user(&self, ctx: &Ctx, user: NewUser) -> Result<(RecordId, Option<String>)> {
        may_set(ctx, "users")?;
        let made = match &user.password {
            Some(password) => {
                check_password(password)?;
                None
            }
            None => Some(random_token()?.chars().take(14).collect::<String>()),
        };
        let password = user.password.clone().or_else(|| made.clone()).unwrap_or_default();
        let hash = hash_password(&password)?;
        let must_change = made.is_some();
        let id = self.write(ctx, move |tx| {
            let id = make_user(tx, &user)?;
            save_credential(tx, id, &user.login.trim().to_lowercase(), &hash, must_change)?;
            Ok(id)
        })?;
        Ok((id, made))
    }

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

    /// Lets a user in or keeps them out. Keeping out ends sessions and keys at once; the last administrator
    /// cannot be kept out.
    pub fn set_active(&self, ctx: &Ctx, user: RecordId, active: bool) -> Result<()> {
        may_set(ctx, "users")?;
        if user == ctx.subject.user && !active {
            return Err(Error::refused("gate.not_yourself"));
        }
        self.write(ctx, move |tx| {
            let record = tx.get("user", user)?;
            let admins = tx.users_with_role("admin")?;
            if !active && admins.len() == 1 && admins[0].id == user {
                return Err(Error::refused("gate.last_admin"));
            }
            tx.update(&record, Draft::new().set("active", active))?;
            if !active {
                sessions::remove_of_user(&mut tx.conn, user, None)?;
                keys::revoke_of_user(&mut tx.conn, user, tx.ctx.now.as_millisecond())?;
            }
            Ok(())
        })
    }

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

    /// The user's own language and theme.
    pub fn set_preferences(&self, ctx: &Ctx, locale: Option<Locale>, theme: Option<&str>) -> Result<()> {
        let mut draft = Draft::new();
        if let Some(locale) = locale {
            draft = draft.set("locale", locale.code());
        }
        if let Some(theme) = theme.filter(|theme| matches!(*theme, "light" | "dark" | "system")) {
            draft = draft.set("theme", theme);
        }
        let user = ctx.subject.user;
        self.write(ctx, move |tx| {
            let record = tx.get("user", user)?;
            tx.update(&record, draft.clone()).map(drop)
        })
    }

    /// The caller's open sessions.
    pub fn sessions(&self, ctx: &Ctx) -> Result<Vec<SessionInfo>> {
        let now = ctx.now.as_millisecond();
        let rows =
            self.0.store.read::<_, Error>(|conn| Ok(sessions::of_user(conn, ctx.subject.user, now)?))?;
        let at = |millis: i64| Timestamp::from_millisecond(millis).unwrap_or_default();
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

pub(crate) fn may_set(ctx: &Ctx, right: &str) -> Result<()> {
    if ctx.rights.may_set(right) { Ok(()) } else { Err(Error::forbidden("gate.no_setting")) }
}

fn own_or(ctx: &Ctx, user: RecordId, right: &str) -> Result<()> {
    if ctx.subject.user == user { Ok(()) } else { may_set(ctx, right) }
}

/// The user's record, with the departments of its path made when missing.
fn make_user(tx: &mut Tx<'_>, user: &NewUser) -> Result<RecordId> {
    let mut department = None;
    for name in
        user.department.iter().flat_map(|path| path.split('/')).map(str::trim).filter(|n| !n.is_empty())
    {
        let parent = match department {
            Some(parent) => Expr::eq("parent", Expr::Id(parent)),
            None => Expr::is_empty("parent"),
        };
        let found = tx.first("department", &Expr::eq("name", Expr::text(name)).and(parent))?;
        department = Some(match found {
            Some(record) => record.id,
            None => {
                let draft = Draft::new().set("name", name).set("parent", Value::from(department));
                tx.create("department", draft)?.id
            }
        });
    }
    let mut draft = Draft::new()
        .set("login", user.login.trim().to_lowercase())
        .set("name", user.name.trim())
        .set("roles", if user.roles.is_empty() { Value::Null } else { Value::List(user.roles.clone()) })
        .set("superior", Value::from(user.superior))
        .set("active", true);
    if department.is_some() {
        draft = draft.set("department", Value::from(department));
    }
    for (field, text) in [("phone", &user.phone), ("email", &user.email), ("job_title", &user.title)] {
        if let Some(text) = text {
            draft = draft.set(field, text.as_str());
        }
    }
    Ok(tx.create("user", draft)?.id)
}

fn save_credential(
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
fn check_password(password: &str) -> Result<()> {
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

fn hash_password(password: &str) -> Result<String> {
    let hash =
        Argon2::default().hash_password(password.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

/// Verifies against a stand-in when there is no such log-in, so that the time tells nothing.
fn verify_password(password: &str, hash: Option<&str>) -> bool {
    const STAND_IN: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RhbmQtaW4tc2FsdA$\
        eLDXtLVNnHf4XzLpzgQoPyzNJQ6WrGCFEMKBHZ4Rl0s";
    let known = hash.is_some();
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(STAND_IN)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known
}

/// 256 bits from the operating system, as text.
/// Refuses times of sessions that lie outside their bounds; nothing at all means the program's own.
pub(crate) fn check_setting(key: &str, value: &str) -> Result<()> {
    let (bounds, message) = match key {
        SessionTimes::IDLE => (IDLE_MINUTES, "gate.session_idle"),
        SessionTimes::LONGEST => (LONGEST_HOURS, "gate.session_longest"),
        _ => return Ok(()),
    };
    if value.is_empty() || value.parse().is_ok_and(|number| bounds.contains(&number)) {
        return Ok(());
    }
    let message = Message::new(message).with("min", bounds.start()).with("max", bounds.end());
    Err(Error::Invalid(vec![Issue::field(key, "range", message)]))
}

pub(crate) fn random_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|e| Error::internal(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn digest(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The label of a role, for pages.
pub fn role_label(gate: &Gate, role: &str) -> Label {
    gate.registry().role(role).map_or_else(|| Label::new(role, role), |role| role.label.clone())
}
