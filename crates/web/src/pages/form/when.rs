//! Which fields a form shows and asks for, by the conditions of the document and what the form holds now.

use crate::session::{Params, Visit};
use guanxi_gate::Draft;
use guanxi_model::{
    Field, Object, Registry, Value,
    expr::{self, Env, Expr, Source},
};
use std::{collections::BTreeSet, sync::Arc};

/// The conditions of an object's fields over the values of a form.
pub struct Conditions<'a> {
    object: &'a Object,
    registry: Arc<Registry>,
    values: Draft,
    env: Env,
}

impl<'a> Conditions<'a> {
    /// Reads what the form holds; what cannot be read yet counts as empty.
    pub fn new(visit: &Visit, object: &'a Object, params: &Params) -> Self {
        let values = super::input::read(object.active_fields(), params, "");
        Conditions { object, registry: visit.gate().registry(), values, env: visit.ctx().env() }
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
            for when in [&field.show_when, &field.require_when].into_iter().flatten() {
                if let Ok(expr) = expr::parse(when) {
                    collect(&expr, &mut names);
                }
            }
        }
        names
    }

    /// A condition that cannot be computed shows the field rather than hiding it.
    fn holds(&self, when: &str) -> bool {
        let checked = expr::parse(when).and_then(|expr| expr::check(&expr, &(&*self.registry, self.object)));
        checked
            .and_then(|checked| expr::holds(&checked.expr, &Typed(&self.values), &self.env))
            .unwrap_or(true)
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

/// The values of the form, as expressions read them. It sees no further than the record itself.
struct Typed<'a>(&'a Draft);

impl Source for Typed<'_> {
    fn get(&self, path: &[String]) -> Value {
        match path {
            [name] => self.0.get(name).clone(),
            _ => Value::Null,
        }
    }

    fn related(&self, _relation: &str) -> Vec<Box<dyn Source + '_>> {
        Vec::new()
    }
}
