//! Objects, fields, roles and dictionaries as a site makes or changes them: differences stored as layer
//! documents over what the program ships, so that an upgrade never overwrites a site's choices.

use super::may_set;
use crate::{Ctx, Error, Gate, Result, tx::Tx};
use guanxi_model::{
    Choice, Field, FieldKind, Issue, Label, Message, Object, Role,
    expr::{self, Expr},
    object::{RESERVED, is_api_name},
    registry::{LayerDoc, Registry},
};
use guanxi_store::{ids, meta};
use serde_json::{Value as Json, json};
use std::sync::Arc;

impl Gate {
    /// A custom object from its name and label; it has a `name` field, a list, a form and a page at once.
    /// Roles that may design objects use it at once; others are granted it in the roles' settings.
    pub fn add_object(&self, ctx: &Ctx, name: &str, label: Label) -> Result<Arc<Object>> {
        may_set(ctx, "objects")?;
        let mut issues = Vec::new();
        if !is_api_name(name) || RESERVED.contains(&name) {
            issues.push(Issue::field("name", "format", Message::new("gate.api_name")));
        } else if self.registry().object(name).is_some() {
            issues.push(Issue::field(
                "name",
                "duplicate",
                Message::new("gate.name_taken").with("name", name),
            ));
        }
        if label.is_empty() {
            issues.push(Issue::field("label", "required", Message::new("gate.fill_in")));
        }
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let (name_field, group) = custom_labels();
        let patch = json!({
            "name": name,
            "label": label,
            "area": "custom",
            "title": "name",
            "custom": true,
            "menu": { "section": "business", "order": 900 },
            "field": [{ "name": "name", "label": name_field, "kind": "text", "required": true, "search": true }],
            "list": { "columns": ["name", "owner", "created_at"], "sort": [], "card": ["owner"] },
            "record": { "facts": ["owner", "created_at"], "group": [{ "label": group, "fields": ["name"] }] },
        });
        self.save_layer(ctx, "object", name, patch, true)?;
        self.object(name)
    }

    /// A merge patch (RFC 7396) over an object's document.
    pub fn patch_object(&self, ctx: &Ctx, name: &str, patch: Json) -> Result<Arc<Object>> {
        may_set(ctx, "objects")?;
        self.object(name)?;
        let allowed = [
            "label",
            "plural",
            "about",
            "icon",
            "hue",
            "menu",
            "list",
            "board",
            "calendar",
            "record",
            "duplicates",
            "rule",
        ];
        refuse_other_keys(&patch, &allowed)?;
        self.save_layer(ctx, "object", name, patch, false)?;
        self.object(name)
    }

    /// A custom field on any object, usable at once.
    pub fn add_field(&self, ctx: &Ctx, object: &str, field: Field) -> Result<Field> {
        may_set(ctx, "objects")?;
        let target = self.object(object)?;
        let issues = self.field_issues(&target, &field, true);
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let mut field = field;
        field.custom = true;
        field.column = String::new();
        let doc = format!("{object}.{}", field.name);
        self.save_layer(ctx, "field", &doc, serde_json::to_value(&field).map_err(Error::internal)?, true)?;
        // What a site adds to an object of its own is what its list is for, so it stands there at once.
        if target.custom && target.list.columns.len() < 10 {
            let mut columns = target.list.columns.clone();
            let end = columns.iter().position(|column| column == "owner").unwrap_or(columns.len());
            columns.insert(end, field.name.clone());
            self.save_layer(ctx, "object", object, json!({ "list": { "columns": columns } }), false)?;
        }
        self.object(object)?.field(&field.name).cloned().ok_or(Error::NotFound)
    }

    /// A merge patch over a field. Kind and name never change; a shipped field keeps what its rules need.
    pub fn patch_field(&self, ctx: &Ctx, object: &str, field: &str, patch: Json) -> Result<Field> {
        may_set(ctx, "objects")?;
        let target = self.object(object)?;
        let before = target.field(field).ok_or(Error::NotFound)?;
        let shipped = [
            "label",
            "help",
            "required",
            "default",
            "indexed",
            "search",
            "inactive",
            "show_when",
            "require_when",
            "unique",
        ];
        refuse_other_keys(&patch, &shipped)?;
        let deactivates = patch.get("inactive").and_then(Json::as_bool) == Some(true);
        if deactivates
            && (before.system || before.name == target.title || Some(&before.name) == target.status.as_ref())
        {
            return Err(Error::invalid(
                "inactive",
                "rule",
                Message::new("gate.field_needed").with_label("label", &before.label),
            ));
        }
        self.save_layer(ctx, "field", &format!("{object}.{field}"), patch, false)?;
        self.object(object)?.field(field).cloned().ok_or(Error::NotFound)
    }

    /// Makes or changes a role.
    pub fn save_role(&self, ctx: &Ctx, role: Role) -> Result<()> {
        may_set(ctx, "roles")?;
        let registry = self.registry();
        let mut issues = Vec::new();
        if !is_api_name(&role.name) {
            issues.push(Issue::field("name", "format", Message::new("gate.api_name")));
        }
        if role.label.is_empty() {
            issues.push(Issue::field("label", "required", Message::new("gate.fill_in")));
        }
        for object in role.grants.iter().flat_map(|grant| &grant.objects) {
            if object != "*" && registry.object(object).is_none() {
                issues.push(Issue::field(
                    "grant",
                    "reference",
                    Message::new("field.reference").with("value", object),
                ));
            }
        }
        if role.name == "admin"
            && !["users", "roles"].iter().all(|s| role.settings.iter().any(|r| r == s || r == "*"))
        {
            issues.push(Issue::field("settings", "rule", Message::new("gate.admin_role")));
        }
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let mut json = serde_json::to_value(&role).map_err(Error::internal)?;
        json["custom"] = json!(registry.role(&role.name).is_none_or(|role| role.custom));
        self.save_layer(ctx, "role", &role.name, json, false)
    }

    /// Adds or changes one entry of a dictionary; locked entries keep their value and stay active.
    pub fn save_choice(&self, ctx: &Ctx, dictionary: &str, choice: Choice) -> Result<()> {
        self.may_change_dictionary(ctx)?;
        let registry = self.registry();
        let known = registry.dictionary(dictionary).ok_or(Error::NotFound)?;
        let before = known.choices.iter().find(|c| c.value == choice.value);
        let mut issues = Vec::new();
        if choice.label.is_empty() {
            issues.push(Issue::field("label", "required", Message::new("gate.fill_in")));
        }
        let well_formed =
            !choice.value.is_empty() && choice.value.len() <= 60 && !choice.value.contains(['.', ',', '"']);
        if before.is_none() && !well_formed {
            issues.push(Issue::field("value", "format", Message::new("gate.choice_value")));
        }
        if before.is_some_and(|b| b.locked) && choice.inactive {
            issues.push(Issue::field("inactive", "rule", Message::new("gate.choice_locked")));
        }
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let mut choice = choice;
        choice.locked = before.is_some_and(|b| b.locked);
        let json = serde_json::to_value(&choice).map_err(Error::internal)?;
        // A patch leaves out what is at its default, so what is switched off has to be said.
        let mut json = json;
        for key in ["inactive", "locked"] {
            if json.get(key).is_none() {
                json[key] = json!(false);
            }
        }
        self.save_layer(ctx, "choice", &format!("{dictionary}.{}", choice.value), json, false)
    }

    /// Gives the entries of a dictionary their order; those that are not named keep theirs, at the end.
    pub fn order_choices(&self, ctx: &Ctx, dictionary: &str, values: &[String]) -> Result<()> {
        self.may_change_dictionary(ctx)?;
        let registry = self.registry();
        let known = registry.dictionary(dictionary).ok_or(Error::NotFound)?;
        let mut order: Vec<&String> = Vec::with_capacity(known.choices.len());
        for value in values.iter().chain(known.choices.iter().map(|choice| &choice.value)) {
            if !order.contains(&value) && known.choices.iter().any(|choice| choice.value == *value) {
                order.push(value);
            }
        }
        self.save_layer(ctx, "dictionary", dictionary, json!({ "order": order }), false)
    }

    /// Deactivates an entry: it is no longer offered, and stays on the records that have it.
    pub fn remove_choice(&self, ctx: &Ctx, dictionary: &str, value: &str) -> Result<()> {
        let registry = self.registry();
        let known = registry.dictionary(dictionary).ok_or(Error::NotFound)?;
        let mut choice = known.choices.iter().find(|c| c.value == value).cloned().ok_or(Error::NotFound)?;
        choice.inactive = true;
        self.save_choice(ctx, dictionary, choice)
    }

    /// Dictionaries are an object's right in the role matrix (`dictionary`), or the setting of that name.
    fn may_change_dictionary(&self, ctx: &Ctx) -> Result<()> {
        if ctx.rights.may_set("dictionaries") || ctx.rights.may("dictionary", "edit") {
            Ok(())
        } else {
            Err(Error::forbidden("gate.no_setting"))
        }
    }

    fn field_issues(&self, object: &Object, field: &Field, new: bool) -> Vec<Issue> {
        let registry = self.registry();
        let mut issues = Vec::new();
        if !is_api_name(&field.name) {
            issues.push(Issue::field("name", "format", Message::new("gate.api_name")));
        } else if new && object.field(&field.name).is_some() {
            issues.push(Issue::field(
                "name",
                "duplicate",
                Message::new("gate.name_taken").with("name", &field.name),
            ));
        }
        if field.label.is_empty() {
            issues.push(Issue::field("label", "required", Message::new("gate.fill_in")));
        }
        let targets: Vec<&String> = match &field.kind {
            FieldKind::Reference { to } => vec![to],
            FieldKind::AnyReference { to } => to.iter().collect(),
            _ => Vec::new(),
        };
        for target in targets.into_iter().filter(|target| registry.object(target).is_none()) {
            issues.push(Issue::field(
                "to",
                "reference",
                Message::new("field.reference").with("value", target),
            ));
        }
        match &field.kind {
            FieldKind::Id => {
                issues.push(Issue::field("kind", "choice", Message::new("field.choice").with("value", "id")))
            }
            FieldKind::Choice | FieldKind::Choices
                if field.options.is_empty()
                    && field.dictionary.as_ref().is_none_or(|d| registry.dictionary(d).is_none()) =>
            {
                issues.push(Issue::field("options", "required", Message::new("gate.fill_in")));
            }
            FieldKind::Number { scale, .. } if *scale > 6 => {
                issues.push(Issue::field(
                    "scale",
                    "range",
                    Message::new("field.range").with("min", 0).with("max", 6),
                ));
            }
            FieldKind::Formula { expr, .. } => issues.extend(formula_issue(&registry, object, expr)),
            FieldKind::RollUp { of, via, field: over, condition, .. } => {
                issues.extend(roll_up_issue(
                    &registry,
                    object,
                    of,
                    via,
                    over.as_deref(),
                    condition.as_deref(),
                ));
            }
            _ => {}
        }
        issues
    }

    /// Stores a difference and puts it into force, or refuses it with what is wrong.
    fn save_layer(&self, ctx: &Ctx, kind: &str, name: &str, patch: Json, new: bool) -> Result<()> {
        let doc = LayerDoc { kind: kind.to_owned(), name: name.to_owned(), patch };
        let gate = self.clone();
        self.write(ctx, move |tx| {
            let doc = with_columns(tx, doc.clone(), new)?;
            let (layers, _) = meta::layers(&mut tx.conn)?;
            let doc = merged(&layers, doc);
            // A document keeps its place, as it does in storage: the fields of an object come after it.
            let mut all = layers.clone();
            match all.iter_mut().find(|l| (&l.kind, &l.name) == (&doc.kind, &doc.name)) {
                Some(earlier) => *earlier = doc.clone(),
                None => all.push(doc.clone()),
            }
            let (_, before) = Registry::build(gate.domain().shipped.clone(), &layers, 0);
            let (_, after) = Registry::build(gate.domain().shipped.clone(), &all, 0);
            if let Some(problem) = after.into_iter().find(|problem| !before.contains(problem)) {
                return Err(Error::Malformed(Message::new("gate.document").with("problem", problem)));
            }
            meta::save(&mut tx.conn, &doc)?;
            tx.note(
                "metadata",
                None,
                "metadata_changed",
                json!({ "kind": doc.kind, "name": doc.name, "patch": doc.patch }),
            )
        })?;
        self.reload()?;
        // A new field that rolls up has to be computed once for the records that are already there.
        if kind == "field" && new {
            self.fill_new_field(ctx, name)?;
        }
        Ok(())
    }

    fn fill_new_field(&self, ctx: &Ctx, name: &str) -> Result<()> {
        let Some((object, field)) = name.split_once('.') else { return Ok(()) };
        let registry = self.registry();
        let Some(FieldKind::RollUp { of, .. }) = self.object(object)?.field(field).map(|f| f.kind.clone())
        else {
            return Ok(());
        };
        let Some(target) =
            registry.roll_ups(&of).iter().find(|t| t.object == object && t.field == field).cloned()
        else {
            return Ok(());
        };
        self.write(ctx, move |tx| {
            let (registry, env) = (tx.registry.clone(), tx.env());
            Ok(guanxi_store::roll_up::refresh_all(&mut tx.conn, &registry, &of, &target, &env)?)
        })
    }
}

/// A custom object's table and a custom field's column are named by a number, so that no text of a user
/// ever reaches a schema change.
fn with_columns(tx: &mut Tx<'_>, mut doc: LayerDoc, new: bool) -> Result<LayerDoc> {
    if new && doc.kind == "object" {
        doc.patch["table"] = json!(format!("x{}", ids::next_id(&mut tx.conn)?));
    }
    if new && doc.kind == "field" {
        doc.patch["column"] = json!(format!("c{}", ids::next_id(&mut tx.conn)?));
    }
    Ok(doc)
}

/// A further patch over the same document keeps what the earlier one said.
fn merged(layers: &[LayerDoc], doc: LayerDoc) -> LayerDoc {
    let earlier = layers.iter().find(|l| l.kind == doc.kind && l.name == doc.name);
    let Some(earlier) = earlier else { return doc };
    let mut patch = earlier.patch.clone();
    if let (Some(old), Some(new)) = (patch.as_object_mut(), doc.patch.as_object()) {
        for (key, value) in new {
            old.insert(key.clone(), value.clone());
        }
    }
    LayerDoc { patch, ..doc }
}

fn refuse_other_keys(patch: &Json, allowed: &[&str]) -> Result<()> {
    let Some(map) = patch.as_object() else { return Err(Error::Malformed(Message::new("field.shape"))) };
    let issues: Vec<Issue> = map
        .keys()
        .filter(|key| !allowed.contains(&key.as_str()))
        .map(|key| Issue::field(key, "read_only", Message::new("gate.fixed_property").with("name", key)))
        .collect();
    if issues.is_empty() { Ok(()) } else { Err(Error::Invalid(issues)) }
}

fn formula_issue(registry: &Registry, object: &Object, source: &str) -> Option<Issue> {
    let problem = |message: Message| Some(Issue::field("expr", "format", message));
    let checked = match expr::parse(source).and_then(|expr| expr::check(&expr, &(registry, object))) {
        Ok(checked) => checked,
        Err(error) => return problem(error.message()),
    };
    let computed_later = |path: &String| {
        path.contains('.') || object.field(path).is_some_and(|f| matches!(f.kind, FieldKind::RollUp { .. }))
    };
    // Roll-ups and other records change without this record being written, which would leave the stored
    // result behind; the clock and the reader do too.
    match checked.reads.iter().find(|path| computed_later(path)) {
        Some(path) => problem(Message::new("gate.formula_reads").with("name", path)),
        None if checked.mentions_today || checked.mentions_me => problem(Message::new("gate.formula_clock")),
        None => None,
    }
}

fn roll_up_issue(
    registry: &Registry,
    object: &Object,
    of: &str,
    via: &str,
    over: Option<&str>,
    condition: Option<&str>,
) -> Option<Issue> {
    let missing = |field: &'static str, value: &str| {
        Some(Issue::field(field, "reference", Message::new("field.reference").with("value", value)))
    };
    let Some(child) = registry.object(of) else { return missing("of", of) };
    if child.field(via).is_none_or(|field| field.target() != Some(&object.name)) {
        return missing("via", via);
    }
    if let Some(over) = over
        && child.field(over).is_none()
    {
        return missing("field", over);
    }
    let checked =
        |source: &str| expr::parse(source).and_then(|expr: Expr| expr::check(&expr, &(registry, &**child)));
    match condition.map(checked) {
        Some(Err(error)) => Some(Issue::field("where", "format", error.message())),
        _ => None,
    }
}

fn custom_labels() -> (Label, Label) {
    let labels: Vec<Label> = serde_json::from_str(include_str!("custom_labels.json"))
        .expect("custom_labels.json ships with the program and is valid");
    let mut labels = labels.into_iter();
    (labels.next().unwrap_or_default(), labels.next().unwrap_or_default())
}
