//! What a form holds: a blank record, one that is stored, what was posted, and what the door said to that.

use super::{Form, input, lines};
use crate::{
    pages::answer,
    session::{Params, Visit},
};
use axum::http::StatusCode;
use guanxi_gate::Error;
use guanxi_model::{Field, FieldLevel, Object, RecordId, access::action};
use std::{collections::BTreeMap, sync::Arc};

impl Form {
    pub(super) fn blank(visit: &Visit, object: &str) -> Result<Form, Error> {
        let object = visit.gate().object(object)?;
        if object.access.program_only {
            return Err(Error::forbidden("error.program_only"));
        }
        let levels = visit.gate().form_fields(visit.ctx(), &object.name)?;
        let query = Params::parse(visit.asks.uri.query().unwrap_or_default());
        let mut params = Params::default();
        for field in object.active_fields().filter(|field| input::is_input(field)) {
            let given = field_params(&query, &field.name);
            if given.is_empty() {
                input::put(&mut params, "", field, &input::default_of(field, visit), visit);
            } else {
                params.0.extend(given);
            }
        }
        if let Some(back) = query.get("back") {
            params.0.push(("back".to_owned(), back.to_owned()));
        }
        lines::blank(visit, &object, &mut params);
        Ok(Form::holding(object, None, levels, params))
    }

    pub(super) fn of(visit: &Visit, object: &str, id: RecordId) -> Result<Form, Error> {
        let (record, _) = visit.gate().page_of(visit.ctx(), object, id)?;
        if !record.may.act(action::EDIT) {
            return Err(Error::forbidden("error.no_action"));
        }
        let object = record.object.clone();
        let mut params = Params::default();
        for field in object.active_fields().filter(|field| input::is_input(field)) {
            input::put(&mut params, "", field, record.get(&field.name), visit);
        }
        params.0.push(("version".to_owned(), record.version.to_string()));
        if let Some(back) = visit.asks.param("back") {
            params.0.push(("back".to_owned(), back));
        }
        lines::stored(visit, &object, id, &mut params)?;
        let levels = record.may.fields.as_ref().clone();
        let title = record.title();
        Ok(Form::holding(object, Some((id, title)), levels, params))
    }

    pub(super) fn posted(
        visit: &Visit,
        object: &str,
        id: Option<RecordId>,
        params: Params,
    ) -> Result<Form, Error> {
        let (record, levels, object) = match id {
            Some(id) => {
                let record = visit.gate().get(visit.ctx(), object, id)?;
                (Some((id, record.title())), record.may.fields.as_ref().clone(), record.object.clone())
            }
            None => (None, visit.gate().form_fields(visit.ctx(), object)?, visit.gate().object(object)?),
        };
        Ok(Form::holding(object, record, levels, params))
    }

    fn holding(
        object: Arc<Object>,
        record: Option<(RecordId, String)>,
        levels: BTreeMap<String, FieldLevel>,
        params: Params,
    ) -> Form {
        Form {
            object,
            record,
            levels,
            params,
            issues: Vec::new(),
            hits: Vec::new(),
            stale: None,
            status: StatusCode::OK,
        }
    }

    /// Takes in what the door says, or passes on what no form can show.
    pub(super) fn refused(&mut self, visit: &Visit, error: Error) -> Result<&Form, Error> {
        if let Some(issues) = answer::issues(visit, &error) {
            self.issues = issues;
            self.status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(self);
        }
        self.status = StatusCode::CONFLICT;
        match error {
            Error::Duplicate(hits) => self.hits = hits,
            Error::Stale(stale) => {
                self.params.0.retain(|(name, _)| name != "version");
                self.params.0.push(("version".to_owned(), stale.version.to_string()));
                // What only the other changed is taken over, or saving again would take it back.
                for change in stale.by_others() {
                    let Some(field) = self.object.field(&change.field) else { continue };
                    self.params.0.retain(|(name, _)| !belongs(name, &field.name));
                    input::put(&mut self.params, "", field, &change.now, visit);
                }
                self.stale = Some(*stale);
            }
            other => return Err(other),
        }
        Ok(self)
    }

    /// The fields that the caller may fill in.
    pub(super) fn offered(&self) -> Vec<&Field> {
        let new = self.record.is_none();
        self.object
            .active_fields()
            .filter(|field| input::is_input(field) && (new || !field.fixed))
            .filter(|field| self.levels.get(&field.name) == Some(&FieldLevel::Edit))
            .filter(|field| {
                !matches!(field.name.as_str(), "owner" | "department") || self.object.area == "admin"
            })
            .collect()
    }
}

/// The parameters of a query that belong to a field.
fn field_params(query: &Params, field: &str) -> Vec<(String, String)> {
    query.0.iter().filter(|(name, value)| !value.is_empty() && belongs(name, field)).cloned().collect()
}

/// Whether a parameter is one of a field's: an address has two.
fn belongs(name: &str, field: &str) -> bool {
    name.strip_prefix(field).is_some_and(|rest| matches!(rest, "" | ".region" | ".detail"))
}
