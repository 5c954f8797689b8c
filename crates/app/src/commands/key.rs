//! API keys.

use super::user;
use crate::{
    cli::Key,
    failure::{Failure, Result},
    output::Output,
    place,
    settings::Settings,
};
use guanxi_model::Message;
use serde_json::json;

/// Makes, lists or revokes.
pub fn run(command: Key, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    match command {
        Key::Create { user: login, name, expires } => {
            let owner = user::find(&gate, &ctx, &login)?;
            // A key that expires on a day still works on that day.
            let expires = expires
                .map(|date| date.tomorrow().and_then(|next| next.to_zoned(ctx.zone.clone())))
                .transpose()
                .map_err(|_| Failure::Usage(Message::new("key.bad_date")))?
                .map(|end| end.timestamp());
            let key = gate.create_key(&ctx, owner, &name, expires)?;
            if output.is_json() {
                crate::output::print(&json!({ "key": key, "user": login, "name": name }).to_string());
            } else {
                // The key alone on standard output, so that a script can take it.
                eprintln!("{}", crate::texts::t(output.locale, "key.once"));
                crate::output::print(&key);
            }
        }
        Key::List { user: login } => {
            let owners = match login {
                Some(login) => vec![user::find(&gate, &ctx, &login)?],
                None => user::all(&gate, &ctx)?.into_iter().map(|(user, _)| user.id).collect(),
            };
            let mut keys = Vec::new();
            for owner in owners {
                keys.extend(gate.list_keys(&ctx, Some(owner))?);
            }
            let rows: Vec<_> = keys
                .into_iter()
                .map(|key| {
                    vec![
                        json!(key.id),
                        json!(key.prefix),
                        json!(key.name),
                        json!(key.user),
                        json!(key.created_at.to_string()),
                        json!(key.expires_at.map(|at| at.to_string())),
                        json!(key.last_used_at.map(|at| at.to_string())),
                    ]
                })
                .collect();
            let keys = ["id", "prefix", "name", "user", "created_at", "expires_at", "last_used_at"];
            output.table("key", &keys, &rows);
        }
        Key::Revoke { id } => {
            gate.revoke_key(&ctx, id)?;
            output.tell("key.revoked", &[("id", &id.to_string())], json!({ "id": id, "revoked": true }));
        }
    }
    Ok(())
}
