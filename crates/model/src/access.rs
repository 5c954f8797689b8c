//! Who may do what: roles are lists of grants, a grant is *object × actions × scope × fields*.
//!
//! A right is never the union over rows: for one record only the grants whose scope contains that
//! record count, and among those the most generous field level holds. Nothing is allowed by default.

use crate::label::Label;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What may be done to an object's records. A verb's name is an action of its own.
pub type Action = String;

/// The built-in actions, beside the verbs.
pub mod action {
    /// See records.
    pub const READ: &str = "read";
    /// Make records.
    pub const CREATE: &str = "create";
    /// Change records.
    pub const EDIT: &str = "edit";
    /// Put records into the recycle bin.
    pub const DELETE: &str = "delete";
    /// Take records out of the recycle bin.
    pub const RESTORE: &str = "restore";
    /// Erase records from the recycle bin.
    pub const PURGE: &str = "purge";
    /// Give records to another owner.
    pub const TRANSFER: &str = "transfer";
    /// Share records with others.
    pub const SHARE: &str = "share";
    /// Bring records in from files.
    pub const IMPORT: &str = "import";
    /// Take records out as files.
    pub const EXPORT: &str = "export";
    /// Change many records at once.
    pub const BULK: &str = "bulk";
    /// See a masked value in clear, which is audited.
    pub const REVEAL: &str = "reveal";
    /// Use reports over the object.
    pub const REPORT: &str = "report";

    /// All of them, for pages that list rights.
    pub const ALL: [&str; 13] =
        [READ, CREATE, EDIT, DELETE, RESTORE, PURGE, TRANSFER, SHARE, IMPORT, EXPORT, BULK, REVEAL, REPORT];
}

/// Which records a grant covers, by their owner and department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// 本人: own records.
    Own,
    /// 本人及下属: own records and those of everyone below in the line of command.
    Team,
    /// 本部门: records of the own department.
    Department,
    /// 本部门及下属部门: and of the departments below it.
    DepartmentTree,
    /// 指定部门: records of these departments (ids).
    Departments(Vec<i64>),
    /// 公海: records that lie in a pool of which one is a member, cut down to the columns the pool shows.
    Pool,
    /// 公海管理: records that lie in a pool of which one is an administrator, cut down likewise.
    PoolAdmin,
    /// 全部: every record, those without owner too.
    All,
}

/// What a person may do with one field, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldLevel {
    /// Does not exist for them.
    Hidden,
    /// Shown as `138****1024`.
    Masked,
    /// Shown.
    Read,
    /// Shown and changed.
    Edit,
}

/// One right within a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// API names of the objects; `*` is every object there is.
    pub objects: Vec<String>,
    /// Built-in actions and verb names; `*` is all of them.
    pub actions: Vec<Action>,
    /// Which records. `create` needs the new record to lie inside it.
    pub scope: Scope,
    /// Levels of single fields; the others are `edit` if the grant has `edit` or `create`, else `read`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldLevel>,
}

/// A named list of grants that people are given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// API name; never changes.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// One sentence on whom it is for.
    #[serde(default)]
    pub description: Label,
    /// Its rights.
    #[serde(default, rename = "grant")]
    pub grants: Vec<Grant>,
    /// Rights outside objects: `settings`, `users`, `roles`, `objects`, `dictionaries`, `audit`, `sets`, `jobs`, `keys`.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Reports it may open, by name; `*` is all.
    #[serde(default)]
    pub reports: Vec<String>,
    /// Made by a site.
    #[serde(default)]
    pub custom: bool,
}

impl Grant {
    /// Whether the grant speaks of this object and action.
    pub fn covers(&self, object: &str, action: &str) -> bool {
        self.objects.iter().any(|o| o == object || o == "*")
            && self.actions.iter().any(|a| a == action || a == "*")
    }

    /// The level of a field within the grant.
    pub fn level(&self, field: &str) -> FieldLevel {
        self.fields.get(field).copied().unwrap_or({
            let writes = self.actions.iter().any(|a| a == action::EDIT || a == action::CREATE || a == "*");
            if writes { FieldLevel::Edit } else { FieldLevel::Read }
        })
    }
}
