//! The first administrator, whom a fresh account set asks for.

use super::{
    passwords::{check_password, hash_password, save_credential},
    users::{NewUser, make_user},
};
use crate::{Channel, Error, Gate, Result};
use guanxi_model::{Issue, Message, RecordId};
use guanxi_store::{auth::credentials, settings};

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
                issues.push(Issue::field(field, "required", Message::new("gate.fill_in")));
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
            settings::set(&mut tx.conn, "company", &company)?;
            let id = make_user(tx, &user)?;
            save_credential(tx, id, &user.login, &hash, false)?;
            Ok(id)
        })
    }
}
