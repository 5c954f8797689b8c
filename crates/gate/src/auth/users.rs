//! Users: adding one, letting one in or keeping one out, and what each chooses for oneself.

use super::{
    may_set,
    passwords::{check_password, hash_password, save_credential},
    secrets::random_token,
};
use crate::{Ctx, Draft, Error, Gate, Result, tx::Tx};
use guanxi_model::{Label, Locale, RecordId, Value, expr::Expr};
use guanxi_store::auth::{keys, sessions};

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

impl Gate {
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
}

/// The user's record, with the departments of its path made when missing.
pub(super) fn make_user(tx: &mut Tx<'_>, user: &NewUser) -> Result<RecordId> {
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

/// The label of a role, for pages.
pub fn role_label(gate: &Gate, role: &str) -> Label {
    gate.registry().role(role).map_or_else(|| Label::new(role, role), |role| role.label.clone())
}
