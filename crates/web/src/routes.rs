//! Every address of the web room on one screen, each with the right it asks for. A route cannot be
//! written without its access row; finer rights (this record, this field) are the door's to decide.

use crate::{app::App, assets, pages, session};
use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, get, on},
};
use guanxi_model::access::action::{CREATE, EDIT, EXPORT, READ};

/// Who may come in at a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone, logged in or not.
    Public,
    /// Everyone who is logged in; the page shows only what they may see.
    User,
    /// Whoever holds this right outside objects.
    Setting(&'static str),
    /// Whoever may do this to some record of the object that is the first part of the path.
    Object(&'static str),
    /// Whoever may open the report that is the second part of the path.
    Report,
}

/// One row of the table.
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with names for its variable parts.
    pub path: &'static str,
    /// Who may come in.
    pub access: Access,
    handler: MethodRouter<App>,
}

impl Route {
    /// A page or fragment.
    pub fn get<T: 'static>(path: &'static str, access: Access, handler: impl Handler<T, App>) -> Self {
        Route { method: "GET", path, access, handler: on(MethodFilter::GET, handler) }
    }

    /// A change.
    pub fn post<T: 'static>(path: &'static str, access: Access, handler: impl Handler<T, App>) -> Self {
        Route { method: "POST", path, access, handler: on(MethodFilter::POST, handler) }
    }

    /// A change that comes with files of up to so many bytes.
    #[must_use]
    pub fn up_to(mut self, bytes: usize) -> Self {
        self.handler = self.handler.layer(axum::extract::DefaultBodyLimit::max(bytes));
        self
    }
}

use Access::{Object, Public, Report, Setting, User};

/// The table.
#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        // The door of the house
        Route::get ("/login",  Public, pages::login::show),
        Route::post("/login",  Public, pages::login::log_in),
        Route::get ("/sw.js",                Public, assets::worker),
        Route::get ("/manifest.webmanifest", Public, pages::offline::manifest),
        Route::get ("/setup",  Public, pages::setup::show),
        Route::post("/setup",  Public, pages::setup::set_up),
        Route::get ("/invite/{token}", Public, pages::link::show_invite),
        Route::post("/invite/{token}", Public, pages::link::accept),
        Route::get ("/reset/{token}",  Public, pages::link::show_reset),
        Route::post("/reset/{token}",  Public, pages::link::accept),
        Route::post("/logout",   User, pages::login::log_out),
        Route::get ("/offline",  User, pages::offline::show),
        Route::get ("/password", User, pages::password::show),
        Route::post("/password", User, pages::password::change),

        // One's own day
        Route::get ("/",         User, pages::home::show),
        Route::get ("/todo",     User, pages::todo::show),
        Route::get ("/team",     User, pages::team::show),
        Route::post("/team/report", User, pages::team::report),
        Route::get ("/calendar", User, pages::calendar::mine),
        Route::get ("/calendar.ics", User, pages::calendar::export),
        Route::get ("/{object}/{id}/ics", Object(READ), pages::calendar::one),
        Route::get ("/events",   User, pages::live::events),
        Route::get ("/dev/ui",   User, pages::dev::gallery),

        // What inputs search for
        Route::get ("/lookup/{object}", User, pages::lookup::records),
        Route::get ("/regions",         User, pages::lookup::regions),
        Route::get ("/quick-phrases",   User, pages::compose::phrases),

        // Lists: table, board, calendar
        Route::get ("/{object}",        Object(READ),   pages::list::show),
        Route::get ("/{object}/facts",  Object(READ),   pages::list::facts),
        Route::get ("/{object}/fields", Object(READ),   pages::list::fields),
        Route::get ("/{object}/count",  Object(READ),   pages::count::show),
        Route::get ("/{object}/export", Object(EXPORT), pages::bulk::export),
        Route::get ("/{object}/bulk",   Object(READ),   pages::bulk::ask),
        Route::post("/{object}/bulk",   Object(READ),   pages::bulk::change),
        Route::get ("/{object}/views/new",         Object(READ), pages::views::ask),
        Route::post("/{object}/views",             Object(READ), pages::views::save),
        Route::get ("/{object}/views/{id}",        Object(READ), pages::views::edit),
        Route::post("/{object}/views/{id}/delete", Object(READ), pages::views::delete),
        Route::get ("/{object}/{id}/row",          Object(READ), pages::list::row),
        Route::get ("/{object}/{id}/card",         Object(READ), pages::board::card),
        Route::post("/{object}/{id}/move",         Object(READ), pages::board::r#move),
        Route::post("/article/{id}/read", User, pages::record::opened_article),
        Route::post("/{object}/{id}/reschedule",   Object(EDIT), pages::calendar::reschedule),

        // Pools: each is a view of the customer list
        Route::get ("/pools",              User, pages::pool::home),
        Route::get ("/pools/{id}/preview", User, pages::pool::show_preview),

        // What people look for and are told
        Route::get ("/search",    User, pages::search::show),
        Route::get ("/palette",   User, pages::palette::show),
        Route::get ("/shortcuts", User, pages::palette::shortcuts),
        Route::get ("/notices",           User, pages::notices::show),
        Route::post("/notices/read",      User, pages::notices::read_all),
        Route::get ("/notices/{id}/open", User, pages::notices::open),
        Route::post("/notices/{id}/read", User, pages::notices::read),
        Route::post("/files",      User, pages::files::keep).up_to(pages::files::LIMIT),
        Route::get ("/files/{id}", User, pages::files::show),

        // Bringing records in; the door decides whether the object may be
        Route::get ("/import",                   User, pages::import::show),
        Route::post("/import",                   User, pages::import::upload).up_to(pages::files::LIMIT),
        Route::get ("/import/{object}/template", User, pages::import::template),
        Route::post("/import/map",               User, pages::import::map),
        Route::post("/import/check",             User, pages::import::check),
        Route::post("/import/run",               User, pages::import::start),
        Route::get ("/imports/{id}",             User, pages::import::progress),
        Route::get ("/imports/{id}/rejects",     User, pages::import::rejects),
        Route::post("/imports/{id}/cancel",      User, pages::import::cancel),
        Route::get ("/imports/{id}/undo",        User, pages::import::ask),
        Route::post("/imports/{id}/undo",        User, pages::import::undo),

        // Reports
        Route::get ("/reports",            User,   pages::report::index),
        Route::get ("/report/{name}",      Report, pages::report::show),
        Route::get ("/report/{name}/csv",  Report, pages::report::csv),
        Route::get ("/report/{name}/xlsx", Report, pages::report::xlsx),

        // One truth about each customer: what looks alike, and making one of it
        Route::get ("/duplicates",                   User,            pages::duplicates::check),
        Route::get ("/{object}/duplicates",          Object("merge"), pages::duplicates::walk),
        Route::get ("/{object}/duplicates/search",   Object("merge"), pages::duplicates::searching),
        Route::post("/{object}/duplicates/search",   Object("merge"), pages::duplicates::search),
        Route::post("/{object}/duplicates/decide",   Object("merge"), pages::duplicates::decide),
        Route::get ("/{object}/merge",               Object("merge"), pages::merge::show),
        Route::post("/{object}/merge",               Object("merge"), pages::merge::merge),
        Route::get ("/{object}/{id}/merge",          Object("merge"), pages::merge::ask_other),
        Route::post("/{object}/{id}/merge",          Object("merge"), pages::merge::choose_other),

        // Handing over what someone answers for; the door decides whose
        Route::get ("/handover/{user}", User, pages::handover::show),
        Route::post("/handover/{user}", User, pages::handover::begin),

        // Forms
        Route::get ("/{object}/new",        Object(CREATE), pages::form::new),
        Route::post("/{object}/new",        Object(CREATE), pages::form::create),
        Route::post("/{object}/form",       Object(READ),   pages::form::refresh),
        Route::post("/{object}/duplicates", Object(CREATE), pages::form::duplicates),
        Route::get ("/{object}/{id}/edit",  Object(EDIT),   pages::form::edit),
        Route::post("/{object}/{id}/edit",  Object(EDIT),   pages::form::update),

        // Records
        Route::get ("/{object}/{id}",               Object(READ), pages::record::show),
        Route::get ("/customer/{id}/kin",           Object(READ), pages::kin::show),
        Route::get ("/{object}/{id}/peek",          Object(READ), pages::peek::show),
        Route::get ("/{object}/{id}/history",       Object(READ), pages::record::history),
        Route::post("/{object}/{id}/compose",       Object(READ), pages::compose::write),
        Route::post("/{object}/{id}/comment",       Object(READ), pages::timeline::comment),
        Route::get ("/{object}/{id}/field/{field}", Object(READ), pages::inline::show),
        Route::post("/{object}/{id}/field/{field}", Object(READ), pages::inline::save),
        Route::post("/{object}/{id}/undo/{field}",  Object(READ), pages::inline::undo),
        Route::post("/{object}/{id}/stage",         Object(READ), pages::inline::stage),
        Route::post("/{object}/{id}/step",          Object(READ), pages::gate::step),
        Route::get ("/{object}/{id}/reveal/{field}", Object(READ), pages::record::ask_reveal),
        Route::post("/{object}/{id}/reveal/{field}", Object(READ), pages::record::reveal),
        Route::get ("/{object}/{id}/transfer",              Object(READ), pages::record::ask_transfer),
        Route::post("/{object}/{id}/transfer",              Object(READ), pages::record::transfer),
        Route::post("/{object}/{id}/transfer-back/{user}",  Object(READ), pages::record::transfer_back),
        Route::get ("/{object}/{id}/share",                 Object(READ), pages::record::shares),
        Route::post("/{object}/{id}/share",                 Object(READ), pages::record::add_share),
        Route::post("/{object}/{id}/unshare/{kind}/{whom}", Object(READ), pages::record::remove_share),
        Route::post("/{object}/{id}/delete",  Object(READ), pages::record::delete),
        Route::post("/{object}/{id}/restore", Object(READ), pages::record::restore),
        Route::get ("/{object}/{id}/purge",   Object(READ), pages::record::ask_purge),
        Route::post("/{object}/{id}/purge",   Object(READ), pages::record::purge),
        Route::get ("/{object}/{id}/{verb}",  Object(READ), pages::verb::show),
        Route::post("/{object}/{id}/{verb}",  Object(READ), pages::verb::run),

        // Settings: one's own
        Route::get ("/settings",                      User, pages::settings::home),
        Route::get ("/settings/me",                   User, pages::settings::me::show),
        Route::post("/settings/me",                   User, pages::settings::me::save),
        Route::post("/settings/me/sessions/{id}/end", User, pages::settings::me::end_session),
        Route::get ("/settings/me/keys/new",          User, pages::settings::me::ask_key),
        Route::post("/settings/me/keys",              User, pages::settings::me::make_key),
        Route::post("/settings/me/keys/{id}/revoke",  User, pages::settings::me::revoke_key),
        Route::get ("/settings/trash",                User, pages::settings::trash::show),
        Route::get ("/settings/api",                  User, pages::api_docs::show),
        Route::get ("/settings/about",                User, pages::settings::about::show),

        // Settings: the organisation's
        Route::get ("/settings/company",                 Setting("settings"), pages::settings::company::show),
        Route::post("/settings/company",                 Setting("settings"), pages::settings::company::save),
        Route::get ("/settings/users",                   Setting("users"), pages::settings::users::show),
        Route::post("/settings/users",                   Setting("users"), pages::settings::users::create),
        Route::get ("/settings/users/new",               Setting("users"), pages::settings::users::new),
        Route::get ("/settings/users/{id}/edit",         Setting("users"), pages::settings::users::edit),
        Route::post("/settings/users/{id}/edit",         Setting("users"), pages::settings::users::update),
        Route::get ("/settings/users/{id}/link",         Setting("users"), pages::settings::users::ask_link),
        Route::post("/settings/users/{id}/link",         Setting("users"), pages::settings::users::link),
        Route::post("/settings/users/{id}/disable",      Setting("users"), pages::settings::users::disable),
        Route::post("/settings/users/{id}/enable",       Setting("users"), pages::settings::users::enable),
        Route::get ("/settings/departments",             Setting("users"), pages::settings::departments::show),
        Route::get ("/settings/roles",                        Setting("roles"), pages::settings::roles::show),
        Route::get ("/settings/roles/{role}",                 Setting("roles"), pages::settings::roles::matrix::show),
        Route::get ("/settings/roles/{role}/copy",            Setting("roles"), pages::settings::roles::copy::ask),
        Route::post("/settings/roles/{role}/copy",            Setting("roles"), pages::settings::roles::copy::save),
        Route::get ("/settings/roles/{role}/edit",            Setting("roles"), pages::settings::roles::edit::ask),
        Route::post("/settings/roles/{role}/edit",            Setting("roles"), pages::settings::roles::edit::save),
        Route::get ("/settings/roles/{role}/grants/{object}", Setting("roles"), pages::settings::roles::grants::ask),
        Route::post("/settings/roles/{role}/grants/{object}", Setting("roles"), pages::settings::roles::grants::save),
        Route::get ("/settings/dictionaries",                   Setting("dictionaries"), pages::settings::dictionaries::show),
        Route::get ("/settings/dictionaries/{name}",            Setting("dictionaries"), pages::settings::dictionaries::entries),
        Route::get ("/settings/dictionaries/{name}/edit",       Setting("dictionaries"), pages::settings::dictionaries::edit),
        Route::post("/settings/dictionaries/{name}/edit",       Setting("dictionaries"), pages::settings::dictionaries::save),
        Route::post("/settings/dictionaries/{name}/deactivate", Setting("dictionaries"), pages::settings::dictionaries::deactivate),
        Route::post("/settings/dictionaries/{name}/activate",   Setting("dictionaries"), pages::settings::dictionaries::activate),
        Route::post("/settings/dictionaries/{name}/order",      Setting("dictionaries"), pages::settings::dictionaries::order),
        Route::get ("/settings/objects",                                     Setting("objects"), pages::settings::objects::show),
        Route::post("/settings/objects",                                     Setting("objects"), pages::settings::objects::create),
        Route::get ("/settings/objects/new",                                 Setting("objects"), pages::settings::objects::new),
        Route::get ("/settings/objects/{object}",                            Setting("objects"), pages::settings::objects::fields::show),
        Route::get ("/settings/objects/{object}/label",                      Setting("objects"), pages::settings::objects::ask_label),
        Route::post("/settings/objects/{object}/label",                      Setting("objects"), pages::settings::objects::rename),
        Route::post("/settings/objects/{object}/fields",                     Setting("objects"), pages::settings::objects::new_field::create),
        Route::get ("/settings/objects/{object}/fields/new",                 Setting("objects"), pages::settings::objects::new_field::ask),
        Route::get ("/settings/objects/{object}/fields/{field}/edit",        Setting("objects"), pages::settings::objects::change_field::ask),
        Route::post("/settings/objects/{object}/fields/{field}/edit",        Setting("objects"), pages::settings::objects::change_field::save),
        Route::post("/settings/objects/{object}/fields/{field}/deactivate",  Setting("objects"), pages::settings::objects::fields::deactivate),
        Route::post("/settings/objects/{object}/fields/{field}/activate",    Setting("objects"), pages::settings::objects::fields::activate),
        Route::get ("/settings/jobs",        Setting("jobs"), pages::settings::jobs::show),
        Route::get ("/settings/jobs/{name}", Setting("jobs"), pages::settings::jobs::ask),
        Route::post("/settings/jobs/{name}", Setting("jobs"), pages::settings::jobs::run),
        Route::get ("/settings/sets",        Setting("sets"), pages::settings::sets::show),
        Route::post("/settings/sets/plan",    Setting("sets"), pages::settings::sets::save_plan),
        Route::post("/settings/sets/release", Setting("sets"), pages::settings::sets::release),
        Route::post("/settings/sets/backups",                Setting("sets"), pages::settings::sets::make),
        Route::get ("/settings/sets/backups/{file}",         Setting("sets"), pages::settings::sets::fetch),
        Route::post("/settings/sets/backups/{file}/verify",  Setting("sets"), pages::settings::sets::prove),
        Route::get ("/settings/sets/backups/{file}/restore", Setting("sets"), pages::settings::sets::ask_restore),
        Route::post("/settings/sets/backups/{file}/restore", Setting("sets"), pages::settings::sets::restore),
        Route::get ("/settings/sets/backups/{file}/delete",  Setting("sets"), pages::settings::sets::ask_delete),
        Route::post("/settings/sets/backups/{file}/delete",  Setting("sets"), pages::settings::sets::delete),
        Route::get ("/settings/sets/new",             Setting("sets"), pages::settings::sets::ask_new),
        Route::post("/settings/sets/new",             Setting("sets"), pages::settings::sets::create),
        Route::get ("/settings/sets/{name}/rename",   Setting("sets"), pages::settings::sets::ask_rename),
        Route::post("/settings/sets/{name}/rename",   Setting("sets"), pages::settings::sets::rename),
        Route::get ("/settings/sets/{name}/archive",  Setting("sets"), pages::settings::sets::ask_archive),
        Route::post("/settings/sets/{name}/archive",  Setting("sets"), pages::settings::sets::archive),
        Route::post("/settings/sets/{name}/take-out", Setting("sets"), pages::settings::sets::take_out),
        Route::get ("/settings/audit",         Setting("audit"), pages::settings::audit::show),
        Route::post("/settings/audit/verify",  Setting("audit"), pages::settings::audit::verify),
    ]
}

/// The router: the table, the assets, and a page for what is not there.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        let layer = from_fn_with_state((app.clone(), route.access), session::guard);
        router = router.route(route.path, route.handler.route_layer(layer));
    }
    router.route("/assets/{file}", get(assets::serve)).fallback(crate::error::not_found).with_state(app)
}
