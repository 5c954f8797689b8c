//! Which fields a form shows and asks for, by the conditions of the document and what the form holds now.

use crate::session::{Params, Visit};
use guanxi_gate::Draft;
use guanxi_model::{
    Field, Label, Object, Query, RecordId, Registry, Value,
    expr::{self, Env, Expr, Source},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The conditions of an object's fields over the values of a form.
pub struct Conditions<'a> {
    object: &'a Object,
    registry: Arc<Registry>,
    values: Draft,
    /// What conditions of warnings reach through references.
    reached: BTreeMap<String, Value>,
    env: Env,
}

impl<'a> Conditions<'a> {
    /// Reads what the form holds; what cannot be read yet counts as empty.
    pub fn new(visit: &Visit, object: &'a Object, params: &Params) -> Self {
        let values = super::input::read(object.active_fields(), params, "");
        let mut all = BTreeMap::new();
        for warning in object.active_fields().filter_map(|field| field.warning.as_ref()) {
            all.extend(reached(visit, object, &warning.when, |name| values.get(name).as_ref()));
        }
        Conditions { object, registry: visit.gate().registry(), values, reached: all, env: visit.ctx().env() }
    }

    /// What to mind about the field now.
    pub fn warning<'f>(&self, field: &'f Field) -> Option<&'f Label> {
        let warning = field.warning.as_ref()?;
        self.tells(&warning.when).unwrap_or(false).then_some(&warning.text)
    }

    /// Whether the field is asked for now.
    pub fn shown(&self, field: &Field) -> bool {
        field.show_when.as_deref().is_none_or(|when| self.holds(when))
    }

    /// Whether it must be filled in now.
    pub fn required(&self, field: &Field) -> bool {
        field.required || field.require_when.as_deref().is_some_and(|when| self.holds(when))
    }

    /// The fields whose change may change the form.
    pub fn mentioned(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for field in self.object.active_fields() {
            let warning = field.warning.as_ref().map(|warning| &warning.when);
            for when in field.show_when.iter().chain(&field.require_when).chain(warning) {
                if let Ok(expr) = expr::parse(when) {
                    collect(&expr, &mut names);
                }
            }
        }
        names
    }

    /// A condition that cannot be computed shows the field rather than hiding it.
    fn holds(&self, when: &str) -> bool {
        self.tells(when).unwrap_or(true)
    }

    fn tells(&self, when: &str) -> Option<bool> {
        let checked = expr::parse(when).and_then(|expr| expr::check(&expr, &(&*self.registry, self.object)));
        checked.and_then(|checked| expr::holds(&checked.expr, &Typed(self), &self.env)).ok()
    }
}

/// The values that a condition reaches through references, as far as the reader sees them: `customer.grade` of
/// the customer that is chosen. What cannot be read stays out.
pub fn reached(
    visit: &Visit,
    object: &Object,
    when: &str,
    chosen: impl Fn(&str) -> Option<RecordId>,
) -> BTreeMap<String, Value> {
    let mut paths = BTreeSet::new();
    if let Ok(expr) = expr::parse(when) {
        dotted(&expr, &mut paths);
    }
    let mut found = BTreeMap::new();
    for (first, rest) in &paths {
        let target = object.field(first).and_then(Field::target);
        let (Some(target), Some(id)) = (target, chosen(first)) else { continue };
        let query = Query::of(target).fields([rest.clone()]).filter(Expr::eq("id", id)).limit(1);
        let Ok(page) = visit.gate().list(visit.ctx(), &query) else { continue };
        if let Some(row) = page.rows.first() {
            found.insert(format!("{first}.{rest}"), row.get(rest).clone());
        }
    }
    found
}

fn dotted(expr: &Expr, paths: &mut BTreeSet<(String, String)>) {
    if let Expr::Field(path) = expr
        && let [first, rest @ ..] = path.as_slice()
        && !rest.is_empty()
    {
        paths.insert((first.clone(), rest.join(".")));
    }
    for child in expr.children() {
        dotted(child, paths);
    }
}

fn collect(expr: &Expr, names: &mut BTreeSet<String>) {
    if let Expr::Field(path) = expr {
        names.extend(path.first().cloned());
    }
    for child in expr.children() {
        collect(child, names);
    }
}

/// The values of the form, as expressions read them.
struct Typed<'a>(&'a Conditions<'a>);

impl Source for Typed<'_> {
    fn get(&self, path: &[String]) -> Value {
        match path {
            [name] => self.0.values.get(name).clone(),
            path => self.0.reached.get(&path.join(".")).cloned().unwrap_or_default(),
        }
    }

    fn related(&self, _relation: &str) -> Vec<Box<dyn Source + '_>> {
        Vec::new()
    }
}
