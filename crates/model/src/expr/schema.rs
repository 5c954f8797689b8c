//! What the checker knows about an object, from the registry.

use super::{FieldType, Schema, Type};
use crate::{
    field::{Field, FieldKind},
    object::Object,
    registry::{Registry, resolve_path},
};

impl Schema for (&Registry, &Object) {
    /// Deactivated fields are found too: their data is kept, and a role or formula that mentions one must not
    /// stop working with it.
    fn field(&self, path: &[String]) -> Option<FieldType> {
        let (owner, field) = resolve_path(self.0, self.1, &path.join("."))?;
        let target = match field.value_kind() {
            FieldKind::Id => Some(owner.name.clone()),
            _ => field.target().map(str::to_owned),
        };
        Some(FieldType { ty: Type::of(field), path: path.to_vec(), target })
    }

    fn relation(&self, name: &str) -> Option<(String, Box<dyn Schema + '_>)> {
        let (registry, parent) = *self;
        let (child, field) = match name.split_once('.') {
            Some((child, field)) => (child, field),
            None => {
                let mut referring = registry.children(&parent.name).iter().filter(|r| r.object == name);
                match (referring.next(), referring.next()) {
                    (Some(only), None) => (name, only.field.as_str()),
                    _ => return None,
                }
            }
        };
        let child = registry.object(child)?;
        if child.field(field)?.target() != Some(&parent.name) {
            return None;
        }
        Some((format!("{}.{field}", child.name), Box::new((registry, &**child))))
    }
}

impl Type {
    /// The type of a field's values.
    pub fn of(field: &Field) -> Type {
        match field.value_kind() {
            FieldKind::Id | FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => {
                Type::Ref
            }
            FieldKind::AnyReference { .. } => Type::AnyRef,
            FieldKind::Number { .. }
            | FieldKind::Money { .. }
            | FieldKind::Percent
            | FieldKind::Rating { .. } => Type::Decimal,
            FieldKind::Date => Type::Date,
            FieldKind::Instant => Type::Instant,
            FieldKind::YesNo => Type::Bool,
            FieldKind::Choice => Type::Choice,
            FieldKind::Choices | FieldKind::Tags | FieldKind::File | FieldKind::Image => Type::List,
            FieldKind::Address => Type::Address,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::AutoNumber { .. }
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::Link
            | FieldKind::Region
            | FieldKind::CreditCode
            | FieldKind::Formula { .. }
            | FieldKind::RollUp { .. } => Type::Text,
        }
    }
}
