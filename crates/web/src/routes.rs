//! Every address of the web room on one screen, each with the right it asks for. A route cannot be
//! written without its access row; finer rights (this record, this field) are the door's to decide.

use crate::{app::App, assets, pages, session};
use axum::{
    Router,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, get, on},
};
use guanxi_model::access::action::{EDIT, EXPORT, READ};

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

use Access::{Object, Public, User};

/// The table.
#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        // The door of the house
        Route::get ("/login",  Public, pages::login::show),
        Route::post("/login",  Public, pages::login::log_in),
        Route::get ("/setup",  Public, pages::setup::show),
        Route::post("/setup",  Public, pages::setup::set_up),
        Route::get ("/invite/{token}", Public, pages::link::show_invite),
        Route::post("/invite/{token}", Public, pages::link::accept),
        Route::get ("/reset/{token}",  Public, pages::link::show_reset),
        Route::post("/reset/{token}",  Public, pages::link::accept),
        Route::post("/logout",   User, pages::login::log_out),
        Route::get ("/password", User, pages::password::show),
        Route::post("/password", User, pages::password::change),

        // One's own day
        Route::get ("/",         User, pages::home::show),
        Route::get ("/calendar", User, pages::calendar::mine),
        Route::get ("/events",   User, pages::live::events),
        Route::get ("/dev/ui",   User, pages::dev::gallery),

        // What inputs search for
        Route::get ("/lookup/{object}", User, pages::lookup::records),
        Route::get ("/regions",         User, pages::lookup::regions),

        // Lists: table, board, calendar
        Route::get ("/{object}",        Object(READ),   pages::list::show),
        Route::get ("/{object}/facts",  Object(READ),   pages::list::facts),
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
        Route::post("/{object}/{id}/reschedule",   Object(EDIT), pages::calendar::reschedule),
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
