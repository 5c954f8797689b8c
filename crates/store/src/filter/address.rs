//! Paths and relations: which table a name leads to.

use super::{
    Compiler, Scope, column, system_column, table,
    value::{Kind, Part},
};
use guanxi_model::{Field, Object, expr::ExprError};

impl<'a> Compiler<'a> {
    /// A field's value, through a scalar sub-query for each reference on the way.
    pub fn path(&mut self, path: &[String], scope: &Scope<'_>) -> Result<Part, ExprError> {
        let (mut text, mut field) = own(path, scope)?;
        let mut owner = scope.object;
        for name in &path[1..] {
            let object = self.target(field, path)?;
            let inner = Scope { object, alias: self.alias() };
            let next = object.field(name).ok_or_else(|| unknown(path))?;
            text = format!(
                "(SELECT {} FROM {} WHERE {} = {text})",
                column(&inner.alias, &next.column),
                table(object, &inner.alias),
                system_column(&inner, "id"),
            );
            (owner, field) = (object, next);
        }
        Ok(Part { text, kind: Kind::of(field, &owner.name) })
    }

    /// A predicate on the column at the end of a path. Behind references it becomes `IN (SELECT …)`, so that the
    /// engine may start from the few records that match. The predicate must not be true for null, because it
    /// is never asked where a reference is empty.
    pub fn reach(
        &mut self,
        path: &[String],
        scope: &Scope<'_>,
        predicate: &mut dyn FnMut(&mut Self, &str, &Field) -> Result<String, ExprError>,
    ) -> Result<String, ExprError> {
        let (place, field) = own(path, scope)?;
        if path.len() == 1 {
            return predicate(self, &place, field);
        }
        let object = self.target(field, path)?;
        let inner = Scope { object, alias: self.alias() };
        let condition = self.reach(&path[1..], &inner, predicate)?;
        let id = system_column(&inner, "id");
        Ok(format!("{place} IN (SELECT {id} FROM {} WHERE {condition})", table(object, &inner.alias)))
    }

    /// The live records that refer to the scope's record: their scope, and `FROM … WHERE …` to continue with `AND`.
    pub fn related(&mut self, relation: &str, scope: &Scope<'_>) -> Result<(Scope<'a>, String), ExprError> {
        let unknown = || ExprError::UnknownRelation { name: relation.to_owned() };
        let (child, via) = relation.split_once('.').ok_or_else(unknown)?;
        let registry = self.registry;
        let object = registry.object(child).ok_or_else(unknown)?;
        let via = object.field(via).ok_or_else(unknown)?;
        let inner = Scope { object, alias: self.alias() };
        let from = format!(
            "FROM {} WHERE {} = {} AND {} IS NULL",
            table(object, &inner.alias),
            column(&inner.alias, &via.column),
            system_column(scope, "id"),
            system_column(&inner, "deleted_at"),
        );
        Ok((inner, from))
    }

    fn target(&self, field: &Field, path: &[String]) -> Result<&'a Object, ExprError> {
        let registry = self.registry;
        let object = field.target().and_then(|target| registry.object(target));
        object.map(|object| &**object).ok_or_else(|| unknown(path))
    }
}

/// The column of the path's first name, which stands in the scope's own table.
fn own<'s>(path: &[String], scope: &Scope<'s>) -> Result<(String, &'s Field), ExprError> {
    let field = path.first().and_then(|name| scope.object.field(name)).ok_or_else(|| unknown(path))?;
    Ok((column(&scope.alias, &field.column), field))
}

fn unknown(path: &[String]) -> ExprError {
    ExprError::UnknownField { name: path.join(".") }
}
