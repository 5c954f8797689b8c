//! The organisation as the door needs it at every request: users with their roles, superiors and
//! departments, kept in memory and read again when one of them changes.

use crate::{Result, Seat};
use guanxi_model::{Locale, Object, RecordId, Registry, Value};
use guanxi_store::{
    Conn,
    records::{self, Life},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// A user as the door knows them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The record.
    pub id: RecordId,
    /// Log-in name.
    pub login: String,
    /// What people read.
    pub name: String,
    /// Role names.
    pub roles: Vec<String>,
    /// Department.
    pub department: Option<RecordId>,
    /// Superior.
    pub superior: Option<RecordId>,
    /// May log in.
    pub active: bool,
    /// Own language, if chosen.
    pub locale: Option<Locale>,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

/// Whether a change of an object's records changes the organisation kept in memory.
pub(crate) fn are_told_by(object: &str) -> bool {
    matches!(object, "user" | "department" | "pool" | "pool_member")
}

/// The departments of the organisation: which lies below which.
#[derive(Debug, Clone, Default)]
pub struct Departments(BTreeMap<RecordId, (String, Option<RecordId>)>);

impl Departments {
    pub(crate) fn load(conn: &mut Conn<'_>, registry: &Registry) -> Result<Departments> {
        let mut departments = Departments::default();
        if let Some(object) = registry.object("department") {
            for (id, get) in all(conn, object)? {
                let name = get("name").as_text().unwrap_or_default().to_owned();
                departments.0.insert(id, (name, get("parent").as_ref()));
            }
        }
        Ok(departments)
    }

    /// A department and those below it, each level after the one above. A circle in the data ends the walk.
    pub fn tree(&self, top: RecordId) -> Vec<RecordId> {
        let mut tree = vec![top];
        let mut next = 0;
        while let Some(parent) = tree.get(next).copied() {
            next += 1;
            let below = self.0.iter().filter(|(_, (_, p))| *p == Some(parent)).map(|(id, _)| *id);
            let below: Vec<RecordId> = below.filter(|id| !tree.contains(id)).collect();
            tree.extend(below);
        }
        tree
    }

    /// A department and those above it, the nearest first. A circle in the data ends the walk.
    pub fn line(&self, from: RecordId) -> Vec<RecordId> {
        let mut line = Vec::new();
        let mut next = Some(from);
        while let Some(department) = next.filter(|d| !line.contains(d)) {
            line.push(department);
            next = self.0.get(&department).and_then(|(_, parent)| *parent);
        }
        line
    }
}

/// All users and departments.
#[derive(Debug, Default)]
pub struct People {
    users: HashMap<RecordId, Person>,
    departments: Arc<Departments>,
    /// The pools and who sits in them.
    pub pools: Pools,
}

impl People {
    /// Reads the organisation.
    pub fn load(conn: &mut Conn<'_>, registry: &Registry) -> Result<People> {
        let mut people = People::default();
        if let Some(object) = registry.object("user") {
            for (id, get) in all(conn, object)? {
                let reference = |field: &str| get(field).as_ref();
                let text = |field: &str| get(field).as_text().unwrap_or_default().to_owned();
                people.users.insert(
                    id,
                    Person {
                        id,
                        login: text("login"),
                        name: text("name"),
                        roles: get("roles").as_list().to_vec(),
                        department: reference("department"),
                        superior: reference("superior"),
                        active: get("active").as_bool().unwrap_or(true),
                        locale: text("locale").parse().ok(),
                        theme: Some(text("theme"))
                            .filter(|t| !t.is_empty())
                            .unwrap_or_else(|| "system".into()),
                    },
                );
            }
        }
        people.departments = Arc::new(Departments::load(conn, registry)?);
        people.pools = Pools::load(conn, registry, &people.departments)?;
        Ok(people)
    }

    /// The pools as they stand inside a transaction.
    pub(crate) fn pools_now(&self, conn: &mut Conn<'_>, registry: &Registry) -> Result<Pools> {
        Pools::load(conn, registry, &self.departments)
    }

    /// A user.
    pub fn user(&self, id: RecordId) -> Option<&Person> {
        self.users.get(&id)
    }

    /// All users.
    pub fn users(&self) -> impl Iterator<Item = &Person> {
        self.users.values()
    }

    /// A department's name.
    pub fn department(&self, id: RecordId) -> Option<&str> {
        self.departments.0.get(&id).map(|(name, _)| name.as_str())
    }

    /// All departments: id, name, parent.
    pub fn departments(&self) -> impl Iterator<Item = (RecordId, &str, Option<RecordId>)> {
        self.departments.0.iter().map(|(id, (name, parent))| (*id, name.as_str(), *parent))
    }

    /// Which of them lies below which.
    pub(crate) fn tree(&self) -> &Arc<Departments> {
        &self.departments
    }

    /// The name of a user or department.
    pub fn name(&self, id: RecordId) -> Option<&str> {
        self.user(id).map(|person| person.name.as_str()).or_else(|| self.department(id))
    }

    /// A user and everyone below in the line of command. A circle in the data ends the walk.
    pub fn team(&self, leader: RecordId) -> Vec<RecordId> {
        let mut team = vec![leader];
        let mut next = 0;
        while let Some(superior) = team.get(next).copied() {
            next += 1;
            let mut below: Vec<RecordId> =
                self.users.values().filter(|p| p.superior == Some(superior)).map(|p| p.id).collect();
            below.sort_unstable();
            below.retain(|id| !team.contains(id));
            team.extend(below);
        }
        team
    }
}

/// The enabled pools (公海) and who sits in them: people, everyone in a department or below it, everyone
/// who holds a role.
#[derive(Debug, Clone, Default)]
pub struct Pools {
    pools: BTreeMap<RecordId, Pool>,
    departments: Arc<Departments>,
}

#[derive(Debug, Clone)]
struct Pool {
    name: String,
    columns: Arc<Vec<String>>,
    members: Vec<(Who, bool)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    User(RecordId),
    Department(RecordId),
    Role(String),
}

impl Pools {
    fn load(conn: &mut Conn<'_>, registry: &Registry, departments: &Arc<Departments>) -> Result<Pools> {
        let mut found = Pools { pools: BTreeMap::new(), departments: departments.clone() };
        let (Some(pool), Some(member)) = (registry.object("pool"), registry.object("pool_member")) else {
            return Ok(found);
        };
        for (id, get) in all(conn, pool)? {
            if get("enabled").as_bool() == Some(false) {
                continue;
            }
            let name = get("name").as_text().unwrap_or_default().to_owned();
            let columns = Arc::new(get("columns").as_list().to_vec());
            found.pools.insert(id, Pool { name, columns, members: Vec::new() });
        }
        for (_, get) in all(conn, member)? {
            let who = get("user")
                .as_ref()
                .map(Who::User)
                .or_else(|| get("unit").as_ref().map(Who::Department))
                .or_else(|| get("role").as_text().map(|role| Who::Role(role.to_owned())));
            let pool = get("pool").as_ref().and_then(|pool| found.pools.get_mut(&pool));
            if let (Some(who), Some(pool)) = (who, pool) {
                pool.members.push((who, get("admin").as_bool() == Some(true)));
            }
        }
        Ok(found)
    }

    /// Someone's places, the newest pool first; one is an administrator by any of the ways one came in.
    pub fn seats(&self, user: RecordId, roles: &[String], department: Option<RecordId>) -> Vec<Seat> {
        let line = department.map(|department| self.departments.line(department)).unwrap_or_default();
        let sits = |who: &Who| match who {
            Who::User(id) => *id == user,
            Who::Department(id) => line.contains(id),
            Who::Role(role) => roles.contains(role),
        };
        self.pools
            .iter()
            .rev()
            .filter_map(|(id, pool)| {
                let ways: Vec<bool> =
                    pool.members.iter().filter(|(who, _)| sits(who)).map(|(_, admin)| *admin).collect();
                (!ways.is_empty()).then(|| Seat {
                    pool: *id,
                    name: pool.name.clone(),
                    admin: ways.contains(&true),
                    columns: pool.columns.clone(),
                })
            })
            .collect()
    }
}

type Getter<'a> = Box<dyn Fn(&str) -> Value + 'a>;

fn all<'a>(conn: &mut Conn<'_>, object: &'a Object) -> Result<Vec<(RecordId, Getter<'a>)>> {
    let rows = records::all(conn, object, Life::Live)?;
    Ok(rows
        .into_iter()
        .map(|raw| {
            let id = raw.id;
            let get: Getter<'a> = Box::new(move |field: &str| {
                object.index.get(field).map(|i| raw.values[*i].clone()).unwrap_or_default()
            });
            (id, get)
        })
        .collect())
}
