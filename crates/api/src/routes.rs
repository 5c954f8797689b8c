//! The whole address space on one screen.

use crate::{
    aggregate, batch, call::Call, find, health, imports, list, metadata, openapi, pools, problem::Fault,
    records, reply::Reply, reports, serve::Api, verbs,
};
use guanxi_gate::Door;

/// One operation.
pub struct Route {
    /// How it is called.
    pub method: Method,
    /// Where, with its gaps in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Its name in the description, and the key of its sentence there.
    pub name: &'static str,
    /// The query parameters it understands; any other is refused. `*` leaves the check to the operation.
    pub params: &'static [&'static str],
    /// What it takes.
    pub body: Body,
    pub(crate) run: Run,
}

/// Methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reading.
    Get,
    /// Making and doing.
    Post,
    /// Changing.
    Patch,
    /// Putting into the recycle bin.
    Delete,
}

impl Method {
    /// The word in the description.
    pub fn word(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
            Method::Patch => "patch",
            Method::Delete => "delete",
        }
    }
}

/// Who may call an operation at all. What they may do with which records is the gate's to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Whoever has a key or a session.
    User,
    /// Whoever has this right outside objects.
    Setting(&'static str),
}

/// What an operation takes, and how much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON up to 2 MiB.
    Json,
    /// JSON up to 8 MiB.
    Batch,
    /// A file up to 128 MiB in a multipart form, or JSON.
    File,
}

impl Body {
    /// The most it may measure, in bytes.
    pub fn limit(self) -> usize {
        match self {
            // DELETE may carry a version.
            Body::None => 16 << 10,
            Body::Json => 2 << 20,
            Body::Batch => 8 << 20,
            Body::File => 128 << 20,
        }
    }
}

/// An answer, or why there is none.
pub(crate) type Answer = Result<Reply, Fault>;

/// How an operation runs.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// Without a caller.
    Open(fn(&Api) -> Reply),
    /// Reads; repeating it does no harm.
    Read(fn(&Call) -> Answer),
    /// Writes in one transaction, in which the answer to an `Idempotency-Key` is kept too.
    Write(fn(&Call, &mut Door<'_, '_>) -> Answer),
    /// Writes in transactions of its own; an answer is kept after it.
    Setup(fn(&Call) -> Answer),
}

use Access::{Public, Setting, User};
use Body::{Batch, File, Json, None as Empty};
use Method::{Delete, Get, Patch, Post};
use Run::{Open, Read, Setup, Write};

macro_rules! route {
    ($method:ident $path:literal $access:expr, $name:literal, [$($param:literal)*], $body:ident, $run:expr) => {
        Route { method: $method, path: $path, access: $access, name: $name, params: &[$($param),*], body: $body, run: $run }
    };
}

/// Every operation. Fixed words win over gaps, so objects cannot be named like them (`model` reserves them).
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    route!(Get    "/healthz"                                 Public, "health",       [], Empty, Open(health::alive)),
    route!(Get    "/readyz"                                  Public, "ready",        [], Empty, Open(health::ready)),
    route!(Get    "/metrics"                                 Public, "metrics",      [], Empty, Open(health::metrics)),
    route!(Get    "/api/openapi.json"                        User,   "openapi",      [], Empty, Read(openapi::document)),

    route!(Get    "/api/v1/me"                               User,   "me",           [], Empty, Read(find::me)),
    route!(Get    "/api/v1/objects"                          User,   "objects",      [], Empty, Read(metadata::objects)),
    route!(Post   "/api/v1/objects"            Setting("objects"),   "add_object",   [], Json,  Setup(metadata::add_object)),
    route!(Get    "/api/v1/objects/{object}"                 User,   "object",       [], Empty, Read(metadata::object)),
    route!(Patch  "/api/v1/objects/{object}"   Setting("objects"),   "patch_object", [], Json,  Setup(metadata::patch_object)),
    route!(Post   "/api/v1/objects/{object}/fields" Setting("objects"), "add_field", [], Json,  Setup(metadata::add_field)),
    route!(Patch  "/api/v1/objects/{object}/fields/{field}" Setting("objects"), "patch_field", [], Json, Setup(metadata::patch_field)),
    route!(Get    "/api/v1/search"                           User,   "search",       ["q" "limit" "object"], Empty, Read(find::search)),
    route!(Get    "/api/v1/duplicates"                       User,   "check",        ["q"], Empty, Read(find::check)),
    route!(Get    "/api/v1/regions"                          User,   "regions",      ["parent"], Empty, Read(find::regions)),
    route!(Get    "/api/v1/reports"                          User,   "reports",      [], Empty, Read(reports::reports)),
    route!(Get    "/api/v1/reports/{report}"                 User,   "report",       ["*"], Empty, Read(reports::report)),
    route!(Get    "/api/v1/imports"                          User,   "imports",      ["object" "limit" "cursor"], Empty, Read(imports::list)),
    route!(Post   "/api/v1/imports"                          User,   "import",       [], File,  Setup(imports::start)),
    route!(Get    "/api/v1/imports/{id}"                     User,   "get_import",   [], Empty, Read(imports::get)),
    route!(Get    "/api/v1/imports/{id}/rejects"             User,   "import_rejects", [], Empty, Read(imports::rejects)),
    route!(Post   "/api/v1/imports/{id}/cancel"              User,   "cancel_import", [], Json, Setup(imports::cancel)),
    route!(Post   "/api/v1/imports/{id}/undo"                User,   "undo_import",  [], Json,  Setup(imports::undo)),

    route!(Get    "/api/v1/pool/{id}/rules"                  User,   "pool_rules",   [], Empty, Read(pools::rules)),
    route!(Get    "/api/v1/pool/{id}/preview"                User,   "pool_preview", ["as_of"], Empty, Read(pools::preview)),

    route!(Get    "/api/v1/{object}"                         User,   "list",         ["filter" "sort" "limit" "cursor" "fields" "expand" "q" "count" "trash"], Empty, Read(list::list)),
    route!(Post   "/api/v1/{object}"                         User,   "create",       ["allow_duplicate"], Json, Write(records::create)),
    route!(Post   "/api/v1/{object}/batch"                   User,   "batch",        [], Batch, Write(batch::batch)),
    route!(Post   "/api/v1/{object}/batch/{verb}"            User,   "batch_verb",   [], Batch, Setup(batch::verb)),
    route!(Post   "/api/v1/{object}/aggregate"               User,   "aggregate",    [], Json,  Read(aggregate::aggregate)),
    route!(Post   "/api/v1/{object}/duplicates"              User,   "duplicates",   [], Json,  Read(find::duplicates)),
    route!(Get    "/api/v1/{object}/{id}"                    User,   "get",          ["fields" "expand" "actions" "trash"], Empty, Read(records::get)),
    route!(Patch  "/api/v1/{object}/{id}"                    User,   "update",       [], Json,  Write(records::update)),
    route!(Delete "/api/v1/{object}/{id}"                    User,   "delete",       ["version"], Empty, Write(records::delete)),
    route!(Get    "/api/v1/{object}/{id}/timeline"           User,   "timeline",     ["limit" "cursor"], Empty, Read(find::timeline)),
    route!(Get    "/api/v1/{object}/{id}/{part}"             User,   "children",     ["via" "filter" "sort" "limit" "cursor" "fields" "expand" "q" "count"], Empty, Read(list::children)),
    route!(Post   "/api/v1/{object}/{id}/{part}"             User,   "verb",         ["via" "allow_duplicate"], Json, Write(verbs::run)),
];
