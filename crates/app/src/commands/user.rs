//! People who log in.

use crate::{
    cli::User,
    failure::{Failure, Result},
    output::Output,
    place,
    settings::Settings,
};
use guanxi_gate::{Ctx, Gate, Visible, auth::NewUser, read_cursor};
use guanxi_model::{
    Message, Query, RecordId,
    expr::{Comparison, Expr},
};
use rand::TryRngCore;
use serde_json::json;

/// Adds, lists, disables, or gives a new password.
pub fn run(command: User, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    match command {
        User::Add { login, name, role, department, superior } => {
            for role in &role {
                if gate.registry().role(role).is_none() {
                    let known: Vec<_> = gate.registry().roles().map(|role| role.name.clone()).collect();
                    let message =
                        Message::new("user.unknown_role").with("role", role).with("known", known.join(", "));
                    return Err(Failure::refused(message));
                }
            }
            let superior = superior.map(|login| find(&gate, &ctx, &login)).transpose()?;
            let new = NewUser {
                login: login.clone(),
                name,
                roles: role,
                department,
                superior,
                ..NewUser::default()
            };
            let (id, password) = gate.add_user(&ctx, new)?;
            show_password(output, &login, id, password.as_deref());
        }
        User::List => list(&gate, &ctx, output)?,
        User::Disable { login } => set_active(&gate, &ctx, output, &login, false)?,
        User::Enable { login } => set_active(&gate, &ctx, output, &login, true)?,
        User::Password { login } => {
            let user = find(&gate, &ctx, &login)?;
            let password = first_password()?;
            gate.set_password(&ctx, user, &password, true)?;
            show_password(output, &login, user, Some(&password));
        }
    }
    Ok(())
}

/// A password to be changed at the first log-in, of characters that are not mistaken for one another.
fn first_password() -> Result<String> {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY346789";
    let mut bytes = [0; 14];
    rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|error| Failure::Outside(error.into()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect())
}

/// The user with a log-in name.
pub fn find(gate: &Gate, ctx: &Ctx, login: &str) -> Result<RecordId> {
    let by_login = Expr::compare("login", Comparison::Equal, Expr::Text(login.to_owned()));
    let query = Query::of("user").filter(by_login).fields(["login"]).limit(1);
    let found = gate.list(ctx, &query)?.rows.pop();
    found
        .map(|user| user.id)
        .ok_or_else(|| Failure::refused(Message::new("user.unknown").with("login", login)))
}

fn set_active(gate: &Gate, ctx: &Ctx, output: &Output, login: &str, active: bool) -> Result<()> {
    let user = find(gate, ctx, login)?;
    gate.set_active(ctx, user, active)?;
    let key = if active { "user.enabled" } else { "user.disabled" };
    output.tell(key, &[("login", login)], json!({ "login": login, "id": user, "active": active }));
    Ok(())
}

fn show_password(output: &Output, login: &str, id: RecordId, password: Option<&str>) {
    let json = json!({ "login": login, "id": id, "password": password });
    output.tell("user.password_is", &[("login", login), ("password", password.unwrap_or("-"))], json);
}

fn list(gate: &Gate, ctx: &Ctx, output: &Output) -> Result<()> {
    let text = |user: &Visible, field: &str| json!(user.get(field).as_text().unwrap_or_default());
    let rows: Vec<_> = all(gate, ctx)?
        .iter()
        .map(|(user, department)| {
            vec![
                text(user, "login"),
                text(user, "name"),
                json!(user.get("roles").as_list()),
                json!(department),
                json!(user.get("active").as_bool().unwrap_or(true)),
            ]
        })
        .collect();
    output.table("user", &["login", "name", "roles", "department", "active"], &rows);
    Ok(())
}

/// All users, each with the name of their department.
pub fn all(gate: &Gate, ctx: &Ctx) -> Result<Vec<(Visible, String)>> {
    let mut users = Vec::new();
    let mut query = Query::of("user").sort(["id"]).limit(1000);
    loop {
        let page = gate.list(ctx, &query)?;
        let department = |user: &Visible| {
            let name = user.get("department").as_ref().and_then(|id| page.titles.get(id));
            name.unwrap_or_default().to_owned()
        };
        users.extend(page.rows.iter().map(|user| (user.clone(), department(user))));
        match page.next {
            Some(next) => query.after = Some(read_cursor(&next)?),
            None => return Ok(users),
        }
    }
}
